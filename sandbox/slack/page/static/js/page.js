// The whole page as a tree, from the state to the document.

import { confirmDialog } from "./confirm.js";
import { draw, h } from "./dom.js";
import { homeTab } from "./home.js";
import { icon } from "./icons.js";
import { modal } from "./modal.js";
import { APP, HOME } from "./place.js";
import { roomHeader } from "./room.js";
import { composer } from "./composer.js";
import { channelMessages } from "./message_list.js";
import { jumpToEnd, keepAtEnd } from "./scrolling.js";
import { shade, sidebar } from "./sidebar.js";
import { change, currentChannel, isConnected, state } from "./state.js";
import { threadPane } from "./thread.js";
import { topbar } from "./topbar.js";

export function drawPage() {
  if (state.workspace === null || state.person === null || state.place === null) return;
  document.title = `${roomTitle()} · ${state.person.real_name} · ${state.workspace.team.name}`;
  draw(document.getElementById("page"), [
    h("a", { class: "skip", href: "#composer", onClick: skipToComposer }, "Skip to the message box"),
    topbar(),
    h(
      "div",
      { class: `columns ${state.place.thread ? "has-thread" : ""}` },
      sidebar(),
      shade(),
      room(),
      threadPane(),
    ),
    modal(),
    confirmDialog(),
    notice(),
  ]);
  keepAtEnd();
}

function roomTitle() {
  if (state.place.room === HOME || state.place.room === APP) return "tenantbot";
  return `#${currentChannel()?.name ?? ""}`;
}

function room() {
  const channel = currentChannel();
  const isHome = state.place.room === HOME;
  return h(
    "main",
    {
      class: "room-pane",
      key: `${state.person.id}/${state.place.room}`,
      "aria-label": roomTitle(),
      "aria-busy": state.isArriving ? "true" : null,
      "data-room": state.place.room,
    },
    roomHeader(channel),
    banner(),
    isHome ? homeTab() : channel && [channelMessages(channel), jumpToEnd("room"), composer(channel, null)],
  );
}

function banner() {
  if (!state.isLive) {
    return h(
      "p",
      { class: "banner is-waiting", role: "status", key: "banner" },
      "Reconnecting to the sandbox…",
    );
  }
  return (
    !isConnected() &&
    h(
      "p",
      { class: "banner", role: "status", key: "banner" },
      icon("plug"),
      h("span", null, "tenantbot is not connected; start ", h("code", null, "tenantbot sandbox"), "."),
    )
  );
}

function notice() {
  return (
    state.notice !== null &&
    h(
      "div",
      { class: "notice", role: "alert" },
      h("span", null, state.notice),
      h(
        "button",
        {
          class: "plain-button",
          type: "button",
          "aria-label": "Dismiss",
          onClick: () => change({ notice: null }),
        },
        icon("close"),
      ),
    )
  );
}

function skipToComposer(event) {
  event.preventDefault();
  document.querySelector(".composer textarea")?.focus();
}
