"""An HTTP service for tests: answers as it is told, in turn, and remembers what it was asked."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from sandbox.serve import DROP

DROPPED = "dropped"
SILENT = "silent"

Answer = Response | str


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    raw_path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class ScriptedService:
    """The last answer given for a method and path is repeated; what was never given is a 404."""

    asked: list[Asked] = field(default_factory=list)
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=lambda: defaultdict(list))

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """Set the answers of one call; DROPPED closes the connection, SILENT never answers."""
        self._answers[method, path] = list(answers)

    def reset(self) -> None:
        self.asked.clear()
        self._answers.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        asked = Asked(
            request.method,
            request.url.path,
            scope["raw_path"].decode(),
            dict(request.query_params),
            dict(request.headers),
            await request.body(),
        )
        self.asked.append(asked)
        answer = self._next(asked)
        if isinstance(answer, Response):
            await answer(scope, receive, send)
            return
        if answer == DROPPED:
            scope["extensions"][DROP]()
        while (await receive())["type"] != "http.disconnect":
            pass

    def _next(self, asked: Asked) -> Answer:
        answers = self._answers[asked.method, asked.path]
        if not answers:
            return JSONResponse({"message": f"Cannot {asked.method} {asked.path}"}, 404)
        return answers.pop(0) if len(answers) > 1 else answers[0]


class ManualClock:
    """A clock that moves only when somebody sleeps, and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._passed += seconds


def json_answer(body: Any, status: int = 200, **headers: str) -> JSONResponse:
    return JSONResponse(body, status, {name.replace("_", "-"): value for name, value in headers.items()})
