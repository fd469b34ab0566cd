// Who sits at the page, and who else one can be. Entries are links, so that a second tab can be a second person.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { addressOf } from "./place.js";
import { closePopover, isOpen, openPopover, steerMenu, whenFocusLeaves } from "./popover.js";
import { personOf, state } from "./state.js";

const KEY = "people";
const ROLES = {
  viewers: "looks things up, changes nothing",
  operators: "asks for tenants and looks after them",
  approvers: "decides what others ask for",
};

export function peopleMenu() {
  const isShown = isOpen(KEY);
  const { person } = state;
  return h(
    "div",
    { class: "people", "data-popover": KEY, onKeyDown: steerMenu, onFocusOut: whenFocusLeaves },
    h(
      "button",
      {
        class: "people-button",
        "data-person": person.name,
        type: "button",
        "aria-expanded": String(isShown),
        "aria-controls": "people-list",
        onClick: () => (isShown ? closePopover() : openPopover(KEY)),
      },
      avatar({ id: person.id, name: person.real_name }, "small"),
      h(
        "span",
        { class: "people-words" },
        h(
          "span",
          { class: "people-name" },
          h("span", { class: "people-you" }, "You are: "),
          person.real_name,
        ),
        h("span", { class: "people-role" }, roleOf(person)),
      ),
      icon("down"),
    ),
    isShown && peopleList(),
  );
}

function peopleList() {
  const everyone = state.workspace.people_to_be.map(personOf);
  const isOther = (person) => person.is_restricted || person.is_stranger;
  return h(
    "nav",
    { id: "people-list", class: "menu people-list", "aria-label": "Who to be" },
    h("p", { class: "menu-title" }, "Be somebody else"),
    everyone.filter((person) => !isOther(person)).map(entry),
    h("p", { class: "menu-title" }, "Others, who will be refused"),
    everyone.filter(isOther).map(entry),
    h("p", { class: "menu-hint" }, "Open one in a new tab to be two people at once."),
  );
}

function entry(person) {
  return h(
    "a",
    {
      class: "menu-entry",
      href: addressOf({ person: person.name, room: state.place.room }),
      "data-entry": true,
      "aria-current": person.id === state.person.id ? "true" : null,
      onClick: closePopover,
    },
    avatar({ id: person.id, name: person.real_name }, "small"),
    h(
      "span",
      { class: "people-words" },
      h("span", { class: "people-name" }, person.real_name),
      h("span", { class: "people-role" }, roleOf(person)),
    ),
    person.id === state.person.id && icon("check"),
  );
}

function roleOf(person) {
  if (person.is_stranger) return "from another workspace, in a shared channel";
  if (person.is_restricted) return "a guest in one channel";
  const groups = state.workspace.groups.filter(({ users }) => users.includes(person.id));
  return groups.map(({ handle, name }) => ROLES[handle] ?? name).join("; ") || "in no group";
}
