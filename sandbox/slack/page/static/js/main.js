// Starts the page: reads the address, fetches what is there, and keeps both up to date.

import * as api from "./api.js";
import { guarded } from "./acts.js";
import { listen } from "./live.js";
import { loadChannels, loadHome, loadMessages, loadThread, loadViews, loadWorkspace } from "./loading.js";
import { drawPage } from "./page.js";
import { APP, FIRST_PERSON, HOME, readPlace } from "./place.js";
import { forgetPopover } from "./popover.js";
import { followAgain } from "./scrolling.js";
import { change, channelOf, currentChannel, personNamed, state, whenChanged } from "./state.js";

const OPS = "ops";
let newestWay = 0;
let arrival = null; // of the person who sits here now

async function start() {
  whenChanged(drawPage);
  await loadWorkspace();
  window.addEventListener("hashchange", () => guarded(enter));
  await enter();
}

/** Go where the address says, fetching only what is new there; where it has changed again meanwhile, leave it at that. */
async function enter() {
  const way = (newestWay += 1);
  const before = state.place;
  const place = readPlace(window.location.hash, null);
  const person = personNamed(place.person) ?? personNamed(FIRST_PERSON);
  place.person = person.name;
  change({ isArriving: true });
  if (state.person?.id !== person.id) arrival = become(person, place);
  await arrival;
  if (way !== newestWay) return;
  if (place.room !== HOME && place.room !== APP && channelOf(place.room) === null) {
    Object.assign(place, { room: firstRoom(), thread: null });
  }
  const isSameRoom = before?.room === place.room && before.person === place.person;
  if (!isSameRoom) followAgain("room");
  if (place.thread === null || before?.thread !== place.thread) {
    state.replies = [];
    followAgain("thread");
  }
  change({ place, isDrawerOpen: false, notice: null });
  forgetPopover();
  if (!isSameRoom) await enterRoom();
  await loadThread();
  if (way === newestWay) change({ isArriving: false });
}

async function become(person, place) {
  change({
    person,
    place,
    channels: [],
    messages: new Map(),
    replies: [],
    home: undefined,
    modals: [],
    confirm: null,
  });
  listen(person.id, (said) => guarded(() => hear(said)));
  await Promise.all([loadChannels(), loadViews()]);
}

async function enterRoom() {
  if (state.place.room === HOME) {
    await Promise.all([loadHome(), api.openHome(state.person.id)]);
    return;
  }
  if (state.place.room === APP && currentChannel() === null) {
    await api.openConversation(state.person.id);
    await loadChannels();
  }
  await loadMessages();
}

function firstRoom() {
  const named = state.channels.find((channel) => channel.name === OPS && channel.is_member);
  return (named ?? state.channels.find((channel) => channel.is_member && channel.kind !== "im"))?.id ?? APP;
}

async function hear(said) {
  switch (said.type) {
    case "hello":
      await Promise.all([
        loadWorkspace(),
        loadChannels(),
        loadViews(),
        loadMessages(),
        loadThread(),
        loadHome(),
      ]);
      break;
    case "message":
      await hearOfMessage(said);
      break;
    case "view":
      await loadViews();
      break;
    case "home":
      await loadHome();
      break;
    case "workspace":
      await loadWorkspace();
      break;
    case "channels":
      await loadChannels();
      break;
  }
}

async function hearOfMessage({ channel, ts, thread_ts: thread }) {
  if (channel === currentChannel()?.id) {
    const isInThread = state.place.thread === (thread ?? ts);
    await Promise.all([loadMessages(), isInThread ? loadThread() : null]);
  } else if (!thread) {
    await loadChannels();
  }
}

guarded(start);
