// The bar across the top: where we are, and who we are.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { peopleMenu } from "./people.js";
import { change, state } from "./state.js";

export function topbar() {
  return h(
    "header",
    { class: "topbar" },
    h(
      "button",
      {
        class: "drawer-button",
        type: "button",
        "aria-label": "Channels",
        "aria-expanded": String(state.isDrawerOpen),
        "aria-controls": "sidebar",
        onClick: () => change({ isDrawerOpen: !state.isDrawerOpen }),
      },
      icon("menu"),
    ),
    h("p", { class: "topbar-note" }, "Sandbox: a stand-in for Slack, on this computer only"),
    peopleMenu(),
  );
}
