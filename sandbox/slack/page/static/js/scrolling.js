// Lists that end below: they follow what arrives while one is at their end, and stay still while one reads above.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { redraw } from "./state.js";

const NEAR = 60;
const above = new Set(); // the names of lists that somebody has scrolled up

/** What a list is, besides its messages. */
export function endingBelow(name) {
  return { "data-ends-below": name, onScroll: (event) => watch(name, event.currentTarget) };
}

export function followAgain(name) {
  above.delete(name);
}

/** After every drawing: to the end, where nobody reads above it. */
export function keepAtEnd() {
  for (const list of document.querySelectorAll("[data-ends-below]")) {
    if (!above.has(list.dataset.endsBelow)) list.scrollTop = list.scrollHeight;
  }
}

export function jumpToEnd(name) {
  const jump = () => {
    followAgain(name);
    redraw();
  };
  return (
    above.has(name) &&
    h(
      "div",
      { class: "jump", key: "jump" },
      h(
        "button",
        { class: "button is-small", type: "button", onClick: jump },
        icon("down"),
        "Newest messages",
      ),
    )
  );
}

function watch(name, list) {
  const isAbove = list.scrollHeight - list.scrollTop - list.clientHeight > NEAR;
  if (isAbove === above.has(name)) return;
  if (isAbove) above.add(name);
  else above.delete(name);
  redraw();
}

window.addEventListener("resize", keepAtEnd);
