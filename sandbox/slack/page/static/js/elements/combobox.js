// A field in which one searches and picks: several things, or one that only the app knows.

import * as api from "../api.js";
import { explain, guarded, sayProblem } from "../acts.js";
import { h } from "../dom.js";
import { optionsOf } from "../fields.js";
import { icon } from "../icons.js";
import { closePopover, isOpen, openPopover, point, steer, whenFocusLeaves } from "../popover.js";
import { redraw, state } from "../state.js";
import { emojiIn } from "../text/emoji.js";
import { valueOf } from "../surface.js";
import { choose } from "./choosing.js";
import { peopleOptions, roomOptions } from "./known.js";
import { fieldAttributes, idOf } from "./naming.js";

const PAUSE = 250;
const LEAST_TYPED = 3;
let waiting = null;

export function combobox(surface, block, element, field) {
  const at = { surface, block, element, key: `combobox ${idOf(surface, block, element)}` };
  const chosen = [valueOf(surface, block, element) ?? []].flat();
  const isShown = isOpen(at.key);
  const found = isShown ? findable(element, chosen) : [];
  const listId = `${idOf(surface, block, element)}-list`;
  return h(
    "div",
    { class: "combobox", "data-popover": at.key, onFocusOut: whenFocusLeaves },
    h(
      "div",
      { class: "control chips" },
      chosen.map((value) => chip(at, chosen, value)),
      h("input", {
        ...fieldAttributes(surface, block, element, field),
        class: "chip-input",
        type: "text",
        role: "combobox",
        autocomplete: "off",
        "aria-expanded": String(isShown),
        "aria-controls": listId,
        "aria-activedescendant": found.length > 0 ? `${listId}-${state.popover.active}` : null,
        placeholder: chosen.length > 0 ? "" : (element.placeholder?.text ?? "Search and choose"),
        value: isShown ? state.popover.query : "",
        onFocus: () => open(at),
        onClick: () => isOpen(at.key) || open(at),
        onInput: (event) => search(at, event.currentTarget.value),
        onKeyDown: (event) => press(at, event, found, chosen),
      }),
    ),
    isShown && optionList(at, listId, found, chosen),
  );
}

function isSeveral(element) {
  return element.type.startsWith("multi_");
}

function isOfApp(element) {
  return element.type.endsWith("external_select");
}

function knownOptions(element) {
  if (element.type.includes("users")) return peopleOptions();
  if (element.type.includes("conversations") || element.type.includes("channels")) return roomOptions();
  return optionsOf(element);
}

function findable(element, chosen) {
  const { query, options } = state.popover;
  const names = new Set(chosen.map((value) => value.value ?? value));
  const all = isOfApp(element)
    ? options
    : knownOptions(element).filter(({ text }) => text.text.toLowerCase().includes(query.toLowerCase()));
  return all.filter(({ value }) => !names.has(value));
}

function chip(at, chosen, value) {
  const words =
    value.text?.text ?? knownOptions(at.element).find((option) => option.value === value)?.text.text ?? value;
  const remove = () =>
    take(
      at,
      chosen.filter((one) => one !== value),
    );
  return h(
    "span",
    { class: "chip", key: value.value ?? value },
    emojiIn(words),
    h("button", { type: "button", "aria-label": `Remove ${words}`, onClick: remove }, icon("close")),
  );
}

function optionList(at, id, found, chosen) {
  const hint = state.popover.hint ?? "Nothing found";
  return h(
    "ul",
    {
      id,
      class: "menu options",
      role: "listbox",
      created: (list) => list.scrollIntoView({ block: "nearest" }),
    },
    found.map((option, index) =>
      h(
        "li",
        {
          key: option.value,
          id: `${id}-${index}`,
          class: "menu-entry",
          role: "option",
          "aria-selected": String(index === state.popover.active),
          onMouseMove: () => point(index),
          onMouseDown: (event) => {
            event.preventDefault();
            add(at, option, chosen);
          },
        },
        emojiIn(option.text.text),
        option.description && h("small", null, option.description.text),
      ),
    ),
    found.length === 0 && h("li", { class: "menu-hint", key: "hint" }, hint),
  );
}

function open(at) {
  openPopover(at.key);
  if (isOfApp(at.element)) search(at, "");
}

function search(at, query) {
  if (!isOpen(at.key)) openPopover(at.key);
  Object.assign(state.popover, { query, active: 0, hint: null });
  clearTimeout(waiting);
  if (isOfApp(at.element)) askApp(at, query);
  redraw();
}

function askApp(at, query) {
  const least = at.element.min_query_length ?? LEAST_TYPED;
  state.popover.options = [];
  state.popover.hint = query.length < least ? `Type ${least} characters or more` : "Searching…";
  if (query.length < least) return;
  const { surface, block, element } = at;
  waiting = setTimeout(async () => {
    const body = { block_id: block.block_id, action_id: element.action_id, value: query };
    const answer = await guarded(() => api.suggest(state.person.id, surface.view, body));
    if (!isOpen(at.key) || state.popover.query !== query) return;
    if (answer?.error) sayProblem(explain(answer.error));
    state.popover.options =
      answer?.options ?? (answer?.option_groups ?? []).flatMap((group) => group.options);
    state.popover.hint = null;
    redraw();
  }, PAUSE);
}

function press(at, event, found, chosen) {
  if (event.key === "Backspace" && event.currentTarget.value === "" && chosen.length > 0) {
    take(at, chosen.slice(0, -1));
  } else if (isOpen(at.key) && !(event.key === "Tab" && state.popover.query === "")) {
    steer(event, found.length, (index) => add(at, found[index], chosen));
    if (event.key === "Enter") event.preventDefault();
  } else if (event.key === "ArrowDown") {
    open(at);
    event.preventDefault();
  }
}

function add(at, option, chosen) {
  const value = isOfApp(at.element) ? option : option.value;
  const most = at.element.max_selected_items ?? Infinity;
  if (isSeveral(at.element) && chosen.length >= most) return;
  take(at, isSeveral(at.element) ? [...chosen, value] : [value]);
  if (!isSeveral(at.element)) closePopover();
  else Object.assign(state.popover, { query: "", active: 0 });
}

function take({ surface, block, element }, values) {
  choose(surface, block, element, isSeveral(element) ? values : (values[0] ?? null));
}
