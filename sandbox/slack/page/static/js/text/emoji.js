// Emoji by name. The signs of state are drawings, so that they look the same on a computer without an emoji font.

import { h } from "../dom.js";

const TICK = "M5.5 10.5l3 3 6-7";
const CROSS = "M6.5 6.5l7 7M13.5 6.5l-7 7";
const DRAWN = {
  white_check_mark: ["green square", TICK],
  heavy_check_mark: ["green bare", TICK],
  ballot_box_with_check: ["blue square", TICK],
  x: ["red bare thick", CROSS],
  negative_squared_cross_mark: ["green square", CROSS],
  heavy_multiplication_x: ["ink bare", CROSS],
  no_entry: ["red round", "M6 10h8"],
  no_entry_sign: ["red ring", "M5.5 5.5l9 9"],
  octagonal_sign: ["red round", "M6 10h8"],
  warning: ["yellow triangle", "M10 7.5v4M10 14.2v.1"],
  exclamation: ["red bare thick", "M10 4v8M10 15.5v.1"],
  question: ["red bare thick", "M7 7a3 3 0 1 1 4 2.8c-.8.4-1 .9-1 2.2M10 15.5v.1"],
  information_source: ["blue square", "M10 9.5v4.5M10 6.3v.1"],
  hourglass_flowing_sand: ["amber bare", "M6 3.5h8M6 16.5h8M7 3.5c0 4 6 4.5 6 13M13 3.5c0 4-6 4.5-6 13"],
  hourglass: ["amber bare", "M6 3.5h8M6 16.5h8M7 3.5c0 4 6 4.5 6 13M13 3.5c0 4-6 4.5-6 13"],
  arrows_counterclockwise: ["blue square", "M6 10a4 4 0 0 1 7-2.5M14 10a4 4 0 0 1-7 2.5M13.2 5v2.7h-2.6M6.8 15v-2.7h2.6"],
  black_square_for_pause: ["blue square", "M8 6.5v7M12 6.5v7"],
  double_vertical_bar: ["blue square", "M8 6.5v7M12 6.5v7"],
  arrow_forward: ["blue square", "M8 6.5l5 3.5-5 3.5z"],
  large_green_circle: ["green round", ""],
  large_yellow_circle: ["yellow round", ""],
  large_orange_circle: ["amber round", ""],
  large_blue_circle: ["blue round", ""],
  red_circle: ["red round", ""],
  white_circle: ["grey ring", ""],
  black_circle: ["ink round", ""],
  tada: ["red bare", "M4 16.5L7.5 7l5.5 5.5zM11 5.5c.5-1 .2-2-.8-2.5M13.5 8c1.5-.8 2.2-2 2-4M14.5 10.5c1-.5 1.8-.4 2.5.5"],
  rocket: ["blue bare", "M8 12c-.3-4.5 2.5-8 8-8.5-.3 5.5-4 8.3-8 8.5zM8 12l-3.5.5 2-3.5 2-.5M8 12l-.5 3.5 3.5-2 .5-2M4.5 15.5L3.5 16.5"],
  package: ["amber bare", "M3.5 6.5L10 3.5l6.5 3v7.5L10 17l-6.5-3zM3.5 6.5L10 9.5l6.5-3M10 9.5V17"],
  wastebasket: ["grey bare", "M4.5 6h11M6 6l.8 10.5h6.4L14 6M8 6V3.8h4V6"],
  email: ["blue bare", "M3 5h14v10.5H3zM3 5.5l7 5.5 7-5.5"],
  envelope: ["blue bare", "M3 5h14v10.5H3zM3 5.5l7 5.5 7-5.5"],
  incoming_envelope: ["blue bare", "M5 5h12v10.5H5zM5 5.5l6 5 6-5M2 8h1.5M2 11.5h1.5"],
  bell: ["amber bare", "M4.5 14.5h11c-1.5-1.5-1.5-3-1.5-5.5a4 4 0 0 0-8 0c0 2.5 0 4-1.5 5.5zM8.8 17h2.4"],
  mag: ["blue bare", "M8.5 3.5a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM12.2 12.2l4.3 4.3"],
  stopwatch: ["ink bare", "M10 5.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8.5 3h3M10 8.5V11l2 1.5"],
  clipboard: ["amber bare", "M5 4.5h10v12H5zM8 3h4v3H8zM7.5 9.5h5M7.5 12.5h5"],
  lock: ["amber bare", "M5.5 9.5h9v7h-9zM7 9.5V7a3 3 0 0 1 6 0v2.5"],
  key: ["amber bare", "M9.5 10.5l6-6M13 7l2 2M7.5 9a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z"],
  link: ["blue bare", "M8.5 11.5l3-3M7 9l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7"],
};
const CHARACTERS = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", heavy_multiplication_x: "✖️",
  negative_squared_cross_mark: "❎", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", warning: "⚠️", exclamation: "❗",
  question: "❓", information_source: "ℹ️", hourglass_flowing_sand: "⏳", hourglass: "⌛", arrows_counterclockwise: "🔄",
  double_vertical_bar: "⏸️", arrow_forward: "▶️", large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠",
  large_blue_circle: "🔵", red_circle: "🔴", white_circle: "⚪", black_circle: "⚫", lock: "🔒", key: "🔑", link: "🔗",
  unlock: "🔓", closed_lock_with_key: "🔐", tada: "🎉", rocket: "🚀", wave: "👋", eyes: "👀", thumbsup: "👍", "+1": "👍", thumbsdown: "👎",
  "-1": "👎", clap: "👏", raised_hands: "🙌", pray: "🙏", fire: "🔥", bulb: "💡", wrench: "🔧", hammer_and_wrench: "🛠️", gear: "⚙️",
  hammer: "🔨", package: "📦", inbox_tray: "📥", outbox_tray: "📤", email: "📧", envelope: "✉️", incoming_envelope: "📨", mailbox: "📫",
  bell: "🔔", no_bell: "🔕", mega: "📣", memo: "📝", clipboard: "📋", bar_chart: "📊", chart_with_upwards_trend: "📈", calendar: "📆",
  clock3: "🕒", stopwatch: "⏱️", alarm_clock: "⏰", zap: "⚡", star: "⭐", sparkles: "✨", heart: "❤️", smile: "😄", slightly_smiling_face: "🙂",
  thinking_face: "🤔", robot_face: "🤖", bust_in_silhouette: "👤", busts_in_silhouette: "👥", office: "🏢", house: "🏠", globe_with_meridians: "🌐",
  earth_africa: "🌍", cloud: "☁️", file_folder: "📁", floppy_disk: "💾", file_cabinet: "🗄️", wastebasket: "🗑️", mag: "🔍", rotating_light: "🚨",
  construction: "🚧", shield: "🛡️", point_right: "👉", point_left: "👈", arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️",
  leftwards_arrow_with_hook: "↩️", heavy_plus_sign: "➕", heavy_minus_sign: "➖", repeat: "🔁", fast_forward: "⏩", zzz: "💤", snowflake: "❄️",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", six: "6️⃣", seven: "7️⃣", eight: "8️⃣", nine: "9️⃣",
};
const NAMES = new Map(Object.keys(DRAWN).filter((name) => name in CHARACTERS).map((name) => [CHARACTERS[name].replace("\ufe0f", ""), name]));
const IN_TEXT = new RegExp(`(${[...NAMES.keys()].join("|")})\ufe0f?|:([a-z0-9_+'-]+):`, "g");

