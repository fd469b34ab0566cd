// Cards, alone or in a row.

import { h } from "../dom.js";
import { element as drawElement } from "../elements/index.js";
import { textObject } from "../text/objects.js";
import { picture } from "./image.js";

export function card(block, surface) {
  return h(
    "div",
    { class: "card" },
    block.hero_image && picture(block.hero_image, "hero"),
    h(
      "div",
      { class: "card-words" },
      block.icon && picture(block.icon, "tiny-picture"),
      block.title && h("strong", null, textObject(block.title)),
      block.subtitle && h("p", { class: "card-subtitle" }, textObject(block.subtitle)),
      block.body && h("div", { class: "text" }, textObject(block.body)),
    ),
    block.actions &&
      h(
        "div",
        { class: "card-actions" },
        block.actions.map((element) => drawElement(surface, block, element)),
      ),
  );
}

export function carousel(block, surface) {
  return h(
    "div",
    { class: "carousel", tabindex: "0", role: "region", "aria-label": "Cards" },
    block.elements.map((one) => card({ block_id: block.block_id, ...one }, surface)),
  );
}
