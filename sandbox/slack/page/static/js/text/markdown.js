// The usual Markdown, for blocks of that kind: headings, lists, quotes, tables, fences and what stands inside a line.

import { h } from "../dom.js";
import { emoji, emojiIn } from "./emoji.js";
import { link } from "./mentions.js";

const TOKEN = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "\\*\\*(?<bold>\\S(?:[^\\n]*?\\S)??)\\*\\*",
    "~~(?<strike>\\S(?:[^\\n]*?\\S)??)~~",
    "(?<![\\w*])\\*(?<star>\\S(?:[^*\\n]*?\\S)??)\\*(?!\\w)",
    "(?<![\\w_])_(?<low>\\S(?:[^_\\n]*?\\S)??)_(?!\\w)",
    "\\[(?<label>[^\\]\\n]+)\\]\\((?<url>[^()\\s]+)\\)",
    ":(?<emoji>[a-z0-9_+'-]+):",
    "(?<bare>https?://[^\\s<>|]*[^\\s<>|.,:;!?)\\]'\"])",
  ].join("|"),
);
const KINDS = [
  [/^```/, fence],
  [/^#{1,6} /, heading],
  [/^ {0,3}([-*_])( *\1){2,} *$/, (rest) => [h("hr"), rest.slice(1)]],
  [/^> ?/, quote],
  [/^\s*([-*+]|\d+[.)]) /, list],
  [/^\|.*\|\s*$/, table],
];

export function markdown(text) {
  const drawn = [];
  let rest = text.split("\n");
  while (rest.length > 0) {
    const kind = KINDS.find(([start]) => start.test(rest[0]));
    let part;
    [part, rest] = kind ? kind[1](rest) : paragraph(rest);
    drawn.push(part);
  }
  return drawn;
}

function fence(rest) {
  const end = rest.findIndex((line, index) => index > 0 && line.startsWith("```"));
  const last = end === -1 ? rest.length : end;
  return [h("pre", null, rest.slice(1, last).join("\n")), rest.slice(last + 1)];
}

function heading([line, ...rest]) {
  const [, marks, words] = line.match(/^(#+) (.*)$/);
  return [h("p", { class: `md-heading md-heading-${Math.min(marks.length, 3)}` }, inline(words)), rest];
}

function quote(rest) {
  const [lines, after] = takeWhile(rest, (line) => line.startsWith(">"));
  return [h("blockquote", null, markdown(lines.map((line) => line.replace(/^> ?/, "")).join("\n"))), after];
}

function list(rest) {
  const item = /^\s*([-*+]|\d+[.)]) (.*)$/;
  const [lines, after] = takeWhile(rest, (line) => item.test(line));
  const items = lines.map((line) =>
    h("li", { "data-indent": String(Math.floor(line.search(/\S/) / 2)) }, inline(line.match(item)[2])),
  );
  return [h(/^\s*\d/.test(lines[0]) ? "ol" : "ul", null, items), after];
}

function table(rest) {
  const [lines, after] = takeWhile(rest, (line) => /^\|.*\|\s*$/.test(line));
  const rows = lines
    .filter((line) => !/^\|[\s:|-]+\|\s*$/.test(line))
    .map((line) => line.trim().slice(1, -1).split("|"));
  const row = (cells, index) =>
    h(
      "tr",
      null,
      cells.map((cell) => h(index === 0 ? "th" : "td", null, inline(cell.trim()))),
    );
  return [h("div", { class: "table-box" }, h("table", null, rows.map(row))), after];
}

function paragraph(rest) {
  const [lines, after] = takeWhile(
    rest,
    (line, index) => index === 0 || (line.trim() !== "" && !KINDS.some(([start]) => start.test(line))),
  );
  const words = lines.filter((line) => line.trim() !== "");
  return [
    words.length > 0 &&
      h(
        "p",
        null,
        words.flatMap((line, index) => (index ? [h("br"), inline(line)] : [inline(line)])),
      ),
    after,
  ];
}

function takeWhile(lines, holds) {
  const end = lines.findIndex((line, index) => !holds(line, index));
  return end === -1 ? [lines, []] : [lines.slice(0, end), lines.slice(end)];
}

function inline(text) {
  const found = text.match(TOKEN);
  if (found === null) return emojiIn(text);
  const after = text.slice(found.index + found[0].length);
  return [emojiIn(text.slice(0, found.index)), token(found), after && inline(after)];
}

function token({ groups, 0: whole }) {
  if (groups.code !== undefined) return h("code", null, groups.code);
  if (groups.bold !== undefined) return h("strong", null, inline(groups.bold));
  if (groups.strike !== undefined) return h("s", null, inline(groups.strike));
  if (groups.star !== undefined) return h("em", null, inline(groups.star));
  if (groups.low !== undefined) return h("em", null, inline(groups.low));
  if (groups.url !== undefined) return link(groups.url, inline(groups.label));
  if (groups.emoji !== undefined) return emoji(groups.emoji) ?? whole;
  return link(groups.bare);
}
