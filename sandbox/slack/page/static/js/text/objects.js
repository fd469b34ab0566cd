// Text objects of Block Kit: marked up or plain.

import { emojiIn } from "./emoji.js";
import { lines, mrkdwn } from "./mrkdwn.js";

export function textObject(object) {
  return object.type === "mrkdwn" ? mrkdwn(object.text) : lines(object.text, emojiIn);
}
