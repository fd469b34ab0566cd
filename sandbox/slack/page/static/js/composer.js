// Where a person types: words for all, or a slash command for the app. Enter sends, Shift+Enter begins a new line.

import * as api from "./api.js";
import { explain, guarded } from "./acts.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { loadChannels, loadMessages, loadThread } from "./loading.js";
import { closePopover, isOpen, openPopover, point, steer, whenFocusLeaves } from "./popover.js";
import { followAgain } from "./scrolling.js";
import { redraw, state } from "./state.js";
import { encode } from "./text/encode.js";

const problems = new Map(); // by composer

const keyOf = (channel, thread) => `compose ${state.person.id}/${channel.id}/${thread ?? ""}`;

export function composer(channel, thread) {
  const key = keyOf(channel, thread);
  if (!channel.is_member) return joinBar(channel);
  if (channel.is_archived) return h("p", { class: "composer-closed", key }, "This channel is archived.");
  const text = state.drafts.get(key) ?? "";
  const commands = isOpen(key) ? matching(text) : [];
  const at = { channel, thread, key };
  const label = thread ? "Reply" : channel.kind === "im" ? "Message tenantbot" : `Message #${channel.name}`;
  return h(
    "form",
    {
      class: "composer",
      key,
      "data-popover": key,
      onSubmit: (event) => {
        event.preventDefault();
        send(at);
      },
      onFocusOut: whenFocusLeaves,
    },
    commands.length > 0 && commandList(at, commands),
    problems.has(key) && h("p", { class: "composer-problem", role: "alert" }, problems.get(key)),
    h(
      "div",
      { class: "composer-box" },
      h("textarea", {
        rows: "1",
        value: text,
        created: focusWhereOneTypes,
        placeholder: thread ? "Reply…" : label,
        "aria-label": label,
        "aria-autocomplete": "list",
        "aria-controls": commands.length > 0 ? "commands" : null,
        "aria-activedescendant": commands.length > 0 ? `command-${state.popover.active}` : null,
        onInput: (event) => write(at, event.currentTarget.value),
        onKeyDown: (event) => press(at, event, commands),
      }),
      h(
        "button",
        { class: "send", type: "submit", "aria-label": "Send", disabled: text.trim() === "" },
        icon("send"),
      ),
    ),
    h(
      "p",
      { class: "composer-hint" },
      h("kbd", null, "Enter"),
      " sends, ",
      h("kbd", null, "Shift+Enter"),
      " begins a new line",
      !thread && [", ", h("kbd", null, "/"), " lists commands"],
    ),
  );
}

/** Slack puts the caret there by itself; on a phone that would bring up the keyboard. */
export function focusWhereOneTypes(box) {
  if (window.innerWidth > 760 && document.querySelector("dialog[open]") === null)
    box?.focus({ preventScroll: true });
}

function joinBar(channel) {
  const join = () =>
    guarded(async () => {
      await api.join(state.person.id, channel.id);
      await Promise.all([loadChannels(), loadMessages()]);
    });
  return h(
    "div",
    { class: "join-bar", key: "join" },
    h("p", null, "You are looking at ", h("strong", null, `#${channel.name}`), " without having joined it."),
    h("button", { type: "button", class: "button is-primary is-solid", onClick: join }, "Join channel"),
  );
}

/** Put words into a channel's composer, ready to be sent or finished. */
export function suggestText(channel, text) {
  state.drafts.set(keyOf(channel, null), text);
  redraw();
  const box = document.querySelector(".room-pane .composer textarea");
  queueMicrotask(() => box?.focus());
}

function write({ key, thread }, text) {
  state.drafts.set(key, text);
  problems.delete(key);
  if (!thread && matching(text).length > 0) openPopover(key);
  else if (isOpen(key)) closePopover();
  redraw();
}

function matching(text) {
  if (!/^\/\S*$/.test(text)) return [];
  return state.workspace.app.commands.filter((command) => command.startsWith(text));
}

function commandList(at, commands) {
  return h(
    "ul",
    { id: "commands", class: "menu commands", role: "listbox", "aria-label": "Commands" },
    commands.map((command, index) =>
      h(
        "li",
        {
          key: command,
          id: `command-${index}`,
          class: "menu-entry",
          role: "option",
          "aria-selected": String(index === state.popover.active),
          onMouseMove: () => point(index),
          onMouseDown: (event) => {
            event.preventDefault();
            complete(at, command);
          },
        },
        h("strong", null, command),
        h("span", { class: "menu-side" }, "tenantbot"),
      ),
    ),
  );
}

function complete({ key }, command) {
  state.drafts.set(key, `${command} `);
  closePopover();
}

function press(at, event, commands) {
  if (event.isComposing) return;
  const text = event.currentTarget.value;
  const isWhole = event.key === "Enter" && commands.includes(text);
  if (commands.length > 0 && !isWhole)
    steer(event, commands.length, (index) => complete(at, commands[index]));
  if (event.defaultPrevented || event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  send(at);
}

async function send({ channel, thread, key }) {
  const text = (state.drafts.get(key) ?? "").trim();
  if (text === "") return;
  closePopover();
  const isCommand = /^\/[a-z]/.test(text);
  if (isCommand && thread) {
    problems.set(key, `${text.split(/\s/)[0]} is not supported in threads. Sorry! Type it in the channel.`);
    redraw();
    return;
  }
  problems.delete(key);
  state.drafts.set(key, "");
  followAgain(thread ? "thread" : "room");
  redraw();
  const { id } = state.person;
  const answer = await guarded(() =>
    isCommand ? api.runCommand(id, channel.id, text) : api.speak(id, channel.id, encode(text), thread),
  );
  if (answer === null || (answer.error && !isCommand)) {
    problems.set(key, answer === null ? "The sandbox does not answer." : explain(answer.error));
    if (!state.drafts.get(key)) state.drafts.set(key, text);
    redraw();
  }
  await guarded(() => Promise.all([loadMessages(), thread ? loadThread() : null]));
}
