// The pane at the right: one message and its replies. On a phone it covers the room.

import { composer, focusWhereOneTypes } from "./composer.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { message } from "./message.js";
import { messageRows } from "./message_list.js";
import { go, roomAddress } from "./place.js";
import { endingBelow, jumpToEnd } from "./scrolling.js";
import { currentChannel, state } from "./state.js";

export function threadPane() {
  const channel = currentChannel();
  const { thread } = state.place;
  if (thread === null || channel === null) return null;
  const [root, ...replies] = withRoot(channel, thread);
  return h(
    "aside",
    {
      class: "thread",
      key: `thread ${thread}`,
      "aria-label": "Thread",
      onKeyDown: closeOnEscape,
      removed: backToRoom,
    },
    h(
      "header",
      { class: "room-header" },
      h("a", { class: "thread-back", href: roomAddress(state.place.room) }, icon("back"), "Back"),
      h("h2", null, "Thread"),
      h("p", { class: "purpose" }, channel.kind === "im" ? "tenantbot" : `#${channel.name}`),
      h(
        "a",
        {
          class: "plain-button thread-close",
          href: roomAddress(state.place.room),
          "aria-label": "Close thread",
        },
        icon("close"),
      ),
    ),
    h(
      "div",
      {
        class: "messages",
        ...endingBelow("thread"),
        tabindex: "0",
        role: "region",
        "aria-label": "Messages in the thread",
      },
      root &&
        h("div", { class: "thread-root" }, message(channel, root, { isInThread: true, isCompact: false })),
      root &&
        replies.length > 0 &&
        h(
          "p",
          { class: "reply-count" },
          h("span", null, replies.length === 1 ? "1 reply" : `${replies.length} replies`),
        ),
      root && messageRows(channel, replies, true),
    ),
    jumpToEnd("thread"),
    composer(channel, thread),
  );
}

/** Until the thread has been fetched, its root is known from the channel. */
function withRoot(channel, thread) {
  if (state.replies.length > 0) return state.replies;
  return (state.messages.get(channel.id) ?? []).filter(({ ts }) => ts === thread);
}

function closeOnEscape(event) {
  if (event.key === "Escape" && !event.defaultPrevented) go({ thread: null });
}

function backToRoom(pane) {
  if (pane.contains(document.activeElement))
    focusWhereOneTypes(document.querySelector(".room-pane textarea"));
}
