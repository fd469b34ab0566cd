// The head of a room: its name and purpose, or the two tabs of the app.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { APP, HOME, roomAddress } from "./place.js";
import { state } from "./state.js";

export function roomHeader(channel) {
  if (state.place.room === HOME || state.place.room === APP) return appHeader();
  return h(
    "header",
    { class: "room-header", key: "header" },
    h("h2", null, icon(channel?.kind === "group" ? "lock" : "hash"), channel?.name),
    channel?.purpose && h("p", { class: "purpose" }, channel.purpose),
    channel?.is_ext_shared && h("span", { class: "tag" }, "shared with another company"),
    channel &&
      h("span", { class: "member-count", title: "Members" }, icon("person"), String(channel.members.length)),
  );
}

function appHeader() {
  const { bot_user_id: id } = state.workspace.app;
  return h(
    "header",
    { class: "room-header is-app", key: "header" },
    h(
      "h2",
      null,
      avatar({ id, name: "tenantbot" }, "small"),
      "tenantbot",
      h("span", { class: "badge" }, "APP"),
    ),
    h("nav", { class: "tabs", "aria-label": "Parts of the app" }, tab(HOME, "Home"), tab(APP, "Messages")),
  );
}

function tab(room, name) {
  return h(
    "a",
    { class: "tab", href: roomAddress(room), "aria-current": state.place.room === room ? "page" : null },
    name,
  );
}
