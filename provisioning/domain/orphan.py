"""An orphan: something outside that no tenant uses, or a tenant whose project is gone. It is paid for, or misleads."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from provisioning.domain.audit import canonical_json


class OrphanKind(StrEnum):
    SECOND_PROJECT = "second_project"
    PROJECT = "project_without_record"
    RECORD = "record_without_project"
    DNS_RECORD = "dns_record_without_tenant"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ").replace("dns", "DNS")


@dataclass(frozen=True)
class Orphan:
    """`ref` is a project's, or the name of a DNS record; `found` says in words what is wrong with it."""

    kind: OrphanKind
    ref: str
    name: str
    subdomain: str | None
    status: str
    monthly_cost: float
    found: str
    is_ours: bool
    """It has a name that the registry knows we gave; anything else might be somebody else's."""


def orphan_print(orphan: Orphan) -> str:
    """Fingerprint of what an approver was shown: another one makes the question void."""
    seen = {
        "kind": orphan.kind.value,
        "ref": orphan.ref,
        "name": orphan.name,
        "subdomain": orphan.subdomain,
        "is_ours": orphan.is_ours,
    }
    return hashlib.sha256(canonical_json(seen).encode()).hexdigest()
