"""The door of the Web API: which method, whose token, with which scopes, how often."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.slack.arguments import Arguments, read_arguments
from sandbox.slack.desk import Desk
from sandbox.slack.limits import count_call
from sandbox.slack.methods import METHODS, Method
from sandbox.slack.methods.method import Call
from sandbox.slack.refusals import Refusal, answer_refusal
from sandbox.slack.workspace import Workspace


async def answer_call(desk: Desk, request: Request) -> Response:
    workspace = await desk.workspace()
    headers = {"x-slack-req-id": secrets.token_hex(16)}
    try:
        response: Response = JSONResponse({"ok": True, **await _answer(desk, workspace, request, headers)})
    except Refusal as refusal:
        response = answer_refusal(refusal)
    response.headers.update(headers)
    return response


async def _answer(
    desk: Desk, workspace: Workspace, request: Request, headers: dict[str, str]
) -> dict[str, Any]:
    name = request.path_params["method"]
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method", req_method=name)
    arguments = await read_arguments(request)
    scopes = _authenticate(desk, workspace, method, _token(request, arguments))
    headers["x-oauth-scopes"] = ",".join(sorted(scopes))
    headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
    await count_call(desk, workspace, name, method.per_minute)
    call = Call(desk, workspace, arguments, scopes)
    call.need_scope(*method.scopes)
    return await method.answer(call)


def _token(request: Request, arguments: Arguments) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else arguments.text("token")
    if not token:
        raise Refusal("not_authed")
    return token


def _authenticate(desk: Desk, workspace: Workspace, method: Method, token: str) -> frozenset[str]:
    is_app = secrets.compare_digest(token.encode(), desk.app_token.encode())
    if not is_app and not secrets.compare_digest(token.encode(), desk.bot_token.encode()):
        raise Refusal("invalid_auth")
    if is_app != method.for_app_token:
        raise Refusal("not_allowed_token_type")
    return frozenset(workspace.app_scopes if is_app else workspace.scopes)
