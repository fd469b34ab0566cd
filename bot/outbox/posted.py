"""Finding a message of ours again by the key in its metadata, when the answer to posting it was lost."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, Final

from bot.outbox.ports import Calls

_PAGE: Final = 200
_CLOCKS_APART: Final = 60.0  # seconds by which our clock and Slack's may differ


async def find_posted(
    calls: Calls,
    channel: str,
    key: str,
    *,
    us: frozenset[str],
    thread_ts: str | None,
    after: str | datetime,
    within: float | None = None,
) -> str | None:
    """Look through what was said in the channel, or in one thread of it. `us` are our ids, as bot and as user."""
    async for message in _messages(calls, channel, thread_ts, _oldest(after), within):
        if us & {message.get("bot_id"), message.get("user")} and _key(message) == key:
            return str(message["ts"])
    return None


async def _messages(
    calls: Calls, channel: str, thread_ts: str | None, oldest: str, within: float | None
) -> AsyncIterator[Mapping[str, Any]]:
    method = "conversations.history" if thread_ts is None else "conversations.replies"
    cursor: str | None = None
    while True:
        page = await calls.call(
            method,
            within=within,
            channel=channel,
            ts=thread_ts,
            oldest=oldest,
            inclusive=True,
            include_all_metadata=True,
            limit=_PAGE,
            cursor=cursor,
        )
        for message in page.get("messages") or ():
            yield message
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if cursor is None:
            return


def _oldest(after: str | datetime) -> str:
    if isinstance(after, str):
        return after
    return f"{max(0.0, after.timestamp() - _CLOCKS_APART):.6f}"


def _key(message: Mapping[str, Any]) -> object:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    return payload.get("key") if isinstance(payload, Mapping) else None
