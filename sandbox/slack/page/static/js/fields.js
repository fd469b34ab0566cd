// Elements that hold a value: how it is named on the wire, where it begins, and whether it is possible.

const FIELDS = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};

export function fieldsOf(blocks) {
  return blocks.flatMap((block) => {
    const inside = [block.element, block.accessory, ...(block.elements ?? [])];
    const own = inside.filter((element) => element?.type in FIELDS).map((element) => [block, element]);
    return [...own, ...fieldsOf(block.child_blocks ?? [])];
  });
}

export function initialOf(element) {
  const field = FIELDS[element.type];
  const name =
    field === "rich_text_value"
      ? "initial_value"
      : field.replace(/^selected/, "initial").replace(/^value$/, "initial_value");
  const empty = field.endsWith("s") ? [] : null;
  return name in element ? fromWire({ type: element.type, [field]: element[name] }) : empty;
}

/** The value as it is entered: options by their value, but whole where only the app knows them. */
export function fromWire(held) {
  const value = held[FIELDS[held.type]];
  const isWhole = held.type.endsWith("external_select");
  if (Array.isArray(value)) return value.map((one) => (isWhole ? one : (one.value ?? one)));
  if (FIELDS[held.type] === "selected_option" && value && !isWhole) return value.value;
  return value;
}

export function optionsOf(element) {
  return [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((group) => group.options)];
}

/** Whether an element can still hold what was chosen in it: its options may have changed since. */
export function isPossible(element, value) {
  if (!element.options && !element.option_groups) return true;
  const known = new Set(optionsOf(element).map((option) => option.value));
  return [value ?? []].flat().every((one) => known.has(one));
}
