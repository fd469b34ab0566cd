"""Composition objects: texts, options, confirmations, and what else stands inside blocks and elements."""

from sandbox.slack.blocks.checks import (
    Check,
    anything,
    array,
    boolean,
    by_type,
    not_empty,
    one_field,
    one_of,
    shape,
    text,
    url,
)

ACTION_ID = text(most=255)
BLOCK_ID = text(most=255)
USER_ID = text(pattern="^[UW][A-Z0-9]+$")
CHANNEL_ID = text(pattern="^[CG][A-Z0-9]+$")
STYLE = one_of("primary", "danger")


def plain(most: int = 3000) -> Check:
    return by_type({"plain_text": _plain(most)})


def any_text(most: int = 3000) -> Check:
    markdown = shape({"type": anything, "text": text(most=most)}, {"verbatim": boolean})
    return by_type({"plain_text": _plain(most), "mrkdwn": markdown})


def _plain(most: int) -> Check:
    return shape({"type": anything, "text": text(most=most)}, {"emoji": boolean})


PLACEHOLDER = plain(150)
CONFIRM = shape(
    {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)}, {"style": STYLE}
)
_VALUE = text(most=150)
OPTION = shape({"text": plain(75), "value": _VALUE}, {"description": plain(75)})
OVERFLOW_OPTION = shape({"text": plain(75), "value": _VALUE}, {"description": plain(75), "url": url()})
CHOICE_OPTION = shape({"text": any_text(75), "value": _VALUE}, {"description": any_text(75)})
OPTION_GROUP = shape({"label": plain(75), "options": array(OPTION, least=1, most=100)})
SLACK_FILE = shape({}, {"url": url(most=None), "id": text()}, one_field("url", "id"))
DISPATCH_CONFIG = shape(
    {
        "trigger_actions_on": array(
            one_of("on_enter_pressed", "on_character_entered"), least=1, most=2, distinct=True
        )
    }
)
_KINDS_OF_CONVERSATION = array(one_of("im", "mpim", "private", "public"), least=1, distinct=True)


FILTER = shape(
    {},
    {
        "include": _KINDS_OF_CONVERSATION,
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
    not_empty,
)
WORKFLOW = shape(
    {
        "trigger": shape(
            {"url": url(most=None)},
            {"customizable_input_parameters": array(shape({"name": text(), "value": anything}))},
        )
    }
)
