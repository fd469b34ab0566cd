// People, groups, channels and links inside texts.

import { h } from "../dom.js";
import { personOf, state } from "../state.js";

const SAFE = /^(https?:|mailto:|tel:)/i;

/** A link; an address of any other kind stays words. */
export function link(url, ...words) {
  const shown = words.flat().length > 0 ? words : url;
  if (!SAFE.test(url)) return h("span", null, shown);
  return h("a", { class: "link", href: url, target: "_blank", rel: "noopener noreferrer" }, shown);
}

export function personMention(id) {
  const kind = id === state.person.id ? "mention is-me" : "mention";
  return h("span", { class: kind }, `@${personOf(id)?.real_name ?? id}`);
}

export function groupMention(id) {
  const group = state.workspace.groups.find((one) => one.id === id);
  const kind = group?.users.includes(state.person.id) ? "mention is-me" : "mention";
  return h("span", { class: kind }, `@${group?.handle ?? id}`);
}

export function channelMention(id, name) {
  const channel = state.channels.find((one) => one.id === id);
  const shown = `#${channel?.name ?? name ?? id}`;
  if (!channel) return h("span", { class: "mention" }, shown);
  return h("a", { class: "mention", href: `#${state.place.person}/${id}` }, shown);
}

export function broadcast(range) {
  return h("span", { class: "mention is-me" }, `@${range}`);
}
