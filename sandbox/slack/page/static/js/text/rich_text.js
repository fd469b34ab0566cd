// Rich text: sections, lists, quotes and preformatted text, and the leaves in them.

import { h } from "../dom.js";
import { emoji, emojiIn } from "./emoji.js";
import { broadcast, channelMention, groupMention, link, personMention } from "./mentions.js";
import { lines } from "./mrkdwn.js";
import { formatDate } from "./time.js";

const STYLES = {
  bold: "strong",
  italic: "em",
  strike: "s",
  underline: "u",
  code: "code",
  highlight: "mark",
  client_highlight: "mark",
};

export function richText(block) {
  return h("div", { class: "rich-text" }, block.elements.map(part));
}

function part(element) {
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, leaves(element.elements));
    case "rich_text_list":
      return list(element);
    case "rich_text_preformatted":
      return h(
        "pre",
        null,
        element.elements.map((leaf) => leaf.text ?? leaf.url ?? ""),
      );
    case "rich_text_quote":
      return h("blockquote", null, leaves(element.elements));
    default:
      return null;
  }
}

function list({ style, elements, indent = 0, offset = 0 }) {
  const items = elements.map((item) => h("li", null, leaves(item.elements)));
  const depth = { "data-indent": String(Math.min(indent, 8)) };
  return style === "ordered"
    ? h("ol", { ...depth, start: String(offset + 1) }, items)
    : h("ul", depth, items);
}

function leaves(elements) {
  return elements.map((leaf) => styled(drawLeaf(leaf), leaf.style ?? {}));
}

function styled(words, style) {
  return Object.keys(STYLES).reduce(
    (inner, name) => (style[name] ? h(STYLES[name], null, inner) : inner),
    words,
  );
}

function drawLeaf(leaf) {
  switch (leaf.type) {
    case "text":
      return lines(leaf.text, leaf.style?.code ? (line) => line : emojiIn);
    case "link":
      return link(leaf.url, leaf.text ? emojiIn(leaf.text) : []);
    case "user":
      return personMention(leaf.user_id);
    case "usergroup":
      return groupMention(leaf.usergroup_id);
    case "channel":
      return channelMention(leaf.channel_id);
    case "emoji":
      return emoji(leaf.name) ?? `:${leaf.name}:`;
    case "broadcast":
      return broadcast(leaf.range);
    case "date":
      return h(
        "time",
        { datetime: new Date(leaf.timestamp * 1000).toISOString() },
        formatDate(leaf.timestamp, leaf.format),
      );
    default:
      return leaf.text ?? leaf.value ?? leaf.fallback ?? "";
  }
}

/** The words of a rich text alone. */
export function plainWords(block) {
  const words = (element) => element.text ?? (element.elements ?? []).map(words).join("");
  return (block?.elements ?? []).map(words).join("\n");
}
