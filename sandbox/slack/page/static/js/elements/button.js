// Buttons: plain, of one icon, and the pair that asks for an opinion.

import { sendAct } from "../acts.js";
import { confirmed } from "../confirm.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { state } from "../state.js";
import { emojiIn } from "../text/emoji.js";

const STYLES = { primary: "is-primary is-solid", danger: "is-danger is-solid" };
const SAFE = /^https?:/i;

export function button(surface, block, element) {
  return one(surface, block, element, element.text, STYLES[element.style] ?? "");
}

export function iconButton(surface, block, element) {
  return one(surface, block, element, element.text, "is-small");
}

export function feedbackButtons(surface, block, element) {
  return [element.positive_button, element.negative_button].map((each) =>
    one(surface, block, element, each.text, "is-small"),
  );
}

function one(surface, block, element, words, kind) {
  const isBusy = state.busy.has(`${surface.key}/${block.block_id}/${element.action_id}`);
  const send = () => sendAct(surface, block, element);
  const attributes = {
    class: `button ${kind}`,
    "aria-busy": isBusy ? "true" : null,
    "aria-label": element.accessibility_label,
  };
  if (element.url && SAFE.test(element.url)) {
    return h(
      "a",
      { ...attributes, href: element.url, target: "_blank", rel: "noopener noreferrer", onClick: send },
      emojiIn(words.text),
      icon("right"),
    );
  }
  return h(
    "button",
    { ...attributes, type: "button", disabled: isBusy, onClick: () => confirmed(element, send) },
    emojiIn(words.text),
  );
}
