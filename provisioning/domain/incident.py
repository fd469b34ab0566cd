"""An incident: what a leak left as evidence, kept in the archive as one file, and whom it concerns."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from provisioning.domain.audit import canonical_json

FOLDER: Final = "incidents"


@dataclass(frozen=True)
class AffectedTenant:
    """Without an id and an address it is a tenant that our registry does not know."""

    subdomain: str
    company_name: str
    tenant_id: str | None = None
    admin_name: str | None = None
    admin_email: str | None = None


def incident_name(subdomain: str, at: datetime) -> str:
    return f"{subdomain}-{at:%Y%m%dT%H%M%SZ}"


def incident_path(name: str) -> str:
    return f"{FOLDER}/{name}.json"


def incident_print(document: Mapping[str, Any]) -> str:
    """Fingerprint of the whole file: a notice is approved about exactly this one."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def affected_in(document: Mapping[str, Any]) -> tuple[AffectedTenant, ...]:
    """Raises KeyError or TypeError on what is no incident."""
    return tuple(AffectedTenant(**one) for one in document["affected"])
