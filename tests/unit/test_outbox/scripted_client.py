"""Slack's answers for tests without a network: the library's own client over a script instead of HTTP."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from multidict import CIMultiDict
from slack_sdk.web.async_client import AsyncWebClient

Said = Mapping[str, Any]


class Answer:
    """One HTTP answer."""

    def __init__(self, body: Any = None, status: int = 200, **headers: str) -> None:
        self.body = {"ok": True} if body is None else body
        self.status = status
        self.headers = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})


def ok(**said: Any) -> Answer:
    return Answer({"ok": True, **said})


def no(word: str, **more: Any) -> Answer:
    return Answer({"ok": False, "error": word, **more})


def limited(seconds: int) -> Answer:
    return Answer({"ok": False, "error": "ratelimited"}, 429, retry_after=str(seconds))


class ScriptedClient(AsyncWebClient):
    """The last answer given for a method is repeated; an exception is raised instead of answering."""

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        super().__init__(token="xoxb-fake", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
        self.asked: list[tuple[float, str, dict[str, Any]]] = []
        self._now = now
        self._answers: dict[str, list[Answer | Exception]] = defaultdict(lambda: [ok()])

    def on(self, method: str, *answers: Answer | Exception) -> None:
        self._answers[method] = list(answers)

    def times(self, method: str) -> list[float]:
        """When a method was called."""
        return [at for at, name, _ in self.asked if name == method]

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        method = api_url.rpartition("/")[2]
        sent = req_args["params"] if http_verb == "GET" else req_args["json"]
        self.asked.append((self._now(), method, dict(sent or {})))
        answers = self._answers[method]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"data": answer.body, "headers": answer.headers, "status_code": answer.status}
