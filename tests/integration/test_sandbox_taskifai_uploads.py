"""Sales files at a tenant's own URL: taken in, read by the tenant's own vendor rows, removed without a trace."""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.state import State
from tests.integration.taskifai_stand_in import (
    ROOT,
    SALES,
    SALES_NAME,
    Platform,
    Project,
    add_vendor,
    open_platform,
    processed,
    send_file,
)

BATCHES = "/api/uploads/batches"
HEADER = SALES.splitlines(keepends=True)[0]
GOOD = b"4006381333931,Hand Cream,3,29.70,Galilu,1,2025\n"


@pytest.fixture(scope="module")
async def platform(state: State) -> AsyncIterator[Platform]:
    async with open_platform(state) as platform:
        yield platform


@pytest.fixture(scope="module")
async def project(platform: Platform) -> Project:
    return await platform.make_project()


@pytest.fixture(scope="module")
async def tenant(platform: Platform, project: Project) -> dict[str, Any]:
    return await platform.register_tenant(project)


@pytest.fixture(scope="module")
async def token(platform: Platform, tenant: dict[str, Any]) -> str:
    return await platform.sign_up(tenant["subdomain"])


@pytest.fixture
async def user(
    platform: Platform, project: Project, tenant: dict[str, Any], token: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A user who has sent nothing yet, of a tenant with one vendor."""
    async with platform.inside(project) as database:
        await database.execute("delete from upload_batches")
        await database.execute("delete from vendor_configs where vendor_name <> 'boxnox'")
    async with platform.visit(tenant["subdomain"], token) as client:
        yield client
    await platform.faults.clear()


async def rows(platform: Platform, project: Project, table: str) -> list[dict[str, Any]]:
    async with platform.inside(project) as database:
        return [dict(row) for row in await database.fetch(f"select * from {table}")]


async def test_a_new_user_has_no_batches(user: httpx.AsyncClient) -> None:
    answer = await user.get(BATCHES)
    assert answer.json() == {"success": True, "batches": [], "count": 0}


async def test_answers_an_upload_before_it_is_processed(user: httpx.AsyncClient) -> None:
    answer = await send_file(user)
    assert answer.status_code == 200
    body = answer.json()
    assert body.keys() == {"success", "batch_id", "filename", "file_size", "mode", "status", "message"}
    assert body["success"] is True
    assert (body["filename"], body["file_size"]) == (SALES_NAME, len(SALES))
    assert (body["mode"], body["status"]) == ("append", "pending")
    await processed(user, answer)


async def test_reads_a_file_into_the_tenants_own_database(
    platform: Platform, project: Project, user: httpx.AsyncClient
) -> None:
    batch = await processed(user, await send_file(user))
    assert (batch["processing_status"], batch["vendor_name"]) == ("completed", "boxnox")
    assert (batch["rows_total"], batch["rows_processed"], batch["rows_failed"]) == (2, 2, 0)
    assert batch["total_sales_eur"] == 29.7
    sales = sorted(await rows(platform, project, "sellout_entries2"), key=lambda sale: sale["month"])
    assert [
        (sale["product_ean"], sale["functional_name"], sale["reseller"], float(sale["sales_eur"]))
        for sale in sales
    ] == [
        ("4006381333931", "Hand Cream", "Galilu", 29.7),
        ("5901234123457", "5901234123457", "boxnox", 0),
    ]
    assert {str(sale["upload_batch_id"]) for sale in sales} == {batch["upload_batch_id"]}


async def test_lists_the_newest_batches_first_and_by_status(user: httpx.AsyncClient) -> None:
    first = await processed(user, await send_file(user))
    second = await processed(user, await send_file(user, b"nonsense"))
    listed = (await user.get(BATCHES)).json()
    assert [batch["upload_batch_id"] for batch in listed["batches"]] == [
        second["upload_batch_id"],
        first["upload_batch_id"],
    ]
    page = (await user.get(BATCHES, params={"limit": 1, "offset": 1})).json()
    failed = (await user.get(BATCHES, params={"status": "failed"})).json()
    assert (page["batches"], failed["batches"]) == ([first], [second])


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "many"}, {"offset": -1}])
async def test_refuses_a_page_that_is_none(user: httpx.AsyncClient, query: dict[str, Any]) -> None:
    answer = await user.get(BATCHES, params=query)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", *query]


async def test_lists_batches_bare_when_told_to(platform: Platform, user: httpx.AsyncClient) -> None:
    await platform.faults.add("taskifai", "lasting", "bare-batches", None, 0)
    assert (await user.get(BATCHES)).json() == []


async def test_deletes_a_batch_without_a_trace(
    platform: Platform, project: Project, user: httpx.AsyncClient
) -> None:
    batch = await processed(user, await send_file(user, SALES + b"123,Bad,1,,,1,2025\n"))
    one = f"{BATCHES}/{batch['upload_batch_id']}"
    assert (await user.delete(one)).json()["success"] is True
    assert (await user.get(one)).status_code == 404
    assert (await user.delete(one)).status_code == 404
    for table in ("upload_batches", "sellout_entries2", "error_reports"):
        assert await rows(platform, project, table) == []


async def test_puts_bad_lines_aside_with_the_reason(user: httpx.AsyncClient) -> None:
    bad = [
        (b"123,A,1,,,1,2025", "product_ean"),
        (b"4006381333931,A,one,,,1,2025", "quantity"),
        (b"4006381333931,A,1,,,13,2025", "month"),
        (b"4006381333931,A,1,,,1,25", "year"),
        (b"4006381333931,A,1,cheap,,1,2025", "sales_eur"),
        (b"4006381333931,A,1,NaN,,1,2025", "sales_eur"),
        (b"4006381333931", "month"),
        (b"4006381333931," + b"A" * 256 + b",1,,,1,2025", "a name"),
    ]
    content = b"".join([HEADER, GOOD, *(line + b"\n" for line, _ in bad)])
    batch = await processed(user, await send_file(user, content))
    assert (batch["processing_status"], batch["rows_processed"], batch["rows_failed"]) == (
        "completed", 1, len(bad)
    )  # fmt: skip
    answer = (await user.get(f"/api/uploads/{batch['upload_batch_id']}/errors")).json()
    assert answer["count"] == len(bad)
    assert [error["row_number_in_file"] for error in answer["errors"]] == list(range(3, 3 + len(bad)))
    for error, (_, word) in zip(answer["errors"], bad, strict=True):
        assert error["error_message"].startswith(word)
    assert answer["errors"][0]["raw_data"]["Product EAN"] == "123"


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", SALES_NAME, "no rows"),
        (HEADER, SALES_NAME, "no rows"),
        (b"\xff\xfe", SALES_NAME, "can't be read as CSV"),
        (b"a,b\0\n1,2\n", SALES_NAME, "no text"),
        (b'a,"b\n', SALES_NAME, "can't be read as CSV"),
        (b"Product EAN,Sold Qty\n4006381333931,1\n", SALES_NAME, "missing: Month, Year"),
        (b"a,b\n1,2\n", "sales.csv", "No vendor configuration fits"),
        (HEADER + b"123,A,1,,,1,2025\n", SALES_NAME, "1 rows could not be read"),
    ],
)
async def test_fails_over_a_file_that_it_can_not_read(
    user: httpx.AsyncClient, content: bytes, name: str, why: str
) -> None:
    batch = await processed(user, await send_file(user, content, name))
    assert batch["processing_status"] == "failed"
    assert why in batch["error_summary"]


async def test_fails_over_rows_that_the_database_refuses(
    platform: Platform, project: Project, user: httpx.AsyncClient
) -> None:
    async with platform.inside(project) as database:
        await add_vendor(
            database, {**vendor("galilu"), "validation_rules": {"required_fields": [], "ean_length": 14}}
        )
    content = b"EAN,Qty,Month,Year\n40063813339310,1,1,2025\n"
    batch = await processed(user, await send_file(user, content, "galilu.csv"))
    assert batch["processing_status"] == "failed"
    assert "too long" in batch["error_summary"]
    assert await rows(platform, project, "sellout_entries2") == []


async def test_knows_a_vendor_by_its_columns(user: httpx.AsyncClient) -> None:
    batch = await processed(user, await send_file(user, name="sales.csv"))
    assert batch["vendor_name"] == "boxnox"


async def test_reads_month_and_year_from_one_column_and_converts_money(
    platform: Platform, project: Project, user: httpx.AsyncClient
) -> None:
    async with platform.inside(project) as database:
        await add_vendor(database, vendor("skins_sa"))
    content = b"OrderDate,EAN,Product,Qty,Amount,Reseller\n2025-03-31,4006381333931,Soap,2,100,Skins SA\n"
    batch = await processed(user, await send_file(user, content, "Skins SA March.csv"))
    assert batch["processing_status"] == "completed"
    (sale,) = await rows(platform, project, "sellout_entries2")
    assert (sale["month"], sale["year"], float(sale["sales_eur"])) == (3, 2025, 5.0)


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "seeds" / "vendors").glob("*.json")))
async def test_reads_the_layout_of_every_default_vendor(
    platform: Platform, project: Project, user: httpx.AsyncClient, name: str
) -> None:
    config = vendor(name)
    if name != "boxnox":
        async with platform.inside(project) as database:
            await add_vendor(database, config)
    columns = config["column_mapping"]
    values = {columns["product_ean"]: "4006381333931", columns["quantity"]: "1"}
    if columns["month"] == columns["year"]:
        values |= {columns["month"]: "2025-01"}
    else:
        values |= {columns["month"]: "1", columns["year"]: "2025"}
    content = f"{','.join(values)}\n{','.join(values.values())}\n".encode()
    keyword = config["detection_rules"]["filename_keywords"][0]
    batch = await processed(user, await send_file(user, content, f"{keyword}.csv"))
    assert (batch["processing_status"], batch["vendor_name"]) == ("completed", name)


def vendor(name: str) -> dict[str, Any]:
    config: dict[str, Any] = json.loads(
        (ROOT / "seeds" / "vendors" / f"{name}.json").read_text(encoding="utf-8")
    )
    return config


@pytest.mark.parametrize(
    "change",
    [
        {"column_mapping": {"Product EAN": "product_ean", "Sold Qty": "quantity"}},
        {"detection_rules": None},
        {"file_format": {"type": "pdf"}},
    ],
)
async def test_overlooks_a_vendor_that_it_can_not_read(
    platform: Platform, project: Project, user: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    async with platform.inside(project) as database:
        broken = {**vendor("boxnox"), "vendor_name": "other", **change}
        broken["detection_rules"] = broken["detection_rules"] and {
            "filename_keywords": ["other"],
            "required_columns": [],
        }
        await add_vendor(database, broken)
    batch = await processed(user, await send_file(user, b"a\n1\n", "other.csv"))
    assert "No vendor configuration fits" in batch["error_summary"]


async def test_overlooks_a_default_that_is_not_marked_as_one(
    platform: Platform, project: Project, user: httpx.AsyncClient
) -> None:
    async with platform.inside(project) as database:
        await add_vendor(database, vendor("galilu"), is_default=False)
    batch = await processed(user, await send_file(user, b"EAN\n1\n", "galilu.csv"))
    assert batch["processing_status"] == "failed"


async def test_puts_a_tenants_own_layout_before_the_default(
    platform: Platform, project: Project, tenant: dict[str, Any], user: httpx.AsyncClient
) -> None:
    own = {"product_ean": "Code", "quantity": "Pieces", "month": "M", "year": "Y"}
    async with platform.inside(project) as database:
        await add_vendor(database, vendor("galilu"))
        config = {**vendor("galilu"), "column_mapping": own}
        await add_vendor(database, config, tenant_id=tenant["tenant_id"], is_default=False)
    content = b"Code,Pieces,M,Y\n4006381333931,2,1,2025\n"
    batch = await processed(user, await send_file(user, content, "galilu.csv"))
    assert batch["processing_status"] == "completed"


async def test_replaces_what_came_of_the_vendor_before(
    platform: Platform, project: Project, user: httpx.AsyncClient
) -> None:
    await processed(user, await send_file(user))
    batch = await processed(user, await send_file(user, HEADER + GOOD, mode="replace"))
    (sale,) = await rows(platform, project, "sellout_entries2")
    assert str(sale["upload_batch_id"]) == batch["upload_batch_id"]


@pytest.mark.parametrize(("name", "status"), [("sales.xlsx", 415), ("sales", 415), ("s" * 500 + ".csv", 422)])
async def test_refuses_other_files(user: httpx.AsyncClient, name: str, status: int) -> None:
    assert (await send_file(user, name=name)).status_code == status
    assert (await user.get(BATCHES)).json()["count"] == 0


async def test_refuses_an_upload_that_does_not_fit(user: httpx.AsyncClient) -> None:
    assert (await send_file(user, mode="merge")).status_code == 422
    assert (await user.post("/api/uploads", data={"mode": "append"})).status_code == 422


async def test_shows_nobody_the_batches_of_another_user(
    platform: Platform, tenant: dict[str, Any], user: httpx.AsyncClient
) -> None:
    batch = await processed(user, await send_file(user))
    other = await platform.sign_up(tenant["subdomain"], f"{secrets.token_hex(4)}@customer.com")
    async with platform.visit(tenant["subdomain"], other) as colleague:
        assert (await colleague.get(BATCHES)).json()["count"] == 0
        one = f"{BATCHES}/{batch['upload_batch_id']}"
        for answer in (
            await colleague.get(one),
            await colleague.delete(one),
            await colleague.get(f"/api/uploads/{batch['upload_batch_id']}/errors"),
        ):
            assert (answer.status_code, answer.json()) == (404, {"detail": "Batch not found"})
    assert (await user.get(one)).status_code == 200


async def test_leaves_uploads_pending_when_told_to(platform: Platform, user: httpx.AsyncClient) -> None:
    await platform.faults.add("taskifai", "lasting", "uploads-stay-pending", None, 0)
    stuck = await send_file(user)
    await platform.faults.clear()
    await processed(user, await send_file(user))
    one = f"{BATCHES}/{stuck.json()['batch_id']}"
    assert (await user.get(one)).json()["processing_status"] == "pending"
    assert (await user.delete(one)).status_code == 200
