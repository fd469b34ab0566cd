// A field of a form: its label, its element, a hint, and what is wrong with it.

import { h } from "../dom.js";
import { element as drawElement } from "../elements/index.js";
import { idOf } from "../elements/naming.js";
import { errorOf } from "../surface.js";

const GROUPS = new Set(["checkboxes", "radio_buttons"]);

export function input(block, surface) {
  const { element } = block;
  const id = idOf(surface, block, element);
  const problem = errorOf(surface, block);
  const isGroup = GROUPS.has(element.type);
  const label = [block.label.text, block.optional && h("span", { class: "optional" }, " (optional)")];
  return h(
    isGroup ? "fieldset" : "div",
    {
      class: `field ${problem ? "is-wrong" : ""}`,
      key: `${block.block_id}/${element.action_id}/${element.type}`,
      "aria-invalid": isGroup && problem ? "true" : null,
      "aria-describedby": isGroup ? describedBy(block, problem, id) : null,
    },
    isGroup ? h("legend", { class: "label" }, label) : h("label", { class: "label", for: id }, label),
    drawElement(surface, block, element, {
      describedBy: describedBy(block, problem, id),
      isWrong: problem !== null,
      isRequired: !block.optional,
    }),
    problem && h("p", { class: "field-problem", id: `${id}-problem`, role: "alert" }, problem),
    block.hint && h("p", { class: "field-hint", id: `${id}-hint` }, block.hint.text),
  );
}

function describedBy(block, problem, id) {
  return [problem && `${id}-problem`, block.hint && `${id}-hint`].filter(Boolean).join(" ") || null;
}
