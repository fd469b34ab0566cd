"""What Slack sends for every verb, button and form of the bot, over either way."""

import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlencode

from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.app import VERBS, VIEWS
from bot.blocks import ids
from provisioning.domain.secret import Secret
from tests.fakes.clock import FakeClock
from tests.fakes.world import SUBDOMAIN
from tests.unit.test_reception import TEAM, URL

Way = Literal["socket", "http"]

PERSON: Final = "U0APPROVER1"
NEW: Final = "newinc"
GONE: Final = "goneinc"
ARCHIVE: Final = f"archives/{GONE}-{FakeClock().now():%Y%m%d}"
REASON: Final = "the customer left"
SIGNING_SECRET: Final = Secret(secrets.token_hex(16))


def payload_of(name: str, values: Mapping[str, str]) -> dict[str, Any]:
    """The request that Slack makes of it, with a trigger of its own."""
    value, trigger = values.get(name, SUBDOMAIN), secrets.token_hex(8)
    if name in VERBS:
        return {
            "command": "/tenant", "text": f"{name} {value}", "team_id": TEAM, "user_id": PERSON,
            "channel_id": "C0OPS000001", "response_url": URL, "trigger_id": trigger,
        }  # fmt: skip
    who: dict[str, Any] = {
        "team": {"id": TEAM},
        "user": {"id": PERSON, "team_id": TEAM},
        "trigger_id": trigger,
    }
    if name in VIEWS:
        return who | {"type": "view_submission", "view": _view(name, value)}
    clicked: dict[str, Any] = who | {
        "type": "block_actions",
        "actions": [{"type": "button", "action_id": name, "block_id": "b", "value": value}],
    }
    if name in {ids.PROVISION_BACK, ids.COMPANY, ids.RESTORE_BACK}:
        return clicked | {"view": _view(name, value)}
    return clicked | {"channel": {"id": "C0OPS000001"}, "response_url": URL}


def _view(name: str, metadata: str) -> dict[str, Any]:
    """A form of ours, filled in; what a form has not, it does not look for."""
    typed = {
        ids.COMPANY: "New Inc and Sons", ids.SUBDOMAIN: NEW, ids.EMAIL: "admin@newinc.com",
        ids.REASON: REASON, ids.CONFIRM: SUBDOMAIN,
    }  # fmt: skip
    chosen = {ids.GRACE: "7d", ids.REGION: "eu-west-1", ids.ARCHIVE: ARCHIVE}
    state: dict[str, Any] = {field: {field: {"value": text}} for field, text in typed.items()}
    state |= {field: {field: {"selected_option": {"value": text}}} for field, text in chosen.items()}
    return {
        "id": "V1", "type": "modal", "callback_id": name, "hash": "1.a", "private_metadata": metadata,
        "blocks": [], "state": {"values": state},
    }  # fmt: skip


def requests_of(payload: dict[str, Any], way: Way) -> Callable[[], AsyncBoltRequest]:
    """Give the same request again and again, to the letter."""
    if way == "socket":
        return lambda: AsyncBoltRequest(body=payload, mode="socket_mode")
    body = urlencode(payload if "command" in payload else {"payload": json.dumps(payload)})
    stamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET.reveal()).generate_signature(timestamp=stamp, body=body)
    headers: dict[str, str | Sequence[str]] = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": str(signature),
    }
    return lambda: AsyncBoltRequest(body=body, headers=headers)
