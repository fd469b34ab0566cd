"""The addresses that Slack hands out: for later answers, and for the content of files."""

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.slack.arguments import read_object
from sandbox.slack.desk import Desk
from sandbox.slack.people.answers import answer_person
from sandbox.slack.refusals import Refusal
from sandbox.slack.response_urls import use_response_url


async def take_answer(desk: Desk, request: Request) -> Response:
    row = await use_response_url(desk, request.path_params["token"])
    if row is None or row["refused"] is not None:
        error = "expired_url" if row is None else row["refused"]
        return JSONResponse({"ok": False, "error": error}, 404)
    try:
        answer = await read_object(request)
        await answer_person(
            desk,
            await desk.workspace(),
            answer,
            person=row["person_id"],
            channel=row["channel_id"],
            message_ts=row["message_ts"],
        )
    except Refusal as refusal:
        return JSONResponse(refusal.body, 400)
    return PlainTextResponse("ok")


async def take_file(desk: Desk, request: Request) -> Response:
    content = await request.body()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            parts = [part for part in form.values() if not isinstance(part, str)]
            content = await parts[0].read() if parts else b""
    taken = await desk.state.pool.fetchval(
        "update slack_files set content = $2 where id = $1 and length = $3 and content is null returning id",
        request.path_params["file"],
        content,
        len(content),
    )
    if taken is None:
        return PlainTextResponse("file_not_found", 404)
    return PlainTextResponse(f"OK - {len(content)}")
