// The menu behind three dots.

import { sendAct } from "../acts.js";
import { confirmed } from "../confirm.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { closePopover, isOpen, openPopover, steerMenu, whenFocusLeaves } from "../popover.js";
import { emojiIn } from "../text/emoji.js";

export function overflow(surface, block, element) {
  const key = `overflow ${surface.key}/${block.block_id}/${element.action_id}`;
  const isShown = isOpen(key);
  return h(
    "div",
    { class: "overflow", "data-popover": key, onKeyDown: steerMenu, onFocusOut: whenFocusLeaves },
    h(
      "button",
      {
        class: "button is-icon",
        type: "button",
        "aria-label": "More actions",
        "aria-haspopup": "true",
        "aria-expanded": String(isShown),
        onClick: () => (isShown ? closePopover() : openPopover(key)),
      },
      icon("more"),
    ),
    isShown &&
      h(
        "div",
        { class: "menu", created: (menu) => menu.querySelector("[data-entry]").focus() },
        element.options.map((option) => entry(surface, block, element, option)),
      ),
  );
}

function entry(surface, block, element, option) {
  const take = () => {
    closePopover();
    confirmed(element, () => sendAct(surface, block, element, option.value));
  };
  const words = [emojiIn(option.text.text), option.description && h("small", null, option.description.text)];
  if (option.url) {
    return h(
      "a",
      {
        class: "menu-entry",
        "data-entry": true,
        href: option.url,
        target: "_blank",
        rel: "noopener noreferrer",
        onClick: take,
      },
      words,
    );
  }
  return h("button", { class: "menu-entry", type: "button", "data-entry": true, onClick: take }, words);
}
