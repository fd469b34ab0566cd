// The app's Home tab, as it has published it for this person.

import { blocks } from "./blocks/index.js";
import { h } from "./dom.js";
import { state } from "./state.js";
import { viewSurface } from "./surface.js";

export function homeTab() {
  return h(
    "div",
    { class: "home", key: "home", tabindex: "0", role: "region", "aria-label": "Home tab" },
    h(
      "div",
      { class: "home-page" },
      state.home ? blocks(viewSurface(state.home)) : state.home === null && empty(),
    ),
  );
}

function empty() {
  return h(
    "div",
    { class: "welcome" },
    h("h3", null, "Nothing here yet"),
    h("p", null, "The app publishes this tab when it hears that you have opened it."),
  );
}
