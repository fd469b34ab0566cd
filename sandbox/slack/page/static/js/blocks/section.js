// A text, fields in two columns, and one element beside them.

import { h } from "../dom.js";
import { element as drawElement } from "../elements/index.js";
import { textObject } from "../text/objects.js";
import { picture } from "./image.js";

export function section(block, surface) {
  return h(
    "div",
    { class: "section" },
    h(
      "div",
      { class: "section-words" },
      block.text && h("div", { class: "text" }, textObject(block.text)),
      block.fields &&
        h(
          "div",
          { class: "fields" },
          block.fields.map((field) => h("div", { class: "text" }, textObject(field))),
        ),
    ),
    block.accessory &&
      h(
        "div",
        { class: "accessory" },
        block.accessory.type === "image"
          ? picture(block.accessory, "thumbnail")
          : drawElement(surface, block, block.accessory),
      ),
  );
}
