// The stream of what changes, for as long as somebody looks: it comes back by itself after a break.
// Browsers allow few connections to one address, so a hidden tab lets go of its own.

import { eventsAddress } from "./api.js";
import { change } from "./state.js";

const PAUSE = 1000;
let source = null;
let timer = null;
let listening = null; // { person, tell }

/** Listen as this person; `tell` hears each change, and `hello` whenever the stream has begun anew. */
export function listen(person, tell) {
  listening = { person, tell };
  connect();
}

function connect() {
  clearTimeout(timer);
  source?.close();
  if (listening === null || document.hidden) return;
  const { person, tell } = listening;
  source = new EventSource(eventsAddress(person));
  source.onmessage = (event) => {
    const said = JSON.parse(event.data);
    if (said.type === "hello") change({ isLive: true });
    tell(said);
  };
  source.onerror = comeBack;
}

/** Try again in a moment, and say so meanwhile. */
export function comeBack() {
  clearTimeout(timer);
  source?.close();
  change({ isLive: false });
  timer = setTimeout(connect, PAUSE);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) source?.close();
  else connect();
});
