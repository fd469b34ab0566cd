// What blocks stand on: a message, a modal or the Home tab, with what people have entered there so far.

import * as api from "./api.js";
import { fieldsOf, fromWire, initialOf, isPossible } from "./fields.js";
import { redraw, state } from "./state.js";

export const surfaceKey = (view) => `view ${view}`;

export function messageSurface(channel, message) {
  return {
    kind: "message",
    key: `message ${channel}/${message.ts}`,
    blocks: message.blocks ?? [],
    remembered: {},
    send: (body) => api.actOnMessage(state.person.id, channel, message.ts, body),
  };
}

export function viewSurface(view) {
  return {
    kind: view.type,
    key: surfaceKey(view.id),
    view: view.id,
    blocks: view.blocks,
    remembered: view.state.values,
    send: (body) => api.actOnView(state.person.id, view.id, body),
  };
}

/** What a field holds: as entered here, else as the stand-in remembers it, else as it began. */
export function valueOf(surface, block, element) {
  const entered = state.entered.get(surface.key)?.[block.block_id];
  if (entered && element.action_id in entered && isPossible(element, entered[element.action_id])) {
    return entered[element.action_id];
  }
  const remembered = surface.remembered[block.block_id]?.[element.action_id];
  return remembered === undefined ? initialOf(element) : fromWire(remembered);
}

export function enter(surface, block, element, value) {
  const entered = state.entered.get(surface.key) ?? {};
  entered[block.block_id] = { ...entered[block.block_id], [element.action_id]: value };
  state.entered.set(surface.key, entered);
  const errors = state.errors.get(surface.key);
  if (errors?.[block.block_id]) delete errors[block.block_id];
  redraw();
}

export function errorOf(surface, block) {
  return state.errors.get(surface.key)?.[block.block_id] ?? null;
}

/** What has been entered, for the fields that are there now. */
export function enteredValues(surface) {
  const entered = state.entered.get(surface.key) ?? {};
  const values = {};
  for (const [block, element] of fieldsOf(surface.blocks)) {
    const value = entered[block.block_id]?.[element.action_id];
    if (value !== undefined && isPossible(element, value)) {
      values[block.block_id] = { ...values[block.block_id], [element.action_id]: value };
    }
  }
  return values;
}

/** An app has changed its view: what was entered stays where block and action are still there. */
export function forgetGoneFields(view) {
  const surface = viewSurface(view);
  if (state.entered.has(surface.key)) state.entered.set(surface.key, enteredValues(surface));
}
