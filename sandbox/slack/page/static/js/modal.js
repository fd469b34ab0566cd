// The modal on top: title, blocks, and the buttons that close or submit it.

import { closeModal, submitModal } from "./acts.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks/index.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover } from "./popover.js";
import { state } from "./state.js";
import { viewSurface } from "./surface.js";

const FIELDS = "input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";

export function modal() {
  const view = state.modals.at(-1);
  if (view === undefined) return null;
  const surface = viewSurface(view);
  const isBusy = state.busy.has(`submit ${view.id}`);
  const problem = state.errors.get(surface.key)?.[""];
  return h(
    "dialog",
    {
      class: "modal",
      key: "modal",
      "aria-labelledby": "modal-title",
      created: (dialog) => dialog.showModal(),
      removed: (dialog) => dialog.close(),
      onKeyDown: (event) => closeOnEscape(event, view),
      onCancel: (event) => cancel(event, view),
    },
    h(
      "form",
      {
        class: "modal-form",
        key: view.id,
        noValidate: true,
        created: focusFirst,
        onSubmit: (event) => submit(event, surface, view),
      },
      h(
        "header",
        { class: "modal-head" },
        view.previous_view_id &&
          h(
            "button",
            {
              class: "plain-button",
              type: "button",
              "aria-label": "Back",
              onClick: () => closeModal(view, false),
            },
            icon("back"),
          ),
        avatar({ id: state.workspace.app.bot_user_id, name: "tenantbot" }, "small"),
        h("h2", { id: "modal-title" }, view.title.text),
        h(
          "button",
          {
            class: "plain-button",
            type: "button",
            "aria-label": "Close",
            onClick: () => closeModal(view, true),
          },
          icon("close"),
        ),
      ),
      h(
        "div",
        { class: "modal-body" },
        problem && h("p", { class: "modal-problem", role: "alert" }, problem),
        blocks(surface),
      ),
      h(
        "footer",
        { class: "modal-foot" },
        h(
          "button",
          { class: "button", type: "button", onClick: () => closeModal(view, false) },
          view.close?.text ?? (view.submit ? "Cancel" : "Close"),
        ),
        view.submit &&
          h(
            "button",
            {
              class: "button is-primary is-solid",
              type: "submit",
              disabled: isBusy || view.submit_disabled,
              "aria-busy": isBusy ? "true" : null,
            },
            view.submit.text,
          ),
      ),
    ),
  );
}

function submit(event, surface, view) {
  event.preventDefault();
  if (view.submit && !view.submit_disabled) submitModal(surface, view);
}

// Escape while nothing in the modal has the focus, as when the focused field is gone with an update.
function cancel(event, view) {
  event.preventDefault();
  closeModal(view, false);
}

function closeOnEscape(event, view) {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  event.preventDefault();
  if (state.popover !== null) closePopover();
  else closeModal(view, false);
}

function focusFirst(form) {
  const body = form.querySelector(".modal-body");
  const first = body.querySelector("[data-focus-on-load]") ?? body.querySelector(FIELDS);
  (first ?? form.querySelector("[type=submit], .modal-foot button"))?.focus();
}
