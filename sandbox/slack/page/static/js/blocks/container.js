// Blocks in a frame with a title, which may fold.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { redraw, state } from "../state.js";
import { textObject } from "../text/objects.js";
import { richText } from "../text/rich_text.js";

export function container(block, surface, drawBlocks) {
  const title = [
    h("strong", null, block.title ? textObject(block.title) : richText(block.rich_text_title)),
    block.subtitle && h("span", { class: "card-subtitle" }, textObject(block.subtitle)),
  ];
  const inside = drawBlocks(surface, block.child_blocks);
  if (!block.is_collapsible)
    return h("div", { class: "container" }, h("div", { class: "container-head" }, title), inside);
  const key = `${surface.key} container ${block.block_id}`;
  const isOpen = state.expanded.get(key) ?? !block.default_collapsed;
  const toggle = (event) => {
    event.preventDefault();
    state.expanded.set(key, !isOpen);
    redraw();
  };
  return h(
    "details",
    { class: "container", open: isOpen },
    h("summary", { class: "container-head", onClick: toggle }, title, icon("right")),
    inside,
  );
}
