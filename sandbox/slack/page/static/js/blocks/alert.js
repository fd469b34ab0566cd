// A sentence that wants attention, by its level.

import { h } from "../dom.js";
import { emoji } from "../text/emoji.js";
import { textObject } from "../text/objects.js";

const SIGNS = {
  info: "information_source",
  warning: "warning",
  error: "no_entry",
  success: "white_check_mark",
  default: "information_source",
};

export function alert(block) {
  const level = block.level ?? "default";
  return h(
    "div",
    { class: `alert is-${level}`, role: "note" },
    emoji(SIGNS[level]),
    h("div", { class: "text" }, textObject(block.text)),
  );
}
