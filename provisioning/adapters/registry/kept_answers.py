"""Answers kept under their callers' keys, so that a request that is sent again acts once."""

import json
from typing import Final

import asyncpg

from provisioning.domain.kept_answer import EarlierRequest, KeptAnswer
from provisioning.errors import Refused

_KEEP: Final = "24 hours"
_PATIENCE: Final = "8s"
_CLAIM: Final = """
insert into kept_answers (caller, key, request_hash) values ($1, $2, $3) on conflict do nothing returning true
"""


class PostgresKeptAnswers:
    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def claim(self, caller: str, key: str, request_hash: str) -> EarlierRequest | None:
        await self._connection.execute(f"delete from kept_answers where at < now() - interval '{_KEEP}'")
        await self._connection.execute(f"set local lock_timeout = '{_PATIENCE}'")
        try:
            is_first = await self._connection.fetchval(_CLAIM, caller, key, request_hash)
        except asyncpg.LockNotAvailableError:
            raise Refused(
                "The first request with this Idempotency-Key is still being answered; ask again in a moment.",
                code="in_progress",
            ) from None
        await self._connection.execute("set local lock_timeout to default")
        if is_first:
            return None
        row = await self._connection.fetchrow(
            "select request_hash, status, headers, body from kept_answers where caller = $1 and key = $2",
            caller,
            key,
        )
        assert row is not None
        answer = KeptAnswer(row["status"], json.loads(row["headers"]), row["body"])
        return EarlierRequest(row["request_hash"], answer)

    async def keep(self, caller: str, key: str, answer: KeptAnswer) -> None:
        await self._connection.execute(
            "update kept_answers set status = $3, headers = $4, body = $5 where caller = $1 and key = $2",
            caller, key, answer.status, json.dumps(dict(answer.headers)), answer.body,
        )  # fmt: skip

    async def forget(self, caller: str, key: str) -> None:
        await self._connection.execute("delete from kept_answers where caller = $1 and key = $2", caller, key)
