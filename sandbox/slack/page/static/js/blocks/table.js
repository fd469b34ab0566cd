// Tables, which scroll inside their own box.

import { h } from "../dom.js";
import { emojiIn } from "../text/emoji.js";
import { richText } from "../text/rich_text.js";

export function table(block) {
  return box("Table", block.rows, block.column_settings ?? []);
}

export function dataTable(block) {
  return box(block.caption, block.rows, []);
}

function box(label, rows, columns) {
  return h(
    "div",
    { class: "table-box", tabindex: "0", role: "region", "aria-label": label },
    h(
      "table",
      null,
      h(
        "tbody",
        null,
        rows.map((cells, index) =>
          h(
            "tr",
            null,
            cells.map((cell, column) =>
              h(
                index === 0 ? "th" : "td",
                {
                  "data-align": columns[column]?.align ?? "left",
                  "data-wraps": columns[column]?.is_wrapped === false ? "no" : null,
                  scope: index === 0 ? "col" : null,
                },
                cellWords(cell),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function cellWords(cell) {
  if (cell.type === "rich_text") return richText(cell);
  return emojiIn(String(cell.text ?? cell.value ?? ""));
}
