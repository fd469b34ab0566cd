// Emoji by name. The signs of state are drawings, so that they look the same on a computer without an emoji font.

import { h } from "../dom.js";
import { CHARACTERS } from "./emoji_names.js";
import { DRAWN } from "./emoji_signs.js";

const NAMES = new Map(
  Object.keys(DRAWN)
    .filter((name) => name in CHARACTERS)
    .map((name) => [CHARACTERS[name].replace("\ufe0f", ""), name]),
);
const IN_TEXT = new RegExp(`(${[...NAMES.keys()].join("|")})\ufe0f?|:([a-z0-9_+'-]+):`, "g");

/** The emoji of this name, or null where we know none. */
export function emoji(name) {
  if (name in DRAWN) return drawing(name);
  return name in CHARACTERS
    ? h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, CHARACTERS[name])
    : null;
}

/** Words with their emoji, written as `:name:` or as characters. */
export function emojiIn(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(IN_TEXT)) {
    const sign = emoji(found[1] ? NAMES.get(found[1]) : found[2]);
    if (sign === null) continue;
    parts.push(text.slice(end, found.index), sign);
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

function drawing(name) {
  const [kind, line] = DRAWN[name];
  const label = `:${name}:`;
  return h(
    "svg",
    {
      class: `emoji drawn ${kind}`,
      viewBox: "0 0 20 20",
      role: "img",
      "aria-label": label.replaceAll(":", "").replaceAll("_", " "),
    },
    ground(kind),
    line && h("path", { class: "sign", d: line }),
  );
}

function ground(kind) {
  if (kind.includes("square"))
    return h("rect", { class: "ground", x: "2", y: "2", width: "16", height: "16", rx: "3.5" });
  if (kind.includes("round")) return h("circle", { class: "ground", cx: "10", cy: "10", r: "8" });
  if (kind.includes("ring")) return h("circle", { class: "ring", cx: "10", cy: "10", r: "7" });
  if (kind.includes("triangle")) return h("path", { class: "ground", d: "M10 2.5L18.5 17.5H1.5z" });
  return null;
}
