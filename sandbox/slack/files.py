"""Uploaded files: what may be shown in a block, and what a person gets to see of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.slack.desk import Desk
from sandbox.slack.refusals import Refusal
from sandbox.slack.sql import Row

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


async def find_file(desk: Desk, number: str) -> Row | None:
    row: Row | None = await desk.state.pool.fetchrow("select * from slack_files where id = $1", number)
    return row


async def check_pictures(desk: Desk, blocks: Any) -> None:
    """Refuse blocks that show a file which is not there, is no picture, or has only just been uploaded."""
    for number in {str(file.get("id") or "") for file in _slack_files(blocks)}:
        row = await desk.state.pool.fetchrow(
            "select content from slack_files where id = $1 and completed_at < clock_timestamp() - interval '1 second'",
            number,
        )
        if row is None or picture_type(row["content"]) is None:
            raise Refusal(
                "invalid_blocks", response_metadata={"messages": [f"[ERROR] invalid slack file: {number}"]}
            )


def picture_type(content: bytes) -> str | None:
    """Tell by its first bytes what kind of picture it is; None: it is none."""
    return next((kind for start, kind in _SIGNATURES.items() if content.startswith(start)), None)


def _slack_files(blocks: Any) -> Iterator[dict[str, Any]]:
    if isinstance(blocks, list):
        for one in blocks:
            yield from _slack_files(one)
    elif isinstance(blocks, dict):
        for name, value in blocks.items():
            if name == "slack_file" and isinstance(value, dict):
                yield value
            else:
                yield from _slack_files(value)
