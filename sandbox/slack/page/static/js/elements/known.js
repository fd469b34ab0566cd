// Options that Slack knows itself: the people and the conversations of the workspace.

import { state } from "../state.js";

const option = (value, text) => ({ value, text: { type: "plain_text", text } });

export function peopleOptions() {
  return state.workspace.people
    .filter(({ deleted }) => !deleted)
    .map((person) => option(person.id, person.real_name));
}

export function roomOptions() {
  return state.channels.map((channel) =>
    option(channel.id, channel.kind === "im" ? "tenantbot" : `#${channel.name}`),
  );
}
