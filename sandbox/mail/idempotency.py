"""The memory of a mail API: a key used again within a day gets the first answer, and no second mail."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import asyncpg


class OtherRequestError(Exception):
    """The key belongs to a request with another body."""


def fingerprint(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


async def claim(
    connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], key: str, mark: str, email_id: str
) -> str:
    """Return the id of the mail that this key stands for: the one given, or that of the first request.

    Inside a transaction a second request waits here until the first is done.
    """
    await connection.execute(
        "delete from mail_idempotency_keys where key = $1 and used_at < now() - interval '24 hours'", key
    )
    row = await connection.fetchrow(
        "insert into mail_idempotency_keys (key, fingerprint, email_id) values ($1, $2, $3)"
        " on conflict (key) do update set key = excluded.key returning fingerprint, email_id",
        key,
        mark,
        email_id,
    )
    assert row is not None
    if row["fingerprint"] != mark:
        raise OtherRequestError
    first: str = row["email_id"]
    return first
