"""How Slack says no: status 200, `ok` false and one word, in JSON."""

from typing import Any

from starlette.responses import JSONResponse


class Refusal(Exception):
    """An answer that ends a call; `more` holds what belongs to the word."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.body = {"ok": False, "error": error, **more}


class RateLimited(Refusal):
    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


def answer_refusal(refusal: Refusal) -> JSONResponse:
    if isinstance(refusal, RateLimited):
        return JSONResponse(refusal.body, 429, {"retry-after": str(refusal.seconds)})
    return JSONResponse(refusal.body)


def invalid_arguments(*messages: str) -> Refusal:
    return Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {m}" for m in messages]})
