"""Sending sales files, and looking at what became of them."""

from pathlib import PurePath
from uuid import UUID

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.taskifai.bodies import BatchPage
from sandbox.taskifai.desk import Desk, tenant_of
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.sessions import identify
from sandbox.taskifai.uploads import batches
from sandbox.taskifai.uploads.processing import Upload, process

_LARGEST = 100 * 1024 * 1024
_LONGEST_NAME = 500
_MODES = ("append", "replace")


async def show_batches(desk: Desk, request: Request) -> Response:
    caller = await identify(desk, request)
    page = BatchPage.model_validate(dict(request.query_params))
    async with desk.open_database(tenant_of(request)) as database:
        await caller.check(database)
        found = await batches.list_batches(database, caller.user_id, page)
    if await desk.misbehaves("bare-batches"):
        return JSONResponse(found)
    return JSONResponse({"success": True, "batches": found, "count": len(found)})


async def show_batch(desk: Desk, request: Request) -> Response:
    caller = await identify(desk, request)
    async with desk.open_database(tenant_of(request)) as database:
        await caller.check(database)
        found = await batches.find_batch(database, caller.user_id, _batch_id(request))
    if found is None:
        raise _not_found()
    return JSONResponse(found)


async def show_errors(desk: Desk, request: Request) -> Response:
    caller = await identify(desk, request)
    async with desk.open_database(tenant_of(request)) as database:
        await caller.check(database)
        if await batches.find_batch(database, caller.user_id, _batch_id(request)) is None:
            raise _not_found()
        errors = await batches.list_errors(database, _batch_id(request))
    return JSONResponse({"success": True, "errors": errors, "count": len(errors)})


async def delete_batch(desk: Desk, request: Request) -> Response:
    caller = await identify(desk, request)
    async with desk.open_database(tenant_of(request)) as database:
        await caller.check(database)
        if await batches.find_batch(database, caller.user_id, _batch_id(request)) is None:
            raise _not_found()
        await batches.delete_batch(database, _batch_id(request))
    return JSONResponse({"success": True, "message": "Batch deleted"})


async def take_upload(desk: Desk, request: Request) -> Response:
    caller = await identify(desk, request)
    tenant = tenant_of(request)
    filename, mode, content = await _read_form(request)
    async with desk.open_database(tenant) as database:
        await caller.check(database)
        batch_id = await batches.add_batch(database, caller.user_id, filename, len(content), mode)
    upload = Upload(batch_id, caller.user_id, filename, mode, content)
    answer = {
        "success": True,
        "batch_id": str(batch_id),
        "filename": filename,
        "file_size": len(content),
        "mode": mode,
        "status": "pending",
        "message": "File uploaded; processing has started",
    }
    if await desk.misbehaves("uploads-stay-pending"):
        return JSONResponse(answer)
    return JSONResponse(answer, background=BackgroundTask(process, desk, tenant, upload))


async def _read_form(request: Request) -> tuple[str, str, bytes]:
    async with request.form(max_files=1, max_fields=10) as form:
        file, mode = form.get("file"), form.get("mode", "append")
        if not isinstance(file, UploadFile) or not file.filename:
            raise Refusal(422, "file: a file is required")
        if mode not in _MODES:
            raise Refusal(422, "mode: append or replace")
        if PurePath(file.filename).suffix.lower() != ".csv":
            raise Refusal(415, "Only .csv files are read here")
        if len(file.filename) > _LONGEST_NAME or "\0" in file.filename:
            raise Refusal(422, "file: no such name")
        if (file.size or 0) > _LARGEST:
            raise Refusal(413, "The file is larger than 100 MB")
        return file.filename, mode, await file.read()


def _batch_id(request: Request) -> UUID:
    batch_id: UUID = request.path_params["batch_id"]
    return batch_id


def _not_found() -> Refusal:
    return Refusal(404, "Batch not found")
