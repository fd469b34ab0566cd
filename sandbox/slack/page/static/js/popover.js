// The one list that can be open: who opens another one, looks elsewhere or presses Escape closes it.

import { change, redraw, state } from "./state.js";

export function openPopover(key, fields = {}) {
  change({ popover: { key, query: "", options: [], active: 0, ...fields } });
}

export function closePopover() {
  if (state.popover !== null) change({ popover: null });
}

export function forgetPopover() {
  state.popover = null;
}

export function isOpen(key) {
  return state.popover?.key === key;
}

/** Make an entry the active one. */
export function point(index) {
  if (state.popover === null || state.popover.active === index) return;
  state.popover.active = index;
  redraw();
}

/** Arrow keys in a list of `count` entries; Escape closes it, Enter and Tab take what is active. */
export function steer(event, count, take) {
  const open = state.popover;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : count - 1;
    if (count > 0) open.active = (open.active + step) % count;
    redraw();
  } else if (event.key === "Escape") {
    closePopover();
    event.stopPropagation();
  } else if ((event.key === "Enter" || event.key === "Tab") && open.active < count) {
    take(open.active);
  } else {
    return;
  }
  event.preventDefault();
}

/** Move the focus through a menu of buttons or links by arrow keys. */
export function steerMenu(event) {
  const menu = event.currentTarget;
  if (event.key === "Escape") {
    closePopover();
    event.stopPropagation();
    event.preventDefault();
    menu.querySelector("[aria-expanded]").focus();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const entries = [...menu.querySelectorAll("[data-entry]")];
  const at = entries.indexOf(document.activeElement);
  const step = event.key === "ArrowDown" ? 1 : -1;
  entries[(at + step + entries.length) % entries.length]?.focus();
  event.preventDefault();
}

export function whenFocusLeaves(event) {
  const next = event.relatedTarget;
  if (next !== null && !event.currentTarget.contains(next)) closePopover();
}

document.addEventListener("pointerdown", (event) => {
  const inside = event.target.closest?.("[data-popover]");
  if (state.popover !== null && inside?.dataset.popover !== state.popover.key) closePopover();
});
