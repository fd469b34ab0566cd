// Times of messages, as a reader says them; and Slack's tokens for dates.

const moment = (ts) => new Date(Number(ts) * 1000);

export const isoTime = (ts) => moment(ts).toISOString();
export const clockTime = (ts) => moment(ts).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
export const fullTime = (ts) => moment(ts).toLocaleString([], { dateStyle: "full", timeStyle: "medium" });

export function dayOf(ts) {
  const days = daysAgo(moment(ts));
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return moment(ts).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

export function timeAgo(ts) {
  const seconds = Math.max(0, (Date.now() - Number(ts) * 1000) / 1000);
  if (seconds < 60) return "just now";
  if (seconds < 3600) return plural(Math.floor(seconds / 60), "minute");
  if (seconds < 86_400) return plural(Math.floor(seconds / 3600), "hour");
  return plural(Math.floor(seconds / 86_400), "day");
}

/** Fill a format such as “{date_short} at {time}”. */
export function formatDate(seconds, format) {
  const at = new Date(seconds * 1000);
  const day = (options) => at.toLocaleDateString([], options);
  const long = { year: "numeric", month: "long", day: "numeric" };
  const short = { year: "numeric", month: "short", day: "numeric" };
  const words = {
    date_num: at.toISOString().slice(0, 10),
    date_slash: day({ year: "numeric", month: "2-digit", day: "2-digit" }),
    date: day(long),
    date_long: day({ ...long, weekday: "long" }),
    date_short: day(short),
    time: at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }),
    time_secs: at.toLocaleTimeString([]),
    ago: timeAgo(seconds),
    day_divider_pretty: dayOf(seconds),
  };
  const pretty = { 0: "today", 1: "yesterday" }[daysAgo(at)];
  return format.replace(/\{(\w+)\}/g, (token, name) => {
    if (name.endsWith("_pretty") && name !== "day_divider_pretty")
      return pretty ?? words[name.replace("_pretty", "")] ?? token;
    return words[name] ?? token;
  });
}

function daysAgo(at) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(new Date()) - midnight(at)) / 86_400_000);
}

function plural(count, unit) {
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
