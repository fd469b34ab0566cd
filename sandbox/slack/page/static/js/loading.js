// Brings what is before us up to date. Each kind is fetched once at a time, and again if it changed meanwhile.

import * as api from "./api.js";
import { announceNew } from "./announcing.js";
import { markRead } from "./reading.js";
import { change, currentChannel, state } from "./state.js";
import { forgetGoneFields } from "./surface.js";

const running = new Map();

function once(kind, load) {
  const before = running.get(kind);
  if (before) {
    before.again = true;
    return before.done;
  }
  const entry = { again: true, done: null };
  running.set(kind, entry);
  entry.done = repeat(entry, load).finally(() => running.delete(kind));
  return entry.done;
}

async function repeat(entry, load) {
  while (entry.again) {
    entry.again = false;
    await load();
  }
}

export function loadWorkspace() {
  return once("workspace", async () => change({ workspace: await api.seeWorkspace() }));
}

export function loadChannels() {
  const person = state.person;
  return once(`channels of ${person.id}`, async () => {
    const { channels } = await api.seeChannels(person.id);
    if (person.id === state.person.id && channels) change({ channels });
  });
}

export function loadMessages() {
  const person = state.person;
  const channel = currentChannel();
  if (channel === null) return Promise.resolve();
  return once(`messages of ${channel.id} for ${person.id}`, async () => {
    const { messages } = await api.seeMessages(person.id, channel.id);
    if (person.id !== state.person.id || !messages) return;
    announceNew(state.messages.get(channel.id), messages);
    state.messages.set(channel.id, messages);
    if (channel.id === currentChannel()?.id) markRead(channel.id, messages);
    change({});
  });
}

export function loadThread() {
  const person = state.person;
  const channel = currentChannel();
  const thread = state.place?.thread;
  if (channel === null || !thread) return Promise.resolve();
  return once(`thread ${thread} for ${person.id}`, async () => {
    const { messages } = await api.seeThread(person.id, channel.id, thread);
    if (person.id !== state.person.id || thread !== state.place.thread || !messages) return;
    announceNew(state.replies, messages);
    change({ replies: messages });
  });
}

export function loadViews() {
  const person = state.person;
  return once(`views of ${person.id}`, async () => {
    const { views } = await api.seeViews(person.id);
    if (person.id !== state.person.id || !views) return;
    views.forEach(forgetGoneFields);
    change({ modals: views });
  });
}

export function loadHome() {
  const person = state.person;
  return once(`home of ${person.id}`, async () => {
    const { view } = await api.seeHome(person.id);
    if (person.id === state.person.id) change({ home: view });
  });
}
