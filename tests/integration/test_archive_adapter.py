"""The archive: a folder on disk, and a bucket behind S3's wire."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioning.adapters.object_archive import ObjectArchive
from provisioning.errors import Permanent
from sandbox.serve import serve


class Bucket:
    """As much of S3 as putting, getting and deleting one object takes."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.writable = True
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["PUT", "GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.asked.append(request.method)
        if request.method == "PUT":
            if not self.writable:
                return Response("<Error><Code>AccessDenied</Code></Error>", 403)
            self.objects[path] = await request.body()
            return Response(headers={"etag": '"1"'})
        if request.method == "GET":
            return Response(
                self.objects[path], headers={"etag": '"1"', "last-modified": "Mon, 23 Nov 2026 09:00:00 GMT"}
            )
        # Deleting is a POST that lists keys; there is never more than one.
        self.objects.clear()
        return Response("<DeleteResult><Deleted><Key>the only one</Key></Deleted></DeleteResult>")


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


async def test_a_folder_is_made_tried_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    await ObjectArchive(folder.as_uri()).check_access()
    assert list(folder.iterdir()) == []


async def test_a_bucket_is_tried_and_left_empty(bucket: Bucket) -> None:
    await ObjectArchive("s3://backups/tenants").check_access()
    assert bucket.asked == ["PUT", "GET", "POST"]
    assert bucket.objects == {}


async def test_a_bucket_we_may_not_write_to_is_refused_by_name(bucket: Bucket) -> None:
    bucket.writable = False
    with pytest.raises(Permanent, match=r"s3://backups/tenants can't be used; check ARCHIVE_URL") as refused:
        await ObjectArchive("s3://backups/tenants").check_access()
    assert "\n" not in refused.value.message


async def test_a_folder_that_can_not_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Permanent, match="ARCHIVE_URL"):
        await ObjectArchive((tmp_path / "file").as_uri()).check_access()


@pytest.mark.parametrize("url", ["ftp://example/x", "backups", "file://elsewhere/x", "s3://"])
async def test_a_url_that_names_no_archive_is_refused_by_name(url: str) -> None:
    with pytest.raises(Permanent, match="ARCHIVE_URL"):
        await ObjectArchive(url).check_access()
