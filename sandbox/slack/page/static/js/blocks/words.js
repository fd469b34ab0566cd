// Blocks that only say something.

import { h } from "../dom.js";
import { markdown } from "../text/markdown.js";
import { textObject } from "../text/objects.js";
import { richText } from "../text/rich_text.js";
import { picture } from "./image.js";

export function header(block) {
  return h("h3", { class: "block-title" }, textObject(block.text));
}

export function divider() {
  return h("hr");
}

export function context(block) {
  return block.elements.map((element) =>
    element.type === "image"
      ? picture(element, "tiny-picture")
      : h("span", { class: "text" }, textObject(element)),
  );
}

export function richTextBlock(block) {
  return richText(block);
}

export function markdownBlock(block) {
  return h("div", { class: "markdown" }, markdown(block.text));
}

/** A kind that this page does not draw: its words, and which kind it is. */
export function unknown(block) {
  const words = block.text?.text ?? block.title?.text ?? block.title ?? block.text;
  return h(
    "div",
    { class: "unknown" },
    typeof words === "string" && h("p", null, words),
    h("small", null, `block of type ${block.type}`),
  );
}
