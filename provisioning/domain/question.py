"""A question to the outside, and its answer, as a plan and the doctor put it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """`ok` None means that it does not stand in the way but deserves a look."""

    name: str
    answer: str
    ok: bool | None
