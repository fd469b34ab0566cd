"""The table of contents: the Web API, the sockets, the answers, and the page with its JSON."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from sandbox.faults import FaultMiddleware, Faults
from sandbox.slack import gate, hooks
from sandbox.slack.desk import SERVICE, Desk
from sandbox.slack.page import acting, reading, settings, site
from sandbox.slack.refusals import Refusal, answer_refusal
from sandbox.state import State

Endpoint = Callable[[Desk, Request], Awaitable[Response]]

_PERSON = "/people/{person}"
_CHANNEL = f"{_PERSON}/channels/{{channel}}"
_PAGE: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/workspace", reading.show_workspace),
    ("GET", "/settings", settings.show_settings),
    ("PATCH", "/settings", settings.change_settings),
    ("PUT", "/groups/{group}/members", settings.change_group),
    ("POST", "/sockets", settings.disturb_sockets),
    ("GET", "/deliveries", settings.show_deliveries),
    ("GET", "/files/{file}", reading.show_file),
    ("GET", f"{_PERSON}/channels", reading.show_channels),
    ("GET", f"{_PERSON}/events", reading.stream_changes),
    ("GET", f"{_CHANNEL}/messages", reading.show_messages),
    ("POST", f"{_CHANNEL}/messages", acting.speak),
    ("POST", f"{_CHANNEL}/commands", acting.run_command),
    ("POST", f"{_CHANNEL}/join", acting.join),
    ("POST", f"{_CHANNEL}/messages/{{ts}}/actions", acting.click_message),
    ("GET", f"{_CHANNEL}/threads/{{ts}}", reading.show_thread),
    ("GET", f"{_PERSON}/views", reading.show_views),
    ("POST", f"{_PERSON}/views/{{view}}/actions", acting.click_view),
    ("POST", f"{_PERSON}/views/{{view}}/suggestions", acting.suggest),
    ("POST", f"{_PERSON}/views/{{view}}/submit", acting.submit_view),
    ("POST", f"{_PERSON}/views/{{view}}/close", acting.close_view),
    ("GET", f"{_PERSON}/home", reading.show_home),
    ("POST", f"{_PERSON}/home", acting.open_home),
    ("POST", f"{_PERSON}/conversation", acting.open_conversation),
)


class SlackStandIn:
    """The application, and the means to let everyone go who listens to it before its server stops."""

    def __init__(self, desk: Desk, app: ASGIApp) -> None:
        self._desk = desk
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def close(self) -> None:
        await self._desk.close()


def create_app(
    state: State, faults: Faults, *, bot_token: str, app_token: str, signing_secret: str, base_url: str
) -> SlackStandIn:
    """Make the stand-in; `ensure_workspace` has made its workspace, and `base_url` is where it will listen."""
    desk = Desk(state, bot_token, app_token, signing_secret, base_url.rstrip("/"))
    desk.sockets.watch(lambda: desk.feed.tell({"type": "workspace"}))

    async def connect(socket: WebSocket) -> None:
        at = await desk.workspace()
        await desk.sockets.serve(socket, app_id=at.app_id, enabled=at.request_url is None)

    misbehaving = [Middleware(FaultMiddleware, faults=faults, service=SERVICE)]
    methods = [Route("/{method}", _bound(desk, gate.answer_call), methods=["GET", "POST"])]
    pages = [Route(path, _bound(desk, endpoint), methods=[method]) for method, path, endpoint in _PAGE]
    addresses = [
        Route("/commands/{token}", _bound(desk, hooks.take_answer), methods=["POST"]),
        Route("/actions/{token}", _bound(desk, hooks.take_answer), methods=["POST"]),
        Route("/upload/v1/{file}", _bound(desk, hooks.take_file), methods=["POST"]),
    ]
    app = Starlette(
        routes=[
            Mount("/api", routes=methods, middleware=misbehaving),
            Mount("/page/api", routes=pages),
            *site.routes(),
            WebSocketRoute("/link/", connect),
            Mount("", routes=addresses, middleware=misbehaving),
        ],
        exception_handlers={Refusal: _refuse},
    )
    return SlackStandIn(desk, app)


def _bound(desk: Desk, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await endpoint(desk, request)

    return answer


async def _refuse(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    response: JSONResponse = answer_refusal(refusal)
    return response
