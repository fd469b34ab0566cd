// The messages of a channel from its beginning, with days between them, and the welcome where there are none.

import { suggestText } from "./composer.js";
import { h } from "./dom.js";
import { message } from "./message.js";
import { endingBelow } from "./scrolling.js";
import { state } from "./state.js";
import { dayOf } from "./text/time.js";

const TOGETHER = 300; // seconds within which messages of one author share a face

export function channelMessages(channel) {
  const messages = state.messages.get(channel.id);
  return h(
    "div",
    {
      class: "messages",
      key: "messages",
      ...endingBelow("room"),
      tabindex: "0",
      role: "region",
      "aria-label": "Messages",
    },
    h("div", { class: "messages-start" }, welcome(channel, messages)),
    messages && messageRows(channel, messages),
  );
}

export function messageRows(channel, messages, isInThread = false) {
  return h(
    "ol",
    { class: "message-list" },
    messages.flatMap((one, index) => {
      const before = messages[index - 1];
      const day = dayOf(one.ts);
      const isNewDay = !isInThread && (!before || dayOf(before.ts) !== day);
      return [
        isNewDay && h("li", { class: "day", key: `day ${day}` }, h("span", null, day)),
        h(
          "li",
          { key: one.ts, class: "message-row" },
          message(channel, one, { isInThread, isCompact: !isNewDay && goesWith(before, one) }),
        ),
      ];
    }),
  );
}

function goesWith(before, one) {
  return (
    Boolean(before) &&
    before.user === one.user &&
    !before.reply_count &&
    !one.is_ephemeral &&
    !before.is_ephemeral &&
    !before.is_deleted &&
    Number(one.ts) - Number(before.ts) < TOGETHER &&
    !one.blocks
  );
}

function welcome(channel, messages) {
  if (!messages) return null;
  if (channel.kind === "im") {
    return h(
      "div",
      { class: "welcome" },
      h("h3", null, "This is your conversation with tenantbot"),
      h("p", null, "Only you and the app see what is said here."),
    );
  }
  return h(
    "div",
    { class: "welcome" },
    h("h3", null, `This is the very beginning of #${channel.name}`),
    channel.purpose && h("p", null, `${channel.purpose}.`),
    messages.every((one) => one.is_ephemeral) &&
      channel.is_member &&
      channel.name === "ops" &&
      h(
        "p",
        { class: "welcome-act" },
        "To get a first tenant, type ",
        suggestion(channel, "/tenant provision"),
        " below and press Enter.",
      ),
  );
}

function suggestion(channel, text) {
  return h(
    "button",
    { type: "button", class: "suggestion", onClick: () => suggestText(channel, text) },
    text,
  );
}
