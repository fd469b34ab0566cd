"""The archive: a folder on disk, and a bucket behind S3's wire."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioning.adapters.object_archive import ObjectArchive
from provisioning.domain.audit import Head
from provisioning.errors import Permanent
from sandbox.serve import serve


class Bucket:
    """As much of S3 as listing takes."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.readable = True
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["PUT", "GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        self.asked.append(request.method)
        if not self.readable:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        return Response("<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>")


@pytest.fixture
async def bucket(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bucket]:
    bucket = Bucket()
    server = await serve(bucket.app)
    for name, value in {
        "AWS_ENDPOINT": server.url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "not-a-real-id",
        "AWS_SECRET_ACCESS_KEY": "not-a-real-key",
    }.items():
        monkeypatch.setenv(name, value)
    yield bucket
    await server.stop()


async def test_a_folder_that_can_be_made_is_fine_and_not_made_yet(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "archive"
    await ObjectArchive(folder.as_uri()).check_access()
    assert not folder.exists()


async def test_a_bucket_is_only_looked_at(bucket: Bucket) -> None:
    await ObjectArchive("s3://backups/tenants").check_access()
    assert bucket.asked == ["GET"]


async def test_a_bucket_we_may_not_list_is_refused_by_name(bucket: Bucket) -> None:
    bucket.readable = False
    with pytest.raises(Permanent, match=r"s3://backups/tenants can't be used; check ARCHIVE_URL") as refused:
        await ObjectArchive("s3://backups/tenants").check_access()
    assert "\n" not in refused.value.message


async def test_heads_are_kept_once_and_read_newest_last(tmp_path: Path) -> None:
    archive = ObjectArchive((tmp_path / "archive").as_uri())
    assert await archive.kept_heads(limit=9) == []
    heads = [Head(seq, f"hash {seq}", datetime(2026, 11, 24, tzinfo=UTC), "key") for seq in (2, 10, 9, 100)]
    for head in heads:
        await archive.keep_head(head)
    await archive.keep_head(replace(heads[0], hash="another"))
    (tmp_path / "archive" / "audit" / "heads" / "000000000011.json").write_text("[not a head")

    assert [head.seq for head in await archive.kept_heads(limit=9)] == [2, 9, 10, 100]
    assert [head.seq for head in await archive.kept_heads(limit=3)] == [10, 100]
    assert (await archive.kept_heads(limit=9))[0] == heads[0]


async def test_a_bucket_that_does_not_let_us_in_is_named(bucket: Bucket) -> None:
    bucket.readable = False
    with pytest.raises(Permanent, match="ARCHIVE_URL"):
        await ObjectArchive("s3://backups/tenants").kept_heads(limit=9)


async def test_a_folder_that_can_not_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Permanent, match="ARCHIVE_URL"):
        await ObjectArchive((tmp_path / "file").as_uri()).check_access()


@pytest.mark.parametrize("url", ["ftp://example/x", "backups", "file://elsewhere/x", "s3://"])
async def test_a_url_that_names_no_archive_is_refused_by_name(url: str) -> None:
    with pytest.raises(Permanent, match="ARCHIVE_URL"):
        await ObjectArchive(url).check_access()
