"""How Slack answered, counted for /metrics."""

import re
from typing import Final

from prometheus_client import Counter

_CALLS: Final = Counter(
    "tenantbot_slack_calls", "Calls of Slack's Web API by how they ended.", ["method", "result"]
)
_LIMITED: Final = Counter(
    "tenantbot_slack_rate_limited", "Calls that Slack answered by asking for fewer (429).", ["method"]
)
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{1,49}")


def count_call(method: str, result: str, *, is_limit: bool = False) -> None:
    """`result` is ok, or a word of Slack's or of ours; what is no word is not counted one by one."""
    _CALLS.labels(method, result if _WORD.fullmatch(result) else "other").inc()
    if is_limit:
        _LIMITED.labels(method).inc()
