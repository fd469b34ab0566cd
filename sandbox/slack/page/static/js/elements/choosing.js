// What every choice does: it is entered, and the app hears of it at once, unless it waits for the form.

import { sendAct } from "../acts.js";
import { confirmed } from "../confirm.js";
import { enter, valueOf } from "../surface.js";

export function dispatches(block) {
  return block.type !== "input" || block.dispatch_action === true;
}

export function choose(surface, block, element, value) {
  const before = valueOf(surface, block, element);
  if (JSON.stringify(before) === JSON.stringify(value)) return;
  enter(surface, block, element, value);
  if (!dispatches(block)) return;
  confirmed(element, () => sendAct(surface, block, element, value));
}
