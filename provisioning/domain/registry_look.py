"""What one look at the registry's database shows: enough to judge it, and to try the sealing keys on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Sealed


@dataclass(frozen=True)
class SealedRow:
    """A sealed value, and what it was sealed for. `address` is where it opens a database, where it is a password."""

    sealed: Sealed
    subdomain: str
    field: str
    address: DatabaseAddress | None = None


@dataclass(frozen=True)
class RegistryLook:
    """`missing` names the versions that this code needs and the database lacks; the rest is then not looked at."""

    missing: Sequence[str]
    server_version: str
    now: datetime
    worker_alive: bool
    sealed: SealedRow | None
