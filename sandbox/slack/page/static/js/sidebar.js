// The list of channels and apps at the left; a drawer where the window is narrow.

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { APP, HOME, roomAddress } from "./place.js";
import { isUnread } from "./reading.js";
import { change, directMessages, isConnected, state } from "./state.js";

export function sidebar() {
  const channels = state.channels.filter(({ kind }) => kind !== "im");
  const joined = channels.filter((channel) => channel.is_member);
  const others = channels.filter((channel) => !channel.is_member);
  return h(
    "nav",
    {
      id: "sidebar",
      class: `sidebar ${state.isDrawerOpen ? "is-open" : ""}`,
      "aria-label": "Channels and apps",
      onKeyDown: closeOnEscape,
    },
    h(
      "div",
      { class: "sidebar-head" },
      h("h1", { class: "workspace-name" }, state.workspace.team.name),
      h(
        "button",
        {
          class: "drawer-close",
          type: "button",
          "aria-label": "Close channels",
          onClick: () => change({ isDrawerOpen: false }),
        },
        icon("close"),
      ),
    ),
    group("Channels", joined.map(channelLink)),
    others.length > 0 && group("Not joined", others.map(channelLink)),
    group("Apps", [appLink()]),
  );
}

export function shade() {
  return state.isDrawerOpen && h("div", { class: "shade", onClick: () => change({ isDrawerOpen: false }) });
}

function closeOnEscape(event) {
  if (event.key === "Escape" && state.isDrawerOpen) {
    change({ isDrawerOpen: false });
    document.querySelector(".drawer-button").focus();
  }
}

function group(title, entries) {
  return h("section", { class: "sidebar-group", key: title }, h("h2", null, title), h("ul", null, entries));
}

function channelLink(channel) {
  const sign = channel.is_ext_shared ? "shared" : channel.kind === "group" ? "lock" : "hash";
  return link(channel.id, icon(sign), channel.name, isUnread(channel), channel.is_member ? "" : "is-foreign");
}

function appLink() {
  const name =
    state.workspace.people.find(({ id }) => id === state.workspace.app.bot_user_id)?.real_name ?? "App";
  const messages = directMessages();
  const face = avatar({ id: state.workspace.app.bot_user_id, name }, "tiny");
  const presence = h("span", { class: `presence ${isConnected() ? "is-here" : ""}` });
  const isUnreadApp = messages !== null && isUnread(messages);
  return link(isUnreadApp ? APP : HOME, h("span", { class: "face" }, face, presence), name, isUnreadApp, "", [
    HOME,
    APP,
  ]);
}

function link(room, sign, name, unread, kind = "", rooms = [room]) {
  const isHere = rooms.includes(state.place.room);
  return h(
    "li",
    { key: rooms[0] },
    h(
      "a",
      {
        class: `room ${unread && !isHere ? "is-unread" : ""} ${kind}`,
        href: roomAddress(room),
        "aria-current": isHere ? "page" : null,
        onClick: () => change({ isDrawerOpen: false }),
      },
      sign,
      h("span", { class: "room-name" }, name),
      unread && !isHere && h("span", { class: "unread" }, h("span", { class: "unseen" }, "unread")),
    ),
  );
}
