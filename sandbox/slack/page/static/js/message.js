// One message: who, when, what, and the thread under it.

import { authorOf } from "./author.js";
import { avatar } from "./avatar.js";
import { blocks } from "./blocks/index.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { addressOf } from "./place.js";
import { state } from "./state.js";
import { messageSurface } from "./surface.js";
import { mrkdwn } from "./text/mrkdwn.js";
import { clockTime, fullTime, isoTime, timeAgo } from "./text/time.js";

export function message(channel, one, { isInThread, isCompact }) {
  const author = authorOf(one);
  const kind = [isCompact && "is-compact", one.is_ephemeral && "is-ephemeral"].filter(Boolean).join(" ");
  return h(
    "article",
    { class: `message ${kind}`, "aria-label": `${author.name}, ${clockTime(one.ts)}`, "data-ts": one.ts },
    h("div", { class: "message-side" }, isCompact ? stamp(one, "side-time") : avatar(author)),
    h(
      "div",
      { class: "message-main" },
      one.is_ephemeral && h("p", { class: "only-you" }, icon("eye"), "Only visible to you"),
      !isCompact && heading(author, one),
      body(channel, one),
      !isInThread && one.reply_count && threadLink(one),
    ),
    !isInThread &&
      !one.is_ephemeral &&
      !one.is_deleted &&
      h("div", { class: "message-tools" }, replyButton(one)),
  );
}

function heading(author, one) {
  return h(
    "p",
    { class: "message-head" },
    h("strong", { class: "author" }, author.name),
    author.isApp && h("span", { class: "badge" }, "APP"),
    stamp(one, "time"),
  );
}

function stamp(one, kind) {
  return h("time", { class: kind, datetime: isoTime(one.ts), title: fullTime(one.ts) }, clockTime(one.ts));
}

function body(channel, one) {
  if (one.is_deleted) return h("p", { class: "deleted" }, "This message was deleted.");
  const surface = messageSurface(channel.id, one);
  return h(
    "div",
    { class: "message-body" },
    one.blocks ? blocks(surface) : h("div", { class: "text" }, mrkdwn(one.text)),
    (one.attachments ?? []).map((attachment, index) => attached(surface, attachment, index)),
    one.edited && h("span", { class: "edited" }, "(edited)"),
  );
}

function attached(surface, attachment, index) {
  return h(
    "div",
    { class: "attachment", key: `attachment ${index}` },
    attachment.pretext && h("div", { class: "text" }, mrkdwn(attachment.pretext)),
    attachment.title && h("strong", null, attachment.title),
    attachment.text && h("div", { class: "text" }, mrkdwn(attachment.text)),
    attachment.blocks && blocks({ ...surface, blocks: attachment.blocks }),
    !attachment.text && !attachment.blocks && attachment.fallback,
  );
}

function threadAddress(one) {
  return addressOf({ ...state.place, thread: one.ts });
}

function threadLink(one) {
  const count = one.reply_count === 1 ? "1 reply" : `${one.reply_count} replies`;
  const faces = one.reply_users
    .slice(0, 3)
    .map((id) => avatar({ id, name: authorOf({ user: id }).name }, "tiny"));
  return h(
    "a",
    { class: "thread-link", href: threadAddress(one) },
    h("span", { class: "thread-faces" }, faces),
    h("span", { class: "thread-count" }, count),
    h("span", { class: "thread-last" }, `Last reply ${timeAgo(one.latest_reply)}`),
  );
}

function replyButton(one) {
  return h(
    "a",
    { class: "tool", href: threadAddress(one), "aria-label": "Reply in thread", title: "Reply in thread" },
    icon("thread"),
  );
}
