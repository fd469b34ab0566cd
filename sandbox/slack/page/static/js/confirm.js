// “Are you sure?”, in the app's words, before a click is sent.

import { h } from "./dom.js";
import { change, state } from "./state.js";
import { textObject } from "./text/objects.js";

/** Do it at once, or after a yes where the element asks for one. */
export function confirmed(element, act) {
  if (element.confirm) change({ confirm: { words: element.confirm, act } });
  else act();
}

export function confirmDialog() {
  if (state.confirm === null) return null;
  const { words, act } = state.confirm;
  const close = () => change({ confirm: null });
  const yes = () => {
    close();
    act();
  };
  return h(
    "dialog",
    {
      class: "confirm",
      key: "confirm",
      role: "alertdialog",
      "aria-labelledby": "confirm-title",
      "aria-describedby": "confirm-text",
      created: (dialog) => {
        dialog.showModal();
        dialog.querySelector("[data-no]").focus();
      },
      removed: (dialog) => dialog.close(),
      onCancel: (event) => {
        event.preventDefault();
        close();
      },
      onKeyDown: (event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          close();
        }
      },
    },
    h("h2", { id: "confirm-title" }, words.title.text),
    h("div", { id: "confirm-text", class: "text" }, textObject(words.text)),
    h(
      "footer",
      { class: "modal-foot" },
      h("button", { class: "button", type: "button", "data-no": true, onClick: close }, words.deny.text),
      h(
        "button",
        {
          class: `button is-solid ${words.style === "danger" ? "is-danger" : "is-primary"}`,
          type: "button",
          onClick: yes,
        },
        words.confirm.text,
      ),
    ),
  );
}
