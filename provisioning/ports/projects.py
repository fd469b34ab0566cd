"""Supabase's projects, as its Management API has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.secret import Secret


@dataclass(frozen=True)
class Organization:
    """The Supabase organization that pays; the plan belongs to it, not to a project."""

    slug: str
    name: str
    plan: str


@dataclass(frozen=True)
class FoundProject:
    """A project as a listing shows it. `status` is Supabase's own word, possibly one we don't know yet."""

    ref: ProjectRef
    name: str
    region: str
    status: str


@dataclass(frozen=True)
class ServiceHealth:
    """One service of a project: `status` is COMING_UP, ACTIVE_HEALTHY, UNHEALTHY or a newer word."""

    name: str
    status: str
    error: str | None = None


@dataclass(frozen=True)
class ApiKeys:
    """The key for browsers and the key for servers (publishable/secret, or legacy anon/service_role)."""

    anon: Secret
    service: Secret
    legacy: bool


@dataclass(frozen=True)
class SecretKey:
    """One key for servers, of the kind that can be made and deleted one by one. `value` None: it is not shown."""

    key_id: str
    name: str
    value: Secret | None


class Projects(Protocol):
    """Supabase's Management API, as far as projects go."""

    async def organization(self) -> Organization: ...

    async def regions(self) -> Sequence[str]:
        """List region codes and group codes that a new project may ask for."""
        ...

    async def check_token(self) -> None:
        """Raise Permanent, naming the missing permission, when the token can't do what a run needs."""
        ...

    async def find_by_name(self, name: str) -> Sequence[FoundProject]:
        """Find the projects of exactly this name that are not being deleted, oldest first."""
        ...

    async def find_named_like(self, text: str) -> Sequence[FoundProject]:
        """Find the projects whose name contains `text`, oldest first, those being deleted left out."""
        ...

    async def create(self, name: str, *, password: Secret, region: str) -> ProjectRef:
        """Ask for a project. Never repeats the call by itself; raises Unclear when its answer was lost."""
        ...

    async def status(self, ref: ProjectRef) -> FoundProject | None:
        """None when the project does not exist (any more)."""
        ...

    async def health(self, ref: ProjectRef) -> Sequence[ServiceHealth]: ...
    async def keys(self, ref: ProjectRef) -> ApiKeys:
        """Raise Transient while the project has no keys yet."""
        ...

    async def address(self, ref: ProjectRef) -> DatabaseAddress:
        """Read the session pooler's address. Never composed: its host can't be guessed."""
        ...

    async def set_password(self, ref: ProjectRef, password: Secret) -> None:
        """Set the database's password. Safe to repeat; raises Permanent when we may not, or it can't be."""
        ...

    async def restore(self, ref: ProjectRef) -> None:
        """Ask for a paused project to come up again. Raises Permanent when it is not paused."""
        ...

    async def secret_keys(self, ref: ProjectRef) -> Sequence[SecretKey]: ...
    async def create_secret_key(self, ref: ProjectRef, *, name: str) -> SecretKey:
        """Make one more. Raises Unclear when its answer was lost: look for it by its name."""
        ...

    async def delete_key(self, ref: ProjectRef, key_id: str) -> None:
        """Deleting what is gone already succeeds."""
        ...

    async def delete(self, ref: ProjectRef) -> None:
        """Delete for ever, backups included. Deleting what is gone already succeeds."""
        ...

    def url(self, ref: ProjectRef) -> str:
        """The project URL of the guide, `https://<ref>.supabase.co`."""
        ...
