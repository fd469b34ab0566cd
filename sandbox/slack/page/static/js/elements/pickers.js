// Days and times, by the browser's own pickers.

import { h } from "../dom.js";
import { valueOf } from "../surface.js";
import { choose } from "./choosing.js";
import { fieldAttributes } from "./naming.js";

export function datePicker(surface, block, element, field) {
  return picker("date", surface, block, element, field);
}

export function timePicker(surface, block, element, field) {
  return picker("time", surface, block, element, field);
}

export function dateTimePicker(surface, block, element, field) {
  return picker("datetime-local", surface, block, element, field, toLocal, toSeconds);
}

function picker(type, surface, block, element, field, shown = (value) => value, read = (value) => value) {
  const value = valueOf(surface, block, element);
  return h("input", {
    ...fieldAttributes(surface, block, element, field),
    class: "control is-narrow",
    type,
    value: value === null ? "" : shown(value),
    onChange: (event) =>
      choose(surface, block, element, event.currentTarget.value ? read(event.currentTarget.value) : null),
  });
}

function toLocal(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function toSeconds(local) {
  return Math.floor(new Date(local).getTime() / 1000);
}
