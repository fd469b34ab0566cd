"""How far a thread or a card is: what the reporter keeps beside the row, so that any process can go on with it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final, Literal

from bot.blocks.run_steps import Shape

Kind = Literal["root", "lines", "end", "reminder"]

_EVENT_TYPE: Final = "tenantbot"


@dataclass(frozen=True)
class Posting:
    """A message that is being posted: kept before the call, so that it is looked for if the answer is lost."""

    kind: Kind
    key: str
    told: int


@dataclass(frozen=True)
class Notes:
    """`root` is the ts of the message that shows progress, `told` the last event that has its line in the thread."""

    channel: str
    root: str | None = None
    roots: int = 0
    """How many root messages there were before: a deleted or locked one is replaced."""
    shape: Shape = "plan"
    edits: int = 0
    shown: str | None = None
    """Fingerprint of what the root shows."""
    shown_at: float = 0.0
    told: int = 0
    told_at: float = 0.0
    lines: int = 0
    """How many messages the thread has."""
    ended: bool = False
    posting: Posting | None = None
    picture: str | None = None
    """Id of the file that the message shows; empty where it is to go without."""
    pictured_at: float = 0.0
    reminders: int = 0
    """How often people were reminded of what waits since `reminded_of`."""
    reminded_of: float = 0.0
    reminded_at: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any], *, channel: str) -> "Notes":
        if not data:
            return cls(channel)
        posting = data.get("posting")
        known = {field.name for field in fields(cls)}  # a newer version, beside this one, may note more
        noted = {name: value for name, value in data.items() if name in known}
        return cls(**{**noted, "posting": Posting(**posting) if posting else None})

    def begin(self, subject: str, kind: Kind, *, told: int) -> "Notes":
        number = self.roots if kind == "root" else self.lines
        return replace(self, posting=Posting(kind, f"{subject}/{kind}/{number}", told))

    def without_root(self) -> "Notes":
        """The root can't be changed any more; the next one takes its place, and the thread goes on there."""
        return replace(self, root=None, roots=self.roots + 1, shown=None, posting=None)


def metadata(subject: str, posting: Posting) -> dict[str, Any]:
    """Ids only: other apps can read it."""
    return {"event_type": _EVENT_TYPE, "event_payload": {"subject": subject, "key": posting.key}}
