// Names for elements: what labels point to, and what a screen reader says where no label is.

export function idOf(surface, block, element) {
  return `${surface.key}/${block.block_id}/${element.action_id}`.replace(/[^\w-]+/g, "-");
}

/** The attributes that tell a form field's label, description and state to those who cannot see them. */
export function fieldAttributes(surface, block, element, field) {
  return {
    id: idOf(surface, block, element),
    "aria-label":
      block.type === "input"
        ? null
        : (element.placeholder?.text ?? element.accessibility_label ?? block.text?.text ?? element.action_id),
    "aria-describedby": field.describedBy,
    "aria-invalid": field.isWrong ? "true" : null,
    "aria-required": field.isRequired ? "true" : null,
    "data-focus-on-load": element.focus_on_load ? true : null,
  };
}
