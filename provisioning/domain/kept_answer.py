"""An answer that was given once, to be given again to whoever repeats the request."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class KeptAnswer:
    """`headers` are those that belong to the answer itself, such as where to follow what was begun."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class EarlierRequest:
    """A request that came before under the same key, and what it was answered."""

    request_hash: str
    answer: KeptAnswer
