"""The batches of one user, as rows of the tenant's database."""

import json
from typing import Any
from uuid import UUID

from sandbox.taskifai.bodies import BatchPage
from sandbox.taskifai.sql import Connection

_LIST = """
select to_jsonb(batch)::text from upload_batches batch
where uploader_user_id = $1 and ($2::text is null or processing_status = $2)
order by upload_timestamp desc, upload_batch_id limit $3 offset $4
"""
_ERRORS = """
select to_jsonb(report)::text from error_reports report
where upload_batch_id = $1 order by row_number_in_file
"""
_ADD = """
insert into upload_batches (uploader_user_id, original_filename, file_size_bytes, upload_mode)
values ($1, $2, $3, $4) returning upload_batch_id
"""


async def list_batches(connection: Connection, user_id: UUID, page: BatchPage) -> list[Any]:
    rows = await connection.fetch(_LIST, user_id, page.status, page.limit, page.offset)
    return [json.loads(row[0]) for row in rows]


async def find_batch(connection: Connection, user_id: UUID, batch_id: UUID) -> Any:
    """Return a batch with all its columns. None when there is none, or it is another user's."""
    found = await connection.fetchval(
        "select to_jsonb(batch)::text from upload_batches batch"
        " where upload_batch_id = $1 and uploader_user_id = $2",
        batch_id,
        user_id,
    )
    return None if found is None else json.loads(found)


async def list_errors(connection: Connection, batch_id: UUID) -> list[Any]:
    return [json.loads(row[0]) for row in await connection.fetch(_ERRORS, batch_id)]


async def add_batch(connection: Connection, user_id: UUID, filename: str, size: int, mode: str) -> UUID:
    batch_id: UUID = await connection.fetchval(_ADD, user_id, filename, size, mode)
    return batch_id


async def delete_batch(connection: Connection, batch_id: UUID) -> None:
    """Delete a batch with all that came in it, once nobody works at it."""
    await connection.execute("delete from upload_batches where upload_batch_id = $1", batch_id)
