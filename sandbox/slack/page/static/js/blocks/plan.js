// A plan and its tasks: how far it is at a glance, and each task's details behind a click.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { redraw, state } from "../state.js";
import { link } from "../text/mentions.js";
import { emojiIn } from "../text/emoji.js";
import { richText } from "../text/rich_text.js";

const WORDS = { pending: "not started", in_progress: "in progress", complete: "complete", error: "failed" };
const SIGNS = { complete: "M6 10.3l2.8 2.7L14 7.5", error: "M7 7l6 6M13 7l-6 6" };

export function plan(block, surface) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter(({ status }) => status === "complete").length;
  const title = typeof block.title === "string" ? block.title : block.title.text;
  return h(
    "section",
    { class: "plan", "aria-label": title },
    h(
      "header",
      { class: "plan-head" },
      statusSign(statusOf(tasks)),
      h("strong", { class: "plan-title" }, emojiIn(title)),
      tasks.length > 0 && h("span", { class: "plan-count" }, `${done} of ${tasks.length}`),
    ),
    h(
      "ol",
      { class: "tasks" },
      tasks.map((task) => h("li", { key: task.task_id }, taskRow(task, surface))),
    ),
  );
}

export function taskCard(block, surface) {
  return h("div", { class: "plan is-single" }, taskRow(block, surface));
}

function taskRow(task, surface) {
  const status = task.status ?? "pending";
  const name = [
    statusSign(status),
    h("span", { class: "task-title" }, emojiIn(task.title)),
    h("span", { class: "unseen" }, `, ${WORDS[status]}`),
  ];
  const inside = [task.details, task.output].filter(Boolean);
  if (inside.length === 0 && !task.sources?.length)
    return h("div", { class: `task is-${status}` }, h("div", { class: "task-head" }, name));
  const key = `${surface.key} task ${task.task_id}`;
  const isOpen = state.expanded.get(key) ?? (status === "in_progress" || status === "error");
  return h(
    "details",
    { class: `task is-${status}`, open: isOpen },
    h("summary", { class: "task-head", onClick: (event) => toggle(event, key, isOpen) }, name, icon("right")),
    h(
      "div",
      { class: "task-body" },
      task.details && richText(task.details),
      task.output && h("div", { class: "task-output" }, richText(task.output)),
      task.sources?.length > 0 &&
        h(
          "p",
          { class: "task-sources" },
          task.sources.map((source) => link(source.url, source.text)),
        ),
    ),
  );
}

/** What a person opens or closes stays so, whatever becomes of the task. */
function toggle(event, key, isOpen) {
  event.preventDefault();
  state.expanded.set(key, !isOpen);
  redraw();
}

function statusOf(tasks) {
  const statuses = new Set(tasks.map(({ status }) => status ?? "pending"));
  if (statuses.has("error")) return "error";
  if (statuses.has("in_progress")) return "in_progress";
  if (statuses.size === 1 && statuses.has("complete")) return "complete";
  return statuses.has("complete") ? "in_progress" : "pending";
}

function statusSign(status) {
  return h(
    "svg",
    { class: `status is-${status}`, viewBox: "0 0 20 20", "aria-hidden": "true" },
    h("circle", { class: "status-ring", cx: "10", cy: "10", r: "8" }),
    status === "in_progress" && h("circle", { class: "status-arc", cx: "10", cy: "10", r: "8" }),
    SIGNS[status] && h("path", { class: "status-sign", d: SIGNS[status] }),
  );
}
