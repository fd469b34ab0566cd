"""All that Slack ever got from the bot, every version of it: checked, and searched for secrets."""

import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from tests.block_kit import check_payload, check_view
from tests.e2e.evidence import all_secrets, database_of
from tests.e2e.terminal import Terminal

_KEEP = """
    create table if not exists slack_record (number bigserial primary key, place text not null, entry jsonb not null);
    create or replace function keep_slack_record() returns trigger language plpgsql as $$
    begin
        insert into slack_record (place, entry) values (tg_table_name, to_jsonb(new));
        return null;
    end $$;
    create or replace trigger slack_record after insert or update on slack_messages
        for each row execute function keep_slack_record();
    create or replace trigger slack_record after insert or update on slack_views
        for each row execute function keep_slack_record();
"""


@dataclass(frozen=True)
class SlackRecord:
    """Kept by the stand-in's own database, so that nothing is missed that was overwritten later."""

    terminal: Terminal

    async def keep(self) -> None:
        connection = await self._connect()
        try:
            await connection.execute(_KEEP)
        finally:
            await connection.close()

    async def length(self) -> int:
        connection = await self._connect()
        try:
            found: int = await connection.fetchval("select coalesce(max(number), 0) from slack_record")
        finally:
            await connection.close()
        return found

    async def versions(self, ts: str) -> list[dict[str, Any]]:
        """All that one message ever was, the first first."""
        found = await self._entries("slack_messages")
        return [entry for entry in found if entry["ts"] == ts]

    async def check(self, *, since: int) -> None:
        """Hold everything that came since then against what Slack takes, and against every secret there is."""
        messages, views = (
            await self._entries("slack_messages", since),
            await self._entries("slack_views", since),
        )
        for text, blocks in {
            (message["text"], json.dumps(message["blocks"]))
            for message in messages
            if message["by_app"] and not message["deleted"]
        }:
            check_payload("chat.postMessage", {"text": text, "blocks": json.loads(blocks) or []})
        for definition in {json.dumps(view["definition"], sort_keys=True) for view in views}:
            check_view(json.loads(definition))
        everything = json.dumps([messages, views], ensure_ascii=False)
        for name, secret in (await all_secrets(self.terminal)).items():
            assert json.dumps(secret)[1:-1] not in everything, f"{name} went to Slack"

    async def _entries(self, place: str, since: int = 0) -> list[dict[str, Any]]:
        connection = await self._connect()
        try:
            rows = await connection.fetch(
                "select entry from slack_record where place = $1 and number > $2 order by number",
                place,
                since,
            )
        finally:
            await connection.close()
        return [json.loads(row["entry"]) for row in rows]

    async def _connect(self) -> asyncpg.Connection:
        return await asyncpg.connect(database_of(self.terminal, "sandbox"))
