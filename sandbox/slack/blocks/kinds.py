"""Every kind of block, field by field."""

from typing import Any

from sandbox.slack.blocks.charts import CHART
from sandbox.slack.blocks.checks import (
    Check,
    Problems,
    any_field,
    anything,
    array,
    boolean,
    by_type,
    integer,
    note,
    number,
    one_field,
    one_of,
    shape,
    text,
    url,
)
from sandbox.slack.blocks.elements import (
    AN_IMAGE,
    IN_ACTIONS,
    IN_CARD,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    in_context,
)
from sandbox.slack.blocks.objects import BLOCK_ID, SLACK_FILE, any_text, plain
from sandbox.slack.blocks.rich_text import RICH_TEXT, RICH_TEXT_CELL


def _block(required: dict[str, Check], optional: dict[str, Check] | None = None, *rules: Check) -> Check:
    return shape({"type": anything, **required}, {"block_id": BLOCK_ID, **(optional or {})}, *rules)


def _collapsed_is_collapsible(value: Any, place: str, problems: Problems) -> None:
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        note(problems, "default_collapsed needs is_collapsible", place)


def _files_do_not_dispatch(value: Any, place: str, problems: Problems) -> None:
    element = value.get("element")
    is_file = isinstance(element, dict) and element.get("type") == "file_input"
    if is_file and value.get("dispatch_action", False) is not False:
        note(problems, "file_input cannot dispatch actions", place)


def _plan_title(value: Any, place: str, problems: Problems) -> None:
    (text() if isinstance(value, str) else plain())(value, place, problems)


def _column(value: Any, place: str, problems: Problems) -> None:
    if value is not None:
        _COLUMN(value, place, problems)


_COLUMN = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
_SOURCE = by_type({"url": shape({"type": anything, "url": url(most=None), "text": text()})})
_TASK: dict[str, Check] = {
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": array(_SOURCE),
    "status": one_of("pending", "in_progress", "complete", "error"),
}
_TASK_NAMES = {"task_id": text(), "title": text()}
_TASK_IN_PLAN = shape(_TASK_NAMES, {"type": one_of("task_card"), "block_id": BLOCK_ID, **_TASK})
_ROW = {"raw_text": shape({"type": anything, "text": text(least=0)}), "rich_text": RICH_TEXT_CELL}
_DATA_CELL = {
    "raw_text": shape({"type": anything, "text": text()}),
    "raw_number": shape({"type": anything, "value": number()}, {"text": text()}),
    "rich_text": RICH_TEXT_CELL,
}
_CARD = _block(
    {},
    {
        "hero_image": AN_IMAGE,
        "icon": AN_IMAGE,
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": array(IN_CARD, least=1, most=2),
    },
    any_field("hero_image", "title", "actions", "body"),
)
_PLAIN_KINDS: dict[str, Check] = {
    "actions": _block({"elements": array(IN_ACTIONS, least=1, most=25)}),
    "context": _block({"elements": array(in_context, least=1, most=10)}),
    "divider": _block({}),
    "file": _block({"external_id": text(), "source": one_of("remote")}),
    "header": _block({"text": plain(150)}, {"level": integer(least=1, most=4)}),
    "image": _block(
        {"alt_text": text(most=2000)},
        {"image_url": url(), "slack_file": SLACK_FILE, "title": plain(2000)},
        one_field("image_url", "slack_file"),
    ),
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT},
        {"dispatch_action": boolean, "hint": plain(2000), "optional": boolean},
        _files_do_not_dispatch,
    ),
    "rich_text": RICH_TEXT,
    "section": _block(
        {},
        {
            "text": any_text(),
            "fields": array(any_text(2000), least=1, most=10),
            "accessory": IN_SECTION,
            "expand": boolean,
        },
        any_field("text", "fields"),
    ),
    "table": _block(
        {"rows": array(array(by_type(_ROW), least=1, most=20), least=1, most=100)},
        {"column_settings": array(_column, most=20)},
    ),
    "video": _block(
        {
            "alt_text": text(),
            "title": plain(199),
            "thumbnail_url": url(most=None),
            "video_url": url(most=None, scheme="https://"),
        },
        {
            "author_name": text(least=0, most=49),
            "description": plain(199),
            "provider_icon_url": url(most=None),
            "provider_name": text(),
            "title_url": url(most=None, scheme="https://"),
        },
    ),
}
KINDS: dict[str, Check] = {
    **_PLAIN_KINDS,
    "alert": _block(
        {"text": any_text()}, {"level": one_of("default", "info", "warning", "error", "success")}
    ),
    "card": _CARD,
    "carousel": _block({"elements": array(by_type({"card": _CARD}), least=1, most=10)}),
    "container": _block(
        {"child_blocks": array(by_type(_PLAIN_KINDS), least=1, most=10)},
        {
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": any_text(150),
            "icon": AN_IMAGE,
            "width": one_of("narrow", "standard", "wide", "full"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        any_field("title", "rich_text_title"),
        _collapsed_is_collapsible,
    ),
    "context_actions": _block({"elements": array(IN_CONTEXT_ACTIONS, least=1, most=5)}),
    "data_table": _block(
        {
            "caption": text(),
            "rows": array(array(by_type(_DATA_CELL), least=1, most=20), least=2, most=101),
        },
        {"page_size": integer(least=1, most=100), "row_header_column_index": integer(least=0, most=19)},
    ),
    "data_visualization": _block({"title": text(most=50), "chart": CHART}),
    "markdown": _block({"text": text(most=12_000)}),
    "plan": _block({"title": _plan_title}, {"tasks": array(_TASK_IN_PLAN)}),
    "task_card": _block(_TASK_NAMES, _TASK),
}
BLOCK = by_type(KINDS)
