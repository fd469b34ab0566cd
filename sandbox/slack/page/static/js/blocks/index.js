// Blocks, each drawn by the function of its kind.

import { h } from "../dom.js";
import { alert } from "./alert.js";
import { actions, contextActions } from "./actions.js";
import { card, carousel } from "./card.js";
import { container } from "./container.js";
import { image, video } from "./image.js";
import { input } from "./input.js";
import { plan, taskCard } from "./plan.js";
import { section } from "./section.js";
import { dataTable, table } from "./table.js";
import { context, divider, header, markdownBlock, richTextBlock, unknown } from "./words.js";

const KINDS = {
  actions,
  alert,
  card,
  carousel,
  container,
  context,
  context_actions: contextActions,
  data_table: dataTable,
  divider,
  header,
  image,
  input,
  markdown: markdownBlock,
  plan,
  rich_text: richTextBlock,
  section,
  table,
  task_card: taskCard,
  video,
};

export function blocks(surface, list = surface.blocks) {
  return h(
    "div",
    { class: "blocks" },
    list.map((block, index) => {
      const inside = drawOne(block, surface);
      return h("div", { class: `block block-${block.type}`, key: keyOf(surface, block, index) }, inside);
    }),
  );
}

/** One block that we cannot draw does not take the page away. */
function drawOne(block, surface) {
  try {
    return (KINDS[block.type] ?? unknown)(block, surface, blocks);
  } catch (error) {
    console.error(`A block of type ${block.type} could not be drawn.`, error);
    return unknown(block);
  }
}

/** In a view a block is who it says it is. In a message its place counts: apps rename blocks with every edit. */
function keyOf(surface, block, index) {
  return surface.kind === "message" ? `${block.type} ${index}` : `${block.type} ${block.block_id}`;
}
