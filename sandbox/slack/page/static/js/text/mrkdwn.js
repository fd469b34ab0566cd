// Slack's own markup, read into elements: *bold* _italic_ ~strike~ `code` ```block``` > quote <link|words> :emoji:

import { h } from "../dom.js";
import { emoji, emojiIn } from "./emoji.js";
import { decode } from "./encode.js";
import { broadcast, channelMention, groupMention, link, personMention } from "./mentions.js";
import { formatDate } from "./time.js";

const STYLES = { "*": "strong", _: "em", "~": "s" };
const TOKEN = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<angle>[^<>\\n]+)>",
    "(?<![\\w*_~])(?<mark>[*_~])(?<styled>[^\\s*_~](?:[^\\n]*?\\S)??)\\k<mark>(?![\\w*_~])",
    ":(?<emoji>[a-z0-9_+'-]+):",
    "(?<bare>https?://[^\\s<>|]*[^\\s<>|.,:;!?)\\]'\"`*_~])",
  ].join("|"),
);

export function mrkdwn(text) {
  return text
    .split(/```\n?([\s\S]*?)\n?```/)
    .map((part, index) => (index % 2 === 1 ? h("pre", null, decode(part)) : paragraphs(part)));
}

/** Words with line breaks, each line drawn by `draw`. */
export function lines(text, draw = inline) {
  return text.split("\n").flatMap((line, index) => (index === 0 ? [draw(line)] : [h("br"), draw(line)]));
}

function paragraphs(text) {
  const groups = [];
  for (const line of text.split("\n")) {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    const isQuote = quoted !== null;
    if (groups.length === 0 || groups.at(-1).isQuote !== isQuote) groups.push({ isQuote, lines: [] });
    groups.at(-1).lines.push(isQuote ? quoted[1] : line);
  }
  return groups.map((group) => {
    const drawn = lines(group.lines.join("\n"));
    return group.isQuote ? h("blockquote", null, drawn) : drawn;
  });
}

export function inline(text) {
  const found = text.match(TOKEN);
  if (found === null) return emojiIn(decode(text));
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return [emojiIn(decode(before)), token(found), after === "" ? null : inlineAfter(found[0], after)];
}

/** Go on behind a token; its last character decides whether a mark may begin there. */
function inlineAfter(token, after) {
  const last = token.at(-1);
  if (!/[\w*_~]/.test(last) || !/^[*_~]/.test(after)) return inline(after);
  return [after[0], inline(after.slice(1))];
}

function token({ groups, 0: whole }) {
  if (groups.code !== undefined) return h("code", null, decode(groups.code));
  if (groups.angle !== undefined) return angle(groups.angle);
  if (groups.mark !== undefined) return h(STYLES[groups.mark], null, inline(groups.styled));
  if (groups.emoji !== undefined) return emoji(groups.emoji) ?? whole;
  return link(decode(groups.bare));
}

function angle(inside) {
  const [target, ...rest] = inside.split("|");
  const label = rest.length > 0 ? rest.join("|") : null;
  if (target.startsWith("@")) return personMention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9));
  if (target.startsWith("!date^")) return date(target.slice(6).split("^"), label);
  if (target.startsWith("!")) return broadcast(target.slice(1));
  return label === null ? link(decode(target)) : link(decode(target), emojiIn(decode(label)));
}

function date([seconds, format, url], fallback) {
  const isTime = /^\d+$/.test(seconds);
  const words = isTime ? formatDate(Number(seconds), decode(format ?? "")) : decode(fallback ?? "");
  const shown = h("time", isTime ? { datetime: new Date(seconds * 1000).toISOString() } : null, words);
  return url ? link(decode(url), shown) : shown;
}
