"""The audit chain: how a row is hashed, so that a changed, missing or foreign row shows."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from provisioning.domain.secret import Secret

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
"""Made once: over a whole log, making it for every row is a third of the time."""

GENESIS = "0" * 64
"""What the first row names as its predecessor."""


class AuditRow(NamedTuple):
    """One row as it rests: what happened, and what binds it to the row before it.

    A tuple, because a whole log of them is made when it is proved.
    """

    seq: int
    at: datetime
    surface: str
    actor_id: str
    actor_name: str
    team: str | None
    action: str
    subdomain: str | None
    run_id: str | None
    request_hash: str | None
    result: str
    reason: str | None
    details: Any
    key_id: str
    previous_hash: str
    hash: str

    def content(self) -> dict[str, Any]:
        """What is hashed."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "surface": self.surface,
            "actor_id": self.actor_id,
            "actor_name": self.actor_name,
            "team": self.team,
            "action": self.action,
            "subdomain": self.subdomain,
            "run_id": self.run_id,
            "request_hash": self.request_hash,
            "result": self.result,
            "reason": self.reason,
            "details": self.details,
        }

    def to_json(self) -> dict[str, Any]:
        """Every column: enough for whoever has the key to verify the row elsewhere."""
        return self.content() | {
            "key_id": self.key_id,
            "previous_hash": self.previous_hash,
            "hash": self.hash,
        }


@dataclass(frozen=True)
class Head:
    """The newest row at some moment, which stands for all rows before it. Kept outside, it can't be taken back."""

    seq: int
    hash: str
    at: datetime
    key_id: str

    @classmethod
    def of(cls, row: AuditRow) -> "Head":
        return cls(row.seq, row.hash, row.at, row.key_id)

    def to_json(self) -> dict[str, Any]:
        return {"seq": self.seq, "hash": self.hash, "at": self.at.isoformat(), "key_id": self.key_id}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Head":
        """Raises KeyError, TypeError or ValueError on what is no head."""
        at = datetime.fromisoformat(data["at"])
        return cls(int(data["seq"]), str(data["hash"]), at, str(data["key_id"]))


def canonical_json(value: Mapping[str, Any]) -> str:
    """One text per value: sorted keys, no spaces, plain ASCII."""
    return _encode(value)


def row_hash(row: Mapping[str, Any], *, previous_hash: str, key: Secret) -> str:
    """HMAC-SHA256 over the previous row's hash and this row's canonical JSON."""
    content = previous_hash + canonical_json(row)
    return hmac.digest(key.reveal().encode(), content.encode(), "sha256").hex()


def request_hash(request: Mapping[str, Any]) -> str:
    """Fingerprint of a request: what an approval binds to, and what tells a repeat from another request."""
    return hashlib.sha256(canonical_json(request).encode()).hexdigest()


def key_id(key: Secret) -> str:
    """Short public name of a key, so that a reader knows which one a row was made with."""
    return hashlib.sha256(key.reveal().encode()).hexdigest()[:12]
