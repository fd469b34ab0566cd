"""What an approved request for a tenant's end says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self


@dataclass(frozen=True)
class DeprovisionRequest:
    reason: str
    grace: timedelta

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(str(data["reason"]), timedelta(seconds=int(data["grace_seconds"])))
