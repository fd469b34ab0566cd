// What each person has read, remembered by the browser: a channel with newer messages shows bold.

import { state } from "./state.js";

const nameOf = (channel) => `read/${state.workspace.team.id}/${state.person.id}/${channel}`;

export function markRead(channel, messages) {
  const latest = messages.at(-1)?.ts;
  if (latest) localStorage.setItem(nameOf(channel), latest);
  const known = state.channels.find(({ id }) => id === channel);
  if (known && latest) known.latest = latest;
}

export function isUnread(channel) {
  if (!channel.is_member || !channel.latest) return false;
  return Number(channel.latest) > Number(localStorage.getItem(nameOf(channel.id)) ?? 0);
}
