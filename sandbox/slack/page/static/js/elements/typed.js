// Fields to type into. The app hears of what is typed where it asked for it: a moment after the last key, or on Enter.

import { sendAct } from "../acts.js";
import { h } from "../dom.js";
import { plainWords } from "../text/rich_text.js";
import { enter, valueOf } from "../surface.js";
import { dispatches } from "./choosing.js";
import { fieldAttributes, idOf } from "./naming.js";

const PAUSE = 400;
const TYPES = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
};
const waiting = new Map();

export function typed(surface, block, element, field) {
  const isLong = element.type === "plain_text_input" && element.multiline;
  return h(isLong ? "textarea" : "input", {
    ...fieldAttributes(surface, block, element, field),
    class: "control",
    type: isLong ? null : TYPES[element.type],
    inputmode: element.type === "number_input" ? "decimal" : null,
    rows: isLong ? "3" : null,
    maxlength: element.max_length,
    autocomplete: "off",
    spellcheck: element.type === "plain_text_input" ? null : "false",
    placeholder: element.placeholder?.text,
    value: valueOf(surface, block, element) ?? "",
    onInput: (event) => write(surface, block, element, event.currentTarget.value),
    onKeyDown: (event) => press(surface, block, element, event, isLong),
  });
}

export function richTextInput(surface, block, element, field) {
  return h("textarea", {
    ...fieldAttributes(surface, block, element, field),
    class: "control",
    rows: "4",
    placeholder: element.placeholder?.text,
    value: plainWords(valueOf(surface, block, element)),
    onInput: (event) => enter(surface, block, element, asRichText(event.currentTarget.value)),
  });
}

function triggers(block, element, name) {
  return (
    dispatches(block) &&
    (element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]).includes(name)
  );
}

function write(surface, block, element, value) {
  enter(surface, block, element, value);
  if (!triggers(block, element, "on_character_entered")) return;
  const key = idOf(surface, block, element);
  clearTimeout(waiting.get(key));
  waiting.set(
    key,
    setTimeout(() => sendAct(surface, block, element, value), PAUSE),
  );
}

function press(surface, block, element, event, isLong) {
  if (event.key !== "Enter" || event.isComposing || (isLong && !event.ctrlKey && !event.metaKey)) return;
  if (!triggers(block, element, "on_enter_pressed")) {
    if (isLong) event.currentTarget.form?.requestSubmit();
    return;
  }
  event.preventDefault();
  sendAct(surface, block, element, event.currentTarget.value);
}

function asRichText(text) {
  if (text === "") return null;
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}
