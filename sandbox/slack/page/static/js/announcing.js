// Tells those who listen instead of looking what has arrived.

import { authorOf } from "./author.js";

export function announce(words) {
  document.getElementById("announcer").textContent = words;
}

/** Say the newest message that was not there before; a first look at a room stays silent. */
export function announceNew(before, after) {
  const last = after.at(-1);
  if (!before?.length || !last || before.some((message) => message.ts === last.ts)) return;
  announce(`${authorOf(last).name}: ${last.text}`);
}
