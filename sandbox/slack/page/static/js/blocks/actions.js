// A row of buttons, menus and pickers.

import { h } from "../dom.js";
import { element as drawElement } from "../elements/index.js";

export function actions(block, surface) {
  return block.elements.map((element) =>
    h("div", { class: "action", key: element.action_id }, drawElement(surface, block, element)),
  );
}

export function contextActions(block, surface) {
  return actions(block, surface);
}
