"""The stand-in's own block validators against the published schema and the rules across a payload."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sandbox.slack.blocks import check_message_blocks, check_view
from sandbox.slack.blocks.checks import Check
from sandbox.slack.blocks.elements import IN_ACTIONS, IN_INPUT
from sandbox.slack.blocks.kinds import BLOCK
from sandbox.slack.blocks.rich_text import LEAF
from sandbox.slack.refusals import Refusal
from tests.block_kit import Contract, open_contract
from tests.integration.slack_stand_in import button, modal, section, text_input

PLAIN = {"type": "plain_text", "text": "Words"}
MARKED = {"type": "mrkdwn", "text": "*Words*"}
OPTION = {"text": PLAIN, "value": "one"}
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
}
IMAGE = {"type": "image", "image_url": "https://taskifai.test/a.png", "alt_text": "A picture"}
CONFIRM = {"title": PLAIN, "text": MARKED, "confirm": PLAIN, "deny": PLAIN, "style": "danger"}
LINK = "https://taskifai.test"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return open_contract()


def _input(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": PLAIN, "element": element, **more}


SELECTS: list[dict[str, Any]] = [
    {"type": "static_select", "options": [OPTION], "initial_option": OPTION, "placeholder": PLAIN},
    {"type": "static_select", "option_groups": [{"label": PLAIN, "options": [OPTION]}]},
    {"type": "external_select", "min_query_length": 2},
    {"type": "users_select", "initial_user": "U0VIEWER001"},
    {"type": "conversations_select", "filter": {"include": ["im"]}, "default_to_current_conversation": True},
    {"type": "channels_select", "initial_channel": "C0OPS000001"},
    {
        "type": "multi_static_select",
        "options": [OPTION],
        "initial_options": [OPTION],
        "max_selected_items": 2,
    },
    {"type": "multi_external_select"},
    {"type": "multi_users_select", "initial_users": ["U0VIEWER001"]},
    {"type": "multi_conversations_select", "initial_conversations": ["C1"]},
    {"type": "multi_channels_select", "initial_channels": ["C0OPS000001"]},
    {"type": "checkboxes", "options": [OPTION], "initial_options": [OPTION], "confirm": CONFIRM},
    {"type": "radio_buttons", "options": [{"text": MARKED, "value": "x"}], "focus_on_load": True},
    {"type": "datepicker", "initial_date": "2026-11-24"},
    {"type": "timepicker", "initial_time": "09:30", "timezone": "Europe/Berlin"},
]
INPUTS: list[dict[str, Any]] = [
    {"type": "plain_text_input", "multiline": True, "min_length": 1, "max_length": 80, "initial_value": ""},
    {"type": "email_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}},
    {"type": "url_text_input"},
    {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "5"},
    {"type": "rich_text_input", "action_id": "it", "initial_value": RICH},
    {"type": "file_input", "filetypes": ["csv"], "max_files": 1},
    {"type": "datetimepicker", "initial_date_time": 1_700_000_000},
]
BUTTONS: list[dict[str, Any]] = [
    {"type": "button", "text": PLAIN, "value": "v", "style": "primary", "confirm": CONFIRM, "url": LINK},
    {"type": "overflow", "options": [{**OPTION, "url": LINK}]},
    {"type": "workflow_button", "text": PLAIN, "action_id": "it", "workflow": {"trigger": {"url": LINK}}},
]
LEAVES: list[dict[str, Any]] = [
    {"type": "text", "text": "x", "style": {"bold": True}},
    {"type": "link", "url": LINK, "text": "there"},
    {"type": "user", "user_id": "U0VIEWER001"},
    {"type": "usergroup", "usergroup_id": "S0VIEWERS01"},
    {"type": "channel", "channel_id": "C0OPS000001"},
    {"type": "team", "team_id": "T0TASKIFAI1"},
    {"type": "emoji", "name": "tada", "skin_tone": 2},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#ff0000"},
    {"type": "date", "timestamp": 1, "format": "{date}"},
]
TASK = {"task_id": "1", "title": "Create project", "status": "in_progress", "details": RICH, "output": RICH}
SOURCE = {"type": "url", "url": LINK, "text": "there"}
BLOCKS: list[dict[str, Any]] = [
    section("x", block_id="one", fields=[MARKED, PLAIN], expand=True),
    {"type": "section", "fields": [PLAIN]},
    *[section("x", accessory=element) for element in (*SELECTS, *BUTTONS, IMAGE)],
    {"type": "actions", "elements": [*BUTTONS, *SELECTS[:8]]},
    *[_input(element, hint=PLAIN, optional=True) for element in (*SELECTS, *INPUTS)],
    {"type": "context", "elements": [MARKED, PLAIN, IMAGE]},
    {"type": "divider", "block_id": "line"},
    {"type": "header", "text": PLAIN, "level": 2},
    {**IMAGE, "title": PLAIN},
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A file"},
    {"type": "markdown", "text": "**x**"},
    RICH,
    {
        "type": "rich_text",
        "block_id": "rich",
        "elements": [
            {"type": "rich_text_section", "elements": LEAVES},
            {
                "type": "rich_text_list", "style": "bullet", "indent": 1, "border": 1,
                "elements": [{"type": "rich_text_section", "elements": LEAVES}],
            },
            {"type": "rich_text_preformatted", "elements": LEAVES[:2], "border": 0, "language": "sql"},
            {"type": "rich_text_quote", "elements": LEAVES[:2]},
        ],
    },
    {"type": "plan", "title": "Provisioning", "tasks": [TASK, {**TASK, "type": "task_card", "sources": [SOURCE]}]},
    {"type": "plan", "title": PLAIN},
    {"type": "task_card", **TASK},
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": ""}, {"type": "rich_text", "elements": RICH["elements"]}]],
        "column_settings": [{"align": "right", "is_wrapped": True}, None],
    },
    {
        "type": "data_table", "caption": "Checks", "page_size": 10, "row_header_column_index": 0,
        "rows": [[{"type": "raw_text", "text": "a"}], [{"type": "raw_number", "value": 1.5, "text": "1,5"}]],
    },
    {"type": "data_visualization", "title": "Fleet", "chart": {"type": "pie", "segments": [{"label": "a", "value": 1}]}},
    {
        "type": "data_visualization", "title": "Fleet",
        "chart": {
            "type": "line", "series": [{"name": "a", "data": [{"label": "x", "value": -1}]}],
            "axis_config": {"categories": ["x"], "x_label": "", "y_label": "y"},
        },
    },
    {"type": "alert", "text": MARKED, "level": "warning"},
    {"type": "card", "title": PLAIN, "body": MARKED, "hero_image": IMAGE, "actions": [BUTTONS[0]]},
    {"type": "carousel", "elements": [{"type": "card", "title": PLAIN}]},
    {
        "type": "container", "title": PLAIN, "subtitle": MARKED, "icon": IMAGE, "width": "wide",
        "is_collapsible": True, "default_collapsed": True, "child_blocks": [section("x"), {"type": "divider"}],
    },
    {"type": "container", "rich_text_title": RICH, "child_blocks": [_input({"type": "plain_text_input"})]},
    {"type": "context_actions", "elements": [
        {"type": "feedback_buttons", "positive_button": OPTION, "negative_button": OPTION},
        {"type": "icon_button", "icon": "trash", "text": PLAIN, "visible_to_user_ids": ["U1"]},
    ]},
    {"type": "file", "external_id": "x", "source": "remote"},
    {
        "type": "video", "alt_text": "x", "title": PLAIN, "thumbnail_url": LINK, "video_url": LINK, "title_url": LINK,
        "author_name": "x", "description": PLAIN, "provider_name": "x", "provider_icon_url": LINK,
    },
]  # fmt: skip
SHORT_NAMES = {"email_text_input": "email_input", "url_text_input": "url_input"}
ELEMENTS: dict[str, tuple[Check, list[dict[str, Any]]]] = {
    "actions_block_element": (IN_ACTIONS, [*SELECTS, *BUTTONS]),
    "input_block_element": (IN_INPUT, INPUTS),
    "rich_text_leaf": (LEAF, LEAVES),
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, 7, -1, 1.5, "", "x", "y" * 76, "y" * 151, "y" * 256, "y" * 3001, "complete", "completed",
    "C0OPS000001", "https://taskifai.test", [], ["x"], [1] * 30, {}, {"type": "x"}, PLAIN, MARKED, [PLAIN] * 11,
    RICH, [RICH], BUTTONS[0], [BUTTONS[0]], IMAGE, OPTION, [OPTION] * 101, {**PLAIN, "colour": "red"}, SELECTS[0],
)  # fmt: skip


def variations(value: Any) -> Iterator[Any]:
    """Yield copies that differ from a value in one place, at any depth: left out, odd, doubled, or added to."""
    if isinstance(value, dict):
        yield {**value, "surplus": 1}
        for name in value:
            yield {key: entry for key, entry in value.items() if key != name}
            for odd in ODD:
                yield {**value, name: deepcopy(odd)}
            for varied in variations(value[name]):
                yield {**value, name: varied}
    elif isinstance(value, list):
        yield value * 40
        for index, entry in enumerate(value):
            for varied in variations(entry):
                yield [*value[:index], varied, *value[index + 1 :]]


def takes(check: Check, value: Any) -> bool:
    problems: list[str] = []
    check(value, "", problems)
    return not problems


def takes_message(blocks: Any) -> bool:
    try:
        check_message_blocks(blocks)
    except Refusal as refusal:
        return refusal.error == "msg_blocks_too_long"  # the schema knows no sums
    return True


def takes_view(view: Any) -> bool:
    try:
        check_view(view, "modal", "home")
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("block", BLOCKS, ids=[f"{at}-{block['type']}" for at, block in enumerate(BLOCKS)])
def test_agrees_with_the_schema_on_every_block(contract: Contract, block: dict[str, Any]) -> None:
    assert contract.part("block").is_valid(block)
    assert takes(BLOCK, block)
    if not _has_many_parts(block):
        agree_on_variations(contract.part(f"{block['type']}_block"), BLOCK, block)


@pytest.mark.parametrize("name", ELEMENTS)
def test_agrees_with_the_schema_on_every_element(contract: Contract, name: str) -> None:
    check, elements = ELEMENTS[name]
    for element in elements:
        kind = SHORT_NAMES.get(element["type"], element["type"])
        own = f"rich_text_{kind}_leaf" if name == "rich_text_leaf" else f"{kind}_element"
        agree_on_variations(contract.part(own), check, element)


def agree_on_variations(schema: Draft202012Validator, check: Check, value: dict[str, Any]) -> None:
    """Hold our check against the schema of this very type; another type is refused where it is not at home."""
    assert schema.is_valid(value)
    for varied in (value, *variations(value)):
        # The schema's validator does not look into addresses, and other types are other schemas.
        if not _has_bad_address(varied) and varied.get("type", value["type"]) == value["type"]:
            assert takes(check, varied) == schema.is_valid(varied), json.dumps(varied)[:500]


def _has_many_parts(block: dict[str, Any]) -> bool:
    """Tell whether a block is there for the elements in it, which have a test of their own."""
    element = block.get("accessory", block.get("element", {}))
    parts = (*SELECTS[1:], *BUTTONS, *INPUTS[1:])
    return element in parts or block["type"] == "actions" or block.get("block_id") == "rich"


def _has_bad_address(value: Any) -> bool:
    """Tell whether an address is text and no address, which only our validators see."""
    if isinstance(value, list):
        return any(map(_has_bad_address, value))
    if not isinstance(value, dict):
        return False
    for name, entry in value.items():
        if name.endswith("url") and isinstance(entry, str) and ":" not in entry:
            return True
        if _has_bad_address(entry):
            return True
    return False


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
def test_agrees_with_the_rules_on_what_stands_where(contract: Contract, surface: str) -> None:
    for block in BLOCKS:
        if surface == "message":
            assert takes_message([block]) == contract.takes_message([block]), block["type"]
        else:
            view = modal(block) if surface == "modal" else {"type": "home", "blocks": [block]}
            assert takes_view(view) == contract.takes_view(view), block["type"]


PLAN, CARD = {"type": "plan", "title": "x"}, {"type": "task_card", **TASK}


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x")] * 50,
        [section("x")] * 51,
        [PLAN, button("a", "b")],
        [PLAN, PLAN],
        [PLAN, CARD],
        [CARD, CARD],
        [section("x", block_id="a"), section("y", block_id="a")],
        [section("x", block_id="a"), section("y", block_id="b")],
    ],
)
def test_agrees_with_the_rules_on_blocks_together(contract: Contract, blocks: list[Any]) -> None:
    assert takes_message(blocks) == contract.takes_message(blocks)


def test_takes_one_table_and_two_charts() -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    chart = next(block for block in BLOCKS if block["type"] == "data_visualization")
    assert takes_message([table, chart, chart])
    assert not takes_message([table, table])
    assert not takes_message([chart, chart, chart])


VIEW = modal(
    text_input("company", "Company"),
    section("x"),
    close=PLAIN,
    private_metadata="x",
    callback_id="provision",
    external_id="one",
    clear_on_close=True,
    notify_on_close=False,
    submit_disabled=False,
)
HOME = {
    "type": "home",
    "blocks": [section("x")],
    "callback_id": "home",
    "private_metadata": "",
    "external_id": "",
}


@pytest.mark.parametrize("view", [VIEW, HOME], ids=["modal", "home"])
def test_agrees_with_the_schema_on_views_and_their_variations(
    contract: Contract, view: dict[str, Any]
) -> None:
    for varied in (view, *variations(view)):
        if varied.get("type") in ("modal", "home"):
            assert takes_view(varied) == contract.takes_view(varied), json.dumps(varied)[:500]
        else:
            assert not takes_view(varied)


def test_knows_every_kind_of_block_in_the_schema(contract: Contract) -> None:
    refs = [entry["$ref"] for entry in contract.schema["$defs"]["block"]["oneOf"]]
    assert {ref.removeprefix("#/$defs/").removesuffix("_block") for ref in refs} == {
        block["type"] for block in BLOCKS
    }


def test_keeps_the_limits_of_a_whole_message(contract: Contract) -> None:
    sums = contract.rules["cumulative_chars"]
    words = [section("x" * (sums["all_block_text_safe_budget"] // 50)) for _ in range(50)]
    check_message_blocks(words)
    rejected = next(seen for seen in sums["all_block_text_observed"] if seen["result"] != "accepted")
    too_long = [section("x" * (rejected["block_text"] // 45 + 1)) for _ in range(45)]
    with pytest.raises(Refusal, match="msg_blocks_too_long"):
        check_message_blocks(too_long)
    markdown = {"type": "markdown", "text": "x" * (sums["markdown_blocks_total"] // 2)}
    check_message_blocks([markdown, markdown])
    with pytest.raises(Refusal, match="invalid_blocks"):
        check_message_blocks([markdown, markdown, markdown])
    row = [{"type": "raw_text", "text": "x" * (sums["table_cells_total"] // 10)}]
    check_message_blocks([{"type": "table", "rows": [row] * 10}])
    with pytest.raises(Refusal, match="invalid_blocks"):
        check_message_blocks([{"type": "table", "rows": [row] * 11}])


def test_names_the_place_of_what_is_wrong() -> None:
    with pytest.raises(Refusal) as refused:
        check_message_blocks([section("x"), section("")])
    assert refused.value.body["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]"
    ]
    with pytest.raises(Refusal) as refused:
        check_view(modal({"type": "plan", "title": "x"}), "modal")
    assert refused.value.error == "invalid_arguments"
    assert refused.value.body["response_metadata"]["messages"] == [
        "[ERROR] unsupported type: plan, in a modal [json-pointer:/view/blocks/0/type]"
    ]


def test_refuses_what_only_slack_knows() -> None:
    with pytest.raises(Refusal, match="view_too_large"):
        check_view(modal(*[section("x" * 2900) for _ in range(90)]), "modal")
    same = [{"type": "button", "text": PLAIN, "action_id": "it"}] * 2
    assert not takes_message([{"type": "actions", "elements": same}])
    focused = {"type": "plain_text_input", "focus_on_load": True}
    assert takes_view(modal(_input(focused)))
    assert not takes_view(modal(_input(focused), _input(focused)))
    assert not takes_message([{**IMAGE, "image_url": "no address"}])
