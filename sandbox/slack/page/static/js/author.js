// Who a message is from, as a reader sees them.

import { personOf } from "./state.js";

export function authorOf(message) {
  if (message.user === "USLACKBOT") return { id: message.user, name: "Slackbot", isApp: true };
  const person = personOf(message.user);
  const name = message.bot_profile?.name ?? person?.real_name ?? message.user;
  return { id: message.user, name, isApp: Boolean(message.bot_id || person?.is_bot) };
}
