// What a person does that may fail: one at a time where it must be, and told of in words where it went wrong.

import * as api from "./api.js";
import { comeBack } from "./live.js";
import { loadViews } from "./loading.js";
import { change, redraw, state } from "./state.js";
import { enteredValues, surfaceKey } from "./surface.js";

const WORDS = {
  operation_timeout: "tenantbot did not answer in time.",
  dispatch_failed: "tenantbot could not be reached.",
  channel_not_found: "You are not in this channel.",
  is_archived: "This channel is archived.",
  thread_not_found: "This thread is not there any more.",
};

/** Run what may fail for want of the stand-in, and say so. */
export async function guarded(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof api.Unreachable)) throw error;
    comeBack();
    return null;
  }
}

export function explain(error) {
  return WORDS[error] ?? `Slack answered “${error}”.`;
}

export function sayProblem(words) {
  change({ notice: words });
}

/** Send a click or a choice; `send` takes the body to where the element stands. */
export async function sendAct(surface, block, element, value) {
  const key = `${surface.key}/${block.block_id}/${element.action_id}`;
  state.busy.add(key);
  redraw();
  const body = { block_id: block.block_id, action_id: element.action_id, values: enteredValues(surface) };
  const answer = await guarded(() => surface.send(value === undefined ? body : { ...body, value }));
  state.busy.delete(key);
  redraw();
  if (answer?.error) sayProblem(explain(answer.error));
}

export async function submitModal(surface, view) {
  const key = `submit ${view.id}`;
  if (state.busy.has(key)) return;
  state.busy.add(key);
  state.errors.delete(surface.key);
  redraw();
  const answer = await guarded(() => api.submitView(state.person.id, view.id, enteredValues(surface)));
  await guarded(loadViews);
  state.busy.delete(key);
  if (answer?.errors) state.errors.set(surface.key, answer.errors);
  else if (answer?.message) state.errors.set(surface.key, { "": answer.message });
  else if (answer?.error) state.errors.set(surface.key, { "": explain(answer.error) });
  redraw();
  if (answer?.errors) queueMicrotask(focusFirstError);
}

export async function closeModal(view, everything) {
  const closed = everything ? state.modals : state.modals.filter(({ id }) => id === view.id);
  for (const { id } of closed) {
    state.entered.delete(surfaceKey(id));
    state.errors.delete(surfaceKey(id));
  }
  change({ modals: state.modals.filter((open) => !closed.includes(open)) });
  await guarded(() => api.closeView(state.person.id, view.id, everything));
  await guarded(loadViews);
}

function focusFirstError() {
  const field = document.querySelector("dialog [aria-invalid='true']");
  (field?.matches("input, select, textarea")
    ? field
    : field?.querySelector("input, select, textarea")
  )?.focus();
}
