// Menus from which one thing is chosen: options of the app, people, channels. The browser's own, good on a phone.

import { h } from "../dom.js";
import { valueOf } from "../surface.js";
import { choose } from "./choosing.js";
import { fieldAttributes } from "./naming.js";
import { peopleOptions, roomOptions } from "./known.js";

export function select(surface, block, element, field) {
  const value = valueOf(surface, block, element) ?? "";
  return h(
    "select",
    {
      ...fieldAttributes(surface, block, element, field),
      class: `control ${value === "" ? "is-empty" : ""}`,
      value,
      onChange: (event) => choose(surface, block, element, event.currentTarget.value || null),
    },
    h("option", { value: "" }, element.placeholder?.text ?? "Select an option"),
    groups(element),
  );
}

function groups(element) {
  if (element.option_groups) {
    return element.option_groups.map((group) =>
      h("optgroup", { label: group.label.text }, group.options.map(entry)),
    );
  }
  if (element.type === "users_select") return peopleOptions().map(entry);
  if (element.type === "static_select") return element.options.map(entry);
  return roomOptions(element).map(entry);
}

function entry(option) {
  const { text, description } = option;
  return h("option", { value: option.value }, description ? `${text.text} (${description.text})` : text.text);
}
