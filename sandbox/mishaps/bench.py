"""What a mishap works with, and what it is: a change of the stand-ins' state that remembers how to be taken back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sandbox.dns.zone import Zone
from sandbox.state import State

Memory = dict[str, Any]


class MishapError(ValueError):
    """It can't happen to this tenant."""


@dataclass(frozen=True)
class Bench:
    state: State
    zone: Zone


@dataclass(frozen=True)
class Mishap:
    """Taking back leaves alone what somebody has mended, or changed again, meanwhile."""

    plant: Callable[[Bench, str], Awaitable[Memory]]
    take_back: Callable[[Bench, Memory], Awaitable[None]]
