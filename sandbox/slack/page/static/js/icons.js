// Small drawings of our own, as lines on a 20 by 20 field.

import { h } from "./dom.js";

const LINES = {
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12.5 4.5L7 10l5.5 5.5",
  down: "M5 7.5l5 5 5-5",
  right: "M7.5 5l5 5-5 5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  hash: "M7.5 3L6 17M14 3l-1.5 14M3.5 7.5h13.5M3 12.5h13.5",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  home: "M3.5 9.5L10 4l6.5 5.5M5.5 8.5V16h9V8.5",
  send: "M3.5 16.5L17 10 3.5 3.5 5 9l6.5 1L5 11z",
  thread: "M4 4.5h12v8.5h-6l-3.5 3v-3H4z",
  check: "M5 10.5l3.5 3.5L15.5 6.5",
  eye: "M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5zM10 8v4M8 10h4",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4.5 16.5a5.5 5.5 0 0 1 11 0",
  plug: "M7 3v4M13 3v4M5 7h10v2.5a5 5 0 0 1-10 0zM10 14.5V18",
  shared: "M8 6L4.5 10 8 14M12 6l3.5 4-3.5 4",
};

export function icon(name) {
  return h(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", "aria-hidden": "true" },
    h("path", { d: LINES[name] }),
  );
}
