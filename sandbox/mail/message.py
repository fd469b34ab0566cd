"""A mail as the mailbox has it, read from the bytes that were sent, however odd they are."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from importlib.resources import files
from typing import TYPE_CHECKING

import asyncpg

from sandbox.state import State

if TYPE_CHECKING:
    Database = asyncpg.Pool[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]

_KEEP = (files("sandbox.mail") / "keep.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Mail:
    recipients: list[str]
    sender: str
    subject: str
    text: str
    html: str
    message_id: str
    received_at: datetime


async def keep(database: Database, raw: bytes, *, sender: str, recipients: Sequence[str]) -> None:
    """Put a mail into the mailbox, as part of the transaction where a connection has one."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    headers = json.dumps([[name, _storable(value)] for name, value in message.items()])
    await database.execute(
        _KEEP,
        [_storable(recipient) for recipient in recipients],
        _storable(sender),
        _storable(message.get("subject", "")),
        _body(message, "plain"),
        _body(message, "html"),
        _storable(message.get("message-id", "")),
        headers,
        raw,
    )


async def kept(state: State, *, recipient: str | None = None) -> list[Mail]:
    """Return the mails, oldest first."""
    rows = await state.pool.fetch(
        "select recipients, sender, subject, text, html, message_id, received_at from mail_messages"
        " where $1::text is null or $1 = any (recipients) order by id",
        recipient,
    )
    return [Mail(**row) for row in rows]


async def throw_away(state: State) -> None:
    await state.pool.execute("delete from mail_messages")


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, UnicodeError):  # a charset that nobody knows
        content = bytes(part.get_payload(decode=True)).decode("latin-1")
    return _storable(content).replace("\r\n", "\n")


def _storable(text: str) -> str:
    """Drop what PostgreSQL cannot hold as text: NUL, and bytes that were no text to begin with."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "")
