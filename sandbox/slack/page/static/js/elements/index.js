// Elements that a person acts on, each drawn by the function of its kind.

import { h } from "../dom.js";
import { button, feedbackButtons, iconButton } from "./button.js";
import { checkboxes, radioButtons } from "./choices.js";
import { combobox } from "./combobox.js";
import { overflow } from "./overflow.js";
import { datePicker, dateTimePicker, timePicker } from "./pickers.js";
import { select } from "./select.js";
import { richTextInput, typed } from "./typed.js";

const KINDS = {
  button,
  workflow_button: button,
  icon_button: iconButton,
  feedback_buttons: feedbackButtons,
  overflow,
  static_select: select,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  external_select: combobox,
  multi_static_select: combobox,
  multi_external_select: combobox,
  multi_users_select: combobox,
  multi_conversations_select: combobox,
  multi_channels_select: combobox,
  checkboxes,
  radio_buttons: radioButtons,
  datepicker: datePicker,
  timepicker: timePicker,
  datetimepicker: dateTimePicker,
  plain_text_input: typed,
  email_text_input: typed,
  url_text_input: typed,
  number_input: typed,
  rich_text_input: richTextInput,
};

/** `field` says how the element stands in a form: what describes it, and whether it is wrong or required. */
export function element(surface, block, one, field = {}) {
  const draw = KINDS[one.type];
  return draw
    ? draw(surface, block, one, field)
    : h("div", { class: "unknown" }, h("small", null, `element of type ${one.type}`));
}
