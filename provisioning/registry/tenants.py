"""Tenants and their sealed credentials."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from provisioning.domain.page import Cursor
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.secret import Sealed
from provisioning.domain.tenant import Tenant, TenantState


@dataclass(frozen=True)
class ProjectIntent:
    """What is stored before the project is asked for: enough to find it again and to get into it."""

    name: str
    password: Sealed
    requested: bool
    ref: ProjectRef | None


@dataclass(frozen=True)
class TenantSecrets:
    """A tenant's sealed credentials and where its database is; None where no step has come that far."""

    database_url: Sealed | None
    anon_key: Sealed | None
    service_key: Sealed | None
    password: Sealed | None
    address: DatabaseAddress | None
    next_password: Sealed | None = None
    """While the password is being changed: the one that is to follow. One of the two opens."""


class Tenants(Protocol):
    async def reserve(self, request: ProvisionRequest) -> Tenant:
        """Take the subdomain. Raises Refused (`taken`) when a tenant, living or buried, has it."""
        ...

    async def find(self, subdomain: str) -> Tenant | None: ...
    async def find_by_id(self, tenant_id: UUID) -> Tenant | None:
        """Find a tenant by its id, or by the one that it was registered under."""
        ...

    async def find_by_project(self, ref: str) -> Tenant | None:
        """The tenant, living or buried, whose project this is."""
        ...

    async def list(
        self,
        *,
        text: str,
        limit: int,
        offset: int = 0,
        states: Sequence[TenantState] = (),
        after: Cursor | None = None,
    ) -> tuple[Sequence[Tenant], int]:
        """A page, newest first, and how many there are. `text` is looked for in their names.

        Without `states` those that live. A page begins after a cursor, or after `offset` tenants.
        """
        ...

    async def portion(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        """All rows in turn, newest first, tombstones included: the ones that follow on `after` (None: the first)."""
        ...

    async def counts(self) -> Mapping[TenantState, int]:
        """How many tenants there are in each state, tombstones left out."""
        ...

    async def being_made(self) -> int:
        """How many of the unverified ones have a run that has not come to their checks yet."""
        ...

    async def verifiable(self) -> Sequence[Tenant]:
        """Those that are served and that no open run works on, by subdomain."""
        ...

    async def other_active(self, subdomain: str) -> str | None: ...
    async def secrets(self, subdomain: str) -> TenantSecrets: ...
    async def change_admin_email(self, subdomain: str, email: str) -> None: ...
    async def store_temporary_password(self, subdomain: str, password: Sealed | None) -> None: ...
    async def temporary_password(self, subdomain: str) -> Sealed | None: ...

    async def project_intent(self, subdomain: str) -> ProjectIntent | None: ...
    async def store_project_intent(self, subdomain: str, *, name: str, password: Sealed) -> ProjectIntent:
        """Store the intent unless there is one already; return the one that stands."""
        ...

    async def store_next_password(self, subdomain: str, password: Sealed) -> Sealed:
        """Store the password that is to follow, unless there is one already; return the one that stands."""
        ...

    async def adopt_next_password(self, subdomain: str) -> None:
        """Make the password that is to follow the tenant's own; nothing happens when there is none."""
        ...

    async def forget_next_password(self, subdomain: str) -> None: ...
    async def store_service_key(self, subdomain: str, key: Sealed) -> None: ...

    async def mark_project_requested(self, subdomain: str, *, requested: bool) -> None: ...
    async def store_project_ref(self, subdomain: str, ref: ProjectRef | None) -> ProjectRef | None:
        """Store the project unless there is one already; return the one that stands. None forgets it."""
        ...

    async def store_project(self, subdomain: str, project: Project, *, sealed_url: Sealed) -> None: ...
    async def store_schema_version(self, subdomain: str, version: str, *, size_bytes: int) -> None: ...
    async def record(self, subdomain: str, *, platform_tenant_id: str | None) -> Tenant:
        """Make the record whole and active. The platform's tenant id becomes ours where it is a UUID."""
        ...

    async def suspend(self, subdomain: str, *, reason: str, by: str) -> None:
        """Make the record inactive; a tenant that is suspended already keeps its first reason and time.

        One that a lockdown has suspended is suspended by this from now on: lifting the lockdown leaves it so.
        """
        ...

    async def activate(self, subdomain: str) -> None:
        """Make the record active again. It is unverified until it is checked."""
        ...

    async def bury(self, subdomain: str) -> None:
        """Leave a tombstone: the row and its subdomain stay, every credential is erased."""
        ...

    async def exhume(self, request: ProvisionRequest) -> Tenant:
        """Make a tombstone a tenant in the making, and keep what it was. Raises Refused (`taken`) for any other row."""
        ...

    async def rebury(self, subdomain: str) -> bool:
        """Make it the tombstone again that it was, its id included. False when it was none."""
        ...

    async def mark_imported(self, subdomain: str) -> None:
        """Make it a tenant that was made by hand, and that nobody has verified yet."""
        ...

    async def forget_record(self, subdomain: str) -> None: ...
    async def mark_dns_record(self, subdomain: str, *, made: bool) -> None: ...
    async def set_state(self, subdomain: str, state: TenantState, *, verdict: str) -> None: ...
    async def remove(self, subdomain: str) -> None:
        """Remove the row of a tenant that never came to be; its subdomain is free again."""
        ...
