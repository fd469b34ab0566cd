"""What a step came to, as a plain value: the engine checkpoints values, and workflow code branches on them."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from provisioning.domain.run import RunError, WaitingFor


@dataclass(frozen=True)
class Outcome:
    """`kind` says how the leg goes on: with the next step, or by ending here."""

    kind: Literal["succeeded", "failed", "waits", "cancelled"]
    result: Any = None
    error: RunError | None = None
    waiting_for: WaitingFor | None = None

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        if self.waiting_for and self.waiting_for.until:
            data["waiting_for"]["until"] = self.waiting_for.until.isoformat()
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Outcome":
        waiting = data["waiting_for"]
        return cls(
            kind=data["kind"],
            result=data["result"],
            error=RunError(**data["error"]) if data["error"] else None,
            waiting_for=waiting
            and WaitingFor(
                waiting["who"], waiting["what"], waiting["until"] and datetime.fromisoformat(waiting["until"])
            ),
        )


class LegStops(Exception):
    """Ends a pipeline at the step that did not succeed; caught by the runner only."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.kind)
        self.outcome = outcome
