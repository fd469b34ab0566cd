"""The archive's files over S3's wire: in parts, whole or not at all."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from provisioning.adapters.backups import BackupArchive
from provisioning.adapters.backups.archive import MissingFile
from provisioning.errors import Permanent, Transient
from sandbox.serve import serve

MEGABYTE = 1 << 20


class Bucket:
    """As much of S3 as a backup takes: objects, parts, lists, copies."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.refuses = False
        self.app = Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "HEAD", "PUT", "POST", "DELETE"])]
        )

    async def _answer(self, request: Request) -> Response:
        key = request.path_params["path"].removeprefix("bucket").strip("/")
        asked, body = request.query_params, await request.body()
        if self.refuses:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)
        if request.method == "POST" and "uploads" in asked:
            upload = str(len(self.parts))
            self.parts[upload] = {}
            return _xml(
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>"
            )
        if request.method == "PUT" and "uploadId" in asked:
            self.parts[asked["uploadId"]][int(asked["partNumber"])] = body
            return Response(headers={"etag": '"part"'})
        if request.method == "POST" and "uploadId" in asked:
            self.objects[key] = b"".join(
                part for _, part in sorted(self.parts.pop(asked["uploadId"]).items())
            )
            return _xml("<CompleteMultipartUploadResult><ETag>whole</ETag></CompleteMultipartUploadResult>")
        if request.method == "DELETE":
            self.parts.pop(asked.get("uploadId", ""), None)
            if "uploadId" not in asked:
                self.objects.pop(key, None)
            return Response(status_code=204)
        if request.method == "POST":  # delete several
            names = re.findall(r"<Key>(.*?)</Key>", body.decode())
            for name in names:
                self.objects.pop(name, None)
            gone = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
            return _xml(f"<DeleteResult>{gone}</DeleteResult>")
        if request.method == "PUT":
            source = request.headers.get("x-amz-copy-source")
            self.objects[key] = self.objects[source.strip("/").removeprefix("bucket/")] if source else body
            return _xml("<CopyObjectResult><ETag>copy</ETag></CopyObjectResult>", etag=True)
        return self._list(asked["prefix"]) if "list-type" in asked else self._get(key)

    def _get(self, key: str) -> Response:
        if key not in self.objects:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        return Response(
            self.objects[key], headers={"etag": '"x"', "last-modified": "Tue, 24 Nov 2026 10:00:00 GMT"}
        )

    def _list(self, prefix: str) -> Response:
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>x</ETag>"
            "<LastModified>2026-11-24T10:00:00.000Z</LastModified></Contents>"
            for key, body in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return _xml(f"<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>")


def _xml(text: str, *, etag: bool = False) -> Response:
    return Response(text, media_type="application/xml", headers={"etag": '"x"'} if etag else None)


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


@pytest.fixture(params=["s3", "file"])
def archive(request: pytest.FixtureRequest, bucket: Bucket, tmp_path: Path) -> BackupArchive:
    return BackupArchive("s3://bucket" if request.param == "s3" else (tmp_path / "new").as_uri())


async def chunks(count: int, *, then: Exception | None = None) -> AsyncGenerator[bytes, None]:
    for number in range(count):
        yield bytes([number]) * MEGABYTE
    if then is not None:
        raise then


async def test_what_was_streamed_comes_back(archive: BackupArchive) -> None:
    stored = await archive.put("backups/a-1/big", chunks(12))

    assert stored.bytes == 12 * MEGABYTE
    assert await archive.get_bytes("backups/a-1/big") == b"".join([chunk async for chunk in chunks(12)])
    assert await archive.list("backups/a-1") == [("backups/a-1/big", stored.bytes)]


async def test_another_folder_that_begins_alike_is_not_listed(archive: BackupArchive) -> None:
    await archive.put_json("backups/a-1-2/one.json", {})
    assert await archive.list("backups/a-1") == []


async def test_an_empty_file_is_a_file(archive: BackupArchive) -> None:
    assert (await archive.put("backups/a-1/empty", chunks(0))).bytes == 0
    assert await archive.get_bytes("backups/a-1/empty") == b""


async def test_half_a_file_is_none(archive: BackupArchive, bucket: Bucket) -> None:
    with pytest.raises(RuntimeError, match="the dump broke"):
        await archive.put("backups/a-1/half", chunks(7, then=RuntimeError("the dump broke")))
    assert await archive.list("backups/a-1") == []
    assert bucket.parts == {}


async def test_a_file_moves_and_goes(archive: BackupArchive) -> None:
    await archive.put_json("backups/a-1/one.json", {"ä": 1})
    await archive.rename("backups/a-1/one.json", "archives/a-1/one.json")
    assert await archive.list("backups") == []
    assert await archive.get_bytes("archives/a-1/one.json") == '{\n "ä": 1\n}\n'.encode()

    await archive.delete("archives/a-1/one.json")
    with pytest.raises(MissingFile):
        await archive.get_bytes("archives/a-1/one.json")


async def test_a_bucket_that_refuses_us_is_named(bucket: Bucket) -> None:
    bucket.refuses = True
    with pytest.raises((Permanent, Transient), match="s3://bucket") as refused:
        await BackupArchive("s3://bucket").put("backups/a-1/x", chunks(1))
    assert isinstance(refused.value, Permanent)


async def test_a_folder_that_is_made_is_closed_to_others(tmp_path: Path) -> None:
    await BackupArchive((tmp_path / "new").as_uri()).put("x", chunks(1))
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
