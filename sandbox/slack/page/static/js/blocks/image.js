// Pictures. Ours come from nowhere but this computer: what cannot be loaded is its description in a frame.

import { fileAddress } from "../api.js";
import { h } from "../dom.js";
import { redraw } from "../state.js";
import { link } from "../text/mentions.js";

const failed = new Set();

export function image(block) {
  return h(
    "figure",
    { class: "figure" },
    block.title && h("figcaption", null, block.title.text),
    picture(block, "picture"),
  );
}

export function picture(element, kind) {
  const file = element.slack_file;
  const url = element.image_url ?? (file?.id ? fileAddress(file.id) : (file?.url ?? ""));
  const isLocal = url !== "" && new URL(url, window.location.href).origin === window.location.origin;
  if (!isLocal || failed.has(url)) return placeholder(element.alt_text, kind);
  return h("img", { class: kind, src: url, alt: element.alt_text, onError: () => fail(url) });
}

export function video(block) {
  return h(
    "div",
    { class: "card" },
    h("strong", null, block.title_url ? link(block.title_url, block.title.text) : block.title.text),
    block.description && h("p", null, block.description.text),
    h("p", null, link(block.video_url, block.alt_text)),
  );
}

function placeholder(words, kind) {
  return h(
    "span",
    { class: `${kind} placeholder`, role: "img", "aria-label": words, title: words },
    h("span", null, words),
  );
}

function fail(url) {
  failed.add(url);
  redraw();
}
