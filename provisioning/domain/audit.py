"""The audit chain: how a row is hashed, so that a changed, missing or foreign row shows."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from provisioning.domain.secret import Secret

GENESIS = "0" * 64
"""What the first row names as its predecessor."""


def canonical_json(value: Mapping[str, Any]) -> str:
    """One text per value: sorted keys, no spaces, plain ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def row_hash(row: Mapping[str, Any], *, previous_hash: str, key: Secret) -> str:
    """HMAC-SHA256 over the previous row's hash and this row's canonical JSON."""
    content = previous_hash + canonical_json(row)
    return hmac.new(key.reveal().encode(), content.encode(), hashlib.sha256).hexdigest()


def request_hash(request: Mapping[str, Any]) -> str:
    """Fingerprint of a request: what an approval binds to, and what tells a repeat from another request."""
    return hashlib.sha256(canonical_json(request).encode()).hexdigest()


def key_id(key: Secret) -> str:
    """Short public name of a key, so that a reader knows which one a row was made with."""
    return hashlib.sha256(key.reveal().encode()).hexdigest()[:12]
