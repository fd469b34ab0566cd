// A square for a face: initials on a colour of their own, and a face of its own for the app.

import { h } from "./dom.js";
import { state } from "./state.js";

const TINTS = 6;

export function avatar({ id, name }, size = "") {
  const isApp = id === state.workspace.app.bot_user_id;
  return h(
    "span",
    { class: `avatar ${size}`, "data-tint": isApp ? "app" : tintOf(id), "aria-hidden": "true" },
    isApp ? robot() : initials(name),
  );
}

function tintOf(id) {
  if (id === "USLACKBOT") return "slackbot";
  return String([...id].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % TINTS);
}

function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return (words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] ?? "?").slice(0, 1)).toUpperCase();
}

function robot() {
  return h(
    "svg",
    { viewBox: "0 0 36 36" },
    h("path", {
      class: "robot-line",
      d: "M18 7v4M11 11h14a3 3 0 0 1 3 3v9a3 3 0 0 1-3 3H11a3 3 0 0 1-3-3v-9a3 3 0 0 1 3-3zM14 22h8",
    }),
    h("circle", { class: "robot-dot", cx: "18", cy: "6.5", r: "1.8" }),
    h("circle", { class: "robot-dot", cx: "14", cy: "17", r: "1.8" }),
    h("circle", { class: "robot-dot", cx: "22", cy: "17", r: "1.8" }),
  );
}
