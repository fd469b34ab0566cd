"""Runs SQL in a project's database as its owner, for callers who have only the API.

One statement answers with its rows. Several run as one transaction and answer with none: the protocol for
many statements at once gives this client no rows back.
"""

import json
from datetime import date, datetime, time
from typing import Any

import asyncpg


async def run_query(dsn: str, query: str, parameters: list[Any], *, read_only: bool) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(dsn)
    try:
        for name in ("json", "jsonb"):
            await connection.set_type_codec(name, schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        if read_only:
            await connection.execute("set default_transaction_read_only = on")
        rows = await _fetch(connection, query, parameters)
        return [{name: _to_json(value) for name, value in row.items()} for row in rows]
    finally:
        await connection.close()


async def _fetch(
    connection: "asyncpg.Connection[asyncpg.Record]", query: str, parameters: list[Any]
) -> list[asyncpg.Record]:
    try:
        return await connection.fetch(query, *parameters)
    except asyncpg.PostgresSyntaxError as error:
        if parameters or "multiple commands" not in str(error):
            raise
    await connection.execute(query)
    return []


def _to_json(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str() | dict():
            return value
        case list() | tuple():
            return [_to_json(item) for item in value]
        case date() | datetime() | time():
            return value.isoformat()
        case bytes():
            return f"\\x{value.hex()}"
        case _:
            return str(value)
