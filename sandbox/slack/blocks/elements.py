"""Interactive elements, and which of them may stand in an actions, section, input or context block."""

from sandbox.slack.blocks.checks import (
    Check,
    anything,
    array,
    boolean,
    by_type,
    integer,
    one_field,
    one_of,
    shape,
    text,
    url,
)
from sandbox.slack.blocks.objects import (
    ACTION_ID,
    CHANNEL_ID,
    CHOICE_OPTION,
    CONFIRM,
    DISPATCH_CONFIG,
    FILTER,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    PLACEHOLDER,
    SLACK_FILE,
    STYLE,
    USER_ID,
    WORKFLOW,
    any_text,
    plain,
)
from sandbox.slack.blocks.rich_text import RICH_TEXT

_LABEL = text(most=75)
_NUMBER = text(pattern=r"^-?[0-9]+(\.[0-9]+)?$")
_FOCUS = {"focus_on_load": boolean}
_CONFIRMED = {"confirm": CONFIRM, **_FOCUS}
_CHOSEN = {**_CONFIRMED, "placeholder": PLACEHOLDER}
_TYPED = {"dispatch_action_config": DISPATCH_CONFIG, **_FOCUS, "placeholder": PLACEHOLDER}
_SEVERAL = {"max_selected_items": integer(least=1)}
_SOME_OPTIONS = array(OPTION, least=1)


def _element(
    required: dict[str, Check], optional: dict[str, Check], *rules: Check, named: bool = False
) -> Check:
    name = {"action_id": ACTION_ID}
    if named:
        return shape({"type": anything, **name, **required}, optional, *rules)
    return shape({"type": anything, **required}, {**name, **optional}, *rules)


def _static(initial: dict[str, Check]) -> Check:
    lists = {
        "options": array(OPTION, least=1, most=100),
        "option_groups": array(OPTION_GROUP, least=1, most=100),
    }
    return _element({}, {**lists, **initial, **_CHOSEN}, one_field("options", "option_groups"))


def _typed(initial: Check, more: dict[str, Check] | None = None) -> Check:
    return _element({}, {"initial_value": initial, **(more or {}), **_TYPED})


_BUTTON = _element(
    {"text": plain(75)},
    {
        "url": url(),
        "value": text(most=2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": _LABEL,
    },
)
_CHOICES = array(CHOICE_OPTION, least=1, most=10)
_DATE = text(pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
_TIME = text(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")
_QUERY = {"min_query_length": integer(least=0)}
_HERE = {"default_to_current_conversation": boolean, "filter": FILTER}
_RESPONSE = {"response_url_enabled": boolean}

_SELECTS: dict[str, Check] = {
    "static_select": _static({"initial_option": OPTION}),
    "external_select": _element({}, {"initial_option": OPTION, **_QUERY, **_CHOSEN}),
    "users_select": _element({}, {"initial_user": USER_ID, **_CHOSEN}),
    "conversations_select": _element({}, {"initial_conversation": text(), **_HERE, **_RESPONSE, **_CHOSEN}),
    "channels_select": _element({}, {"initial_channel": CHANNEL_ID, **_RESPONSE, **_CHOSEN}),
    "multi_static_select": _static({"initial_options": _SOME_OPTIONS, **_SEVERAL}),
    "multi_external_select": _element(
        {}, {"initial_options": _SOME_OPTIONS, **_QUERY, **_SEVERAL, **_CHOSEN}
    ),
    "multi_users_select": _element({}, {"initial_users": array(USER_ID, least=1), **_SEVERAL, **_CHOSEN}),
    "multi_conversations_select": _element(
        {}, {"initial_conversations": array(text(), least=1), **_HERE, **_SEVERAL, **_CHOSEN}
    ),
    "multi_channels_select": _element(
        {}, {"initial_channels": array(CHANNEL_ID, least=1), **_SEVERAL, **_CHOSEN}
    ),
}
_PICKERS: dict[str, Check] = {
    "checkboxes": _element(
        {"options": _CHOICES}, {"initial_options": array(CHOICE_OPTION, least=1), **_CONFIRMED}
    ),
    "radio_buttons": _element({"options": _CHOICES}, {"initial_option": CHOICE_OPTION, **_CONFIRMED}),
    "datepicker": _element({}, {"initial_date": _DATE, **_CHOSEN}),
    "timepicker": _element({}, {"initial_time": _TIME, "timezone": text(), **_CHOSEN}),
}
_DATETIME: dict[str, Check] = {
    "datetimepicker": _element({}, {"initial_date_time": integer(least=0, most=9_999_999_999), **_CONFIRMED})
}
_BUTTONS: dict[str, Check] = {
    "button": _BUTTON,
    "overflow": _element({"options": array(OVERFLOW_OPTION, least=1, most=5)}, {"confirm": CONFIRM}),
    "workflow_button": _element(
        {"text": plain(75), "workflow": WORKFLOW}, {"style": STYLE, "accessibility_label": _LABEL}, named=True
    ),
}
_INPUTS: dict[str, Check] = {
    "plain_text_input": _typed(
        text(least=0),
        {
            "multiline": boolean,
            "min_length": integer(least=0, most=3000),
            "max_length": integer(least=1, most=3000),
        },
    ),
    "email_text_input": _typed(text(least=0)),
    "url_text_input": _typed(text(least=0)),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        {"initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER, **_TYPED},
    ),
    "rich_text_input": _element({}, {"initial_value": RICH_TEXT, **_TYPED}, named=True),
    "file_input": _element({}, {"filetypes": array(text(), least=1), "max_files": integer(least=1, most=10)}),
}
IMAGE = shape(
    {"type": anything, "alt_text": text()},
    {"image_url": url(), "slack_file": SLACK_FILE},
    one_field("image_url", "slack_file"),
)
_FEEDBACK = shape({"text": plain(75), "value": text(most=2000)}, {"accessibility_label": _LABEL})

IN_ACTIONS = by_type({**_BUTTONS, **_SELECTS, **_PICKERS, **_DATETIME})
IN_SECTION = by_type({**_BUTTONS, **_SELECTS, **_PICKERS, "image": IMAGE})
IN_INPUT = by_type({**_INPUTS, **_SELECTS, **_PICKERS, **_DATETIME})
IN_CARD = by_type({"button": _BUTTON})
AN_IMAGE = by_type({"image": IMAGE})


def in_context(value: object, place: str, problems: list[str]) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    (AN_IMAGE if kind == "image" else any_text())(value, place, problems)


IN_CONTEXT_ACTIONS = by_type(
    {
        "feedback_buttons": _element({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {}),
        "icon_button": _element(
            {"icon": one_of("trash"), "text": plain(75)},
            {
                "value": text(most=2000),
                "confirm": CONFIRM,
                "accessibility_label": _LABEL,
                "visible_to_user_ids": array(USER_ID),
            },
        ),
    }
)
