"""Rich text: sections, lists, quotes and preformatted text, and the leaves in them."""

from sandbox.slack.blocks.checks import (
    Check,
    anything,
    array,
    boolean,
    by_type,
    integer,
    not_empty,
    one_of,
    shape,
    text,
    url,
)
from sandbox.slack.blocks.objects import BLOCK_ID, CHANNEL_ID, USER_ID

_STYLE = shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight", "unlink"), boolean
    ),
    not_empty,
)


def _leaf(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    return shape({"type": anything, **required}, {**(optional or {}), "style": _STYLE})


_URL = url(most=None)
LEAF = by_type(
    {
        "text": _leaf({"text": text(least=0)}),
        "link": _leaf({"url": _URL}, {"text": text(least=0), "unsafe": boolean}),
        "user": _leaf({"user_id": USER_ID}),
        "usergroup": _leaf({"usergroup_id": text(pattern="^S[A-Z0-9]+$")}),
        "channel": _leaf({"channel_id": CHANNEL_ID}),
        "team": _leaf({"team_id": text(pattern="^T[A-Z0-9]+$")}),
        "emoji": _leaf({"name": text()}, {"skin_tone": integer(least=1, most=6), "unicode": text()}),
        "broadcast": _leaf({"range": one_of("here", "channel", "everyone")}),
        "color": _leaf({"value": text(pattern="^#?[0-9a-fA-F]{6}$")}),
        "date": _leaf(
            {"timestamp": integer(least=0), "format": text()}, {"url": _URL, "fallback": text(least=0)}
        ),
    }
)
_LEAVES = array(LEAF)
_BORDER = one_of(0, 1)
_SECTION = shape({"type": anything, "elements": _LEAVES})
CONTAINER = by_type(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": shape(
            {
                "type": anything,
                "style": one_of("bullet", "ordered"),
                "elements": array(by_type({"rich_text_section": _SECTION}), least=1),
            },
            {"indent": integer(least=0), "offset": integer(least=0), "border": _BORDER},
        ),
        "rich_text_preformatted": shape(
            {"type": anything, "elements": _LEAVES}, {"border": _BORDER, "language": text()}
        ),
        "rich_text_quote": shape({"type": anything, "elements": _LEAVES}, {"border": _BORDER}),
    }
)
RICH_TEXT = by_type(
    {"rich_text": shape({"type": anything, "elements": array(CONTAINER)}, {"block_id": BLOCK_ID})}
)
RICH_TEXT_CELL = shape({"type": anything, "elements": array(CONTAINER)})
