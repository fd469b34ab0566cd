// Boxes to tick, and one of several to choose.

import { h } from "../dom.js";
import { textObject } from "../text/objects.js";
import { valueOf } from "../surface.js";
import { choose } from "./choosing.js";
import { idOf } from "./naming.js";

export function checkboxes(surface, block, element) {
  const chosen = valueOf(surface, block, element);
  const toggle = (value, isOn) => {
    const next = element.options
      .map((option) => option.value)
      .filter((one) => (one === value ? isOn : chosen.includes(one)));
    choose(surface, block, element, next);
  };
  return list("checkbox", surface, block, element, (value) => chosen.includes(value), toggle);
}

export function radioButtons(surface, block, element) {
  const chosen = valueOf(surface, block, element);
  return list(
    "radio",
    surface,
    block,
    element,
    (value) => chosen === value,
    (value) => choose(surface, block, element, value),
  );
}

function list(type, surface, block, element, isChosen, take) {
  const name = idOf(surface, block, element);
  return h(
    "div",
    { class: "choices", role: block.type === "input" ? null : "group" },
    element.options.map((option) =>
      h(
        "label",
        { class: "choice", key: option.value },
        h("input", {
          type,
          name,
          value: option.value,
          checked: isChosen(option.value),
          "data-focus-on-load": element.focus_on_load ? true : null,
          onChange: (event) => take(option.value, event.currentTarget.checked),
        }),
        h(
          "span",
          null,
          h("span", { class: "text" }, textObject(option.text)),
          option.description && h("small", null, textObject(option.description)),
        ),
      ),
    ),
  );
}
