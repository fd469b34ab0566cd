// Where we are, kept in the address: #person/room, and #person/room/thread. Two tabs can be two persons.

import { state } from "./state.js";

export const FIRST_PERSON = "operator";
export const HOME = "home"; // the app's Home tab
export const APP = "app"; // the conversation with the app

export function readPlace(hash, firstRoom) {
  const [person, room, thread] = hash.replace(/^#/, "").split("/").map(decodeURIComponent);
  return { person: person || FIRST_PERSON, room: room || firstRoom, thread: thread || null };
}

export function addressOf({ person, room, thread }) {
  return `#${[person, room, thread].filter(Boolean).map(encodeURIComponent).join("/")}`;
}

export function roomAddress(room) {
  return addressOf({ ...state.place, room, thread: null });
}

export function go(changes) {
  window.location.hash = addressOf({ ...state.place, ...changes });
}
