"""What happens to a batch after its answer: it is read, and ends as completed or failed."""

import asyncio
import json
from contextlib import suppress
from dataclasses import astuple, dataclass
from uuid import UUID

import asyncpg

from sandbox.taskifai.desk import Desk
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.sql import Connection, read_script
from sandbox.taskifai.tenants import Tenant
from sandbox.taskifai.uploads.sales import BadLine, Sale, Sales, UnreadableFile, read_sales, read_sheet
from sandbox.taskifai.uploads.vendors import detect, load_vendors

_FINISH = read_script("finish_batch.sql")
_CLEAR = read_script("clear_vendor.sql")
_ADD_SALE = """
insert into sellout_entries2 (user_id, upload_batch_id, functional_name, product_ean, reseller,
                              sales_eur, quantity, month, year)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_ADD_ERROR = """
insert into error_reports (upload_batch_id, row_number_in_file, error_type, error_message, raw_data)
values ($1, $2, 'invalid_row', $3, $4::text::jsonb)
"""


@dataclass(frozen=True)
class Upload:
    batch_id: UUID
    user_id: UUID
    filename: str
    mode: str
    content: bytes


async def process(desk: Desk, tenant: Tenant, upload: Upload) -> None:
    """Process one batch. It stays as it is when its database goes away meanwhile."""
    with suppress(Refusal, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        async with desk.open_database(tenant) as database:
            await _begin(database, upload)
            try:
                vendor, sales = await _read(database, tenant, upload)
                await _keep(database, upload, vendor, sales)
            except (UnreadableFile, asyncpg.PostgresError) as error:
                await _finish(database, upload, summary=str(error))


async def _begin(database: Connection, upload: Upload) -> None:
    await database.execute(
        "update upload_batches set processing_status = 'processing', processing_started_at = now()"
        " where upload_batch_id = $1 and processing_status = 'pending'",
        upload.batch_id,
    )


async def _read(database: Connection, tenant: Tenant, upload: Upload) -> tuple[str, Sales]:
    sheet = await asyncio.to_thread(read_sheet, upload.content)
    vendor = detect(await load_vendors(database, tenant.tenant_id), upload.filename, sheet.headers)
    if vendor is None:
        raise UnreadableFile("No vendor configuration fits the file.")
    return vendor.vendor_name, await asyncio.to_thread(read_sales, sheet, vendor)


async def _keep(database: Connection, upload: Upload, vendor: str, sales: Sales) -> None:
    """Write all rows at once, unless the batch was deleted meanwhile."""
    async with database.transaction():
        there = await database.fetchval(
            "select true from upload_batches where upload_batch_id = $1 for update", upload.batch_id
        )
        if not there:
            return
        if upload.mode == "replace":
            await database.execute(_CLEAR, upload.user_id, vendor)
        await database.executemany(_ADD_SALE, [_sale_row(upload, sale) for sale in sales.good])
        if sales.bad:
            await database.executemany(_ADD_ERROR, [_error_row(upload, line) for line in sales.bad])
        summary = f"{len(sales.bad)} rows could not be read." if sales.bad else None
        await _finish(database, upload, vendor=vendor, sales=sales, summary=summary)


async def _finish(
    database: Connection,
    upload: Upload,
    *,
    summary: str | None,
    vendor: str | None = None,
    sales: Sales | None = None,
) -> None:
    sales = sales or Sales()
    await database.execute(
        _FINISH,
        upload.batch_id,
        "completed" if sales.good else "failed",
        vendor,
        len(sales.good),
        len(sales.bad),
        sum(sale.sales_eur for sale in sales.good),
        summary,
    )


def _sale_row(upload: Upload, sale: Sale) -> tuple[object, ...]:
    return (upload.user_id, upload.batch_id, *astuple(sale))


def _error_row(upload: Upload, line: BadLine) -> tuple[object, ...]:
    return (upload.batch_id, line.number, line.reason, json.dumps(line.cells))