/** The emoji of this name, or null where we know none. */
export function emoji(name) {
  if (name in DRAWN) return drawing(name);
  return name in CHARACTERS ? h("span", { class: "emoji", role: "img", "aria-label": name, title: `:${name}:` }, CHARACTERS[name]) : null;
}

/** Words with their emoji, written as `:name:` or as characters. */
export function emojiIn(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(IN_TEXT)) {
    const sign = emoji(found[1] ? NAMES.get(found[1]) : found[2]);
    if (sign === null) continue;
    parts.push(text.slice(end, found.index), sign);
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

function drawing(name) {
  const [kind, line] = DRAWN[name];
  const label = `:${name}:`;
  return h("svg", { class: `emoji drawn ${kind}`, viewBox: "0 0 20 20", role: "img", "aria-label": label.replaceAll(":", "").replaceAll("_", " ") },
    ground(kind), line && h("path", { class: "sign", d: line }));
}

function ground(kind) {
  if (kind.includes("square")) return h("rect", { class: "ground", x: "2", y: "2", width: "16", height: "16", rx: "3.5" });
  if (kind.includes("round")) return h("circle", { class: "ground", cx: "10", cy: "10", r: "8" });
  if (kind.includes("ring")) return h("circle", { class: "ring", cx: "10", cy: "10", r: "7" });
  if (kind.includes("triangle")) return h("path", { class: "ground", d: "M10 2.5L18.5 17.5H1.5z" });
  return null;
}
