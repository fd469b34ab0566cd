"""Supabase's projects in memory: they come up in time, and come with a database."""

import secrets
import string
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from provisioning.ports import ApiKeys, Clock, FoundProject, Organization, SecretKey, ServiceHealth
from tests.fakes.tenant_database import FakeTenantDatabase, FakeTenantDatabases

SERVICES = ("auth", "db", "pooler", "rest", "storage")
HEALTHY = "ACTIVE_HEALTHY"


@dataclass(frozen=True)
class MadeProject:
    ref: ProjectRef
    name: str
    region: str
    password: Secret
    keys: ApiKeys
    database: FakeTenantDatabase
    made_at: float

    @property
    def address(self) -> DatabaseAddress:
        return DatabaseAddress(f"{self.region}.pooler.test", 5432, f"postgres.{self.ref}", "postgres")


class FakeProjects:
    """Implements the port Projects. `alive` holds the projects that are there, `made` every one that ever was."""

    def __init__(self, clock: Clock, databases: FakeTenantDatabases) -> None:
        self._clock = clock
        self._databases = databases
        self.alive: dict[ProjectRef, MadeProject] = {}
        self.made: list[MadeProject] = []
        self.keys_of: dict[ProjectRef, dict[str, SecretKey]] = {}
        """The secret keys that work, by project and id."""
        self.create_calls = 0
        self.plan = "pro"
        self.quota: int | None = None
        self.region_codes: tuple[str, ...] = ("americas", "emea", "apac", "eu-west-1", "us-east-1")
        self.seconds_to_come_up = 0.0
        self.seconds_to_be_listed = 0.0
        self.status_words: deque[str] = deque()
        """What the next status calls say; after them a project is coming up or healthy, by its age."""
        self.sick_services: dict[str, str] = {}
        self.paused: set[ProjectRef] = set()
        self.at_create: Callable[[str, Secret, str], Awaitable[None]] | None = None
        """Sees name, password and region at the moment of the call."""
        self.at_delete: Callable[[MadeProject], None] | None = None
        """Sees the project at the moment it goes."""

    async def organization(self) -> Organization:
        return Organization(slug="fake-organization", name="Fake Organization", plan=self.plan)

    async def regions(self) -> Sequence[str]:
        return self.region_codes

    async def check_token(self) -> None:
        """The token may do everything."""

    async def find_by_name(self, name: str) -> Sequence[FoundProject]:
        return [project for project in await self.find_named_like(name) if project.name == name]

    async def find_named_like(self, text: str) -> Sequence[FoundProject]:
        listed_before = self._clock.monotonic() - self.seconds_to_be_listed
        return [
            self._found(project)
            for project in self.alive.values()
            if text.casefold() in project.name.casefold() and project.made_at <= listed_before
        ]

    async def create(self, name: str, *, password: Secret, region: str) -> ProjectRef:
        self.create_calls += 1
        if self.at_create is not None:
            await self.at_create(name, password, region)
        if self.quota is not None and len(self.alive) >= self.quota:
            raise Permanent("Supabase allows no further project in the organization.", code="quota")
        return self.make(name, password=password, region=region).ref

    def make(self, name: str, *, password: Secret, region: str = "eu-west-1") -> MadeProject:
        """Make a project without being asked by the product."""
        ref = ProjectRef("".join(secrets.choice(string.ascii_lowercase) for _ in range(20)))
        keys = ApiKeys(
            anon=Secret(f"sb_publishable_fake_{secrets.token_hex(8)}"),
            service=Secret(f"sb_secret_fake_{secrets.token_hex(8)}"),
            legacy=False,
        )
        made_at = self._clock.monotonic()
        address = DatabaseAddress(f"{region}.pooler.test", 5432, f"postgres.{ref}", "postgres")
        project = MadeProject(
            ref, name, region, password, keys, self._databases.make(address, password), made_at
        )
        self.made.append(project)
        default = SecretKey(secrets.token_hex(8), "default", keys.service)
        self.keys_of[ref] = {default.key_id: default}
        self.alive[ref] = project
        return project

    async def status(self, ref: ProjectRef) -> FoundProject | None:
        project = self.alive.get(ref)
        if project is None:
            return None
        found = self._found(project)
        if ref in self.paused:
            return FoundProject(found.ref, found.name, found.region, "INACTIVE")
        if self.status_words:
            return FoundProject(found.ref, found.name, found.region, self.status_words.popleft())
        return found

    async def health(self, ref: ProjectRef) -> Sequence[ServiceHealth]:
        self._get(ref)
        return [ServiceHealth(name, self.sick_services.get(name, HEALTHY)) for name in SERVICES]

    async def keys(self, ref: ProjectRef) -> ApiKeys:
        return self._get(ref).keys

    async def set_password(self, ref: ProjectRef, password: Secret) -> None:
        self._databases.set_password(self._get(ref).address, password)

    async def restore(self, ref: ProjectRef) -> None:
        self._get(ref)
        self.paused.discard(ref)

    async def secret_keys(self, ref: ProjectRef) -> Sequence[SecretKey]:
        return list(self.keys_of[self._get(ref).ref].values())

    async def create_secret_key(self, ref: ProjectRef, *, name: str) -> SecretKey:
        keys = self.keys_of[self._get(ref).ref]
        if any(key.name == name for key in keys.values()):
            raise Permanent(f"Supabase refused: a secret key named {name} exists already.")
        made = SecretKey(secrets.token_hex(8), name, Secret(f"sb_secret_fake_{secrets.token_hex(8)}"))
        keys[made.key_id] = made
        return made

    async def delete_key(self, ref: ProjectRef, key_id: str) -> None:
        self.keys_of[self._get(ref).ref].pop(key_id, None)

    async def address(self, ref: ProjectRef) -> DatabaseAddress:
        return self._get(ref).address

    async def delete(self, ref: ProjectRef) -> None:
        if (project := self.alive.get(ref)) is not None:
            if self.at_delete is not None:
                self.at_delete(project)
            del self.alive[ref]
            self._databases.drop(project.address)

    def url(self, ref: ProjectRef) -> str:
        return f"https://{ref}.supabase.co"

    def takes(self, url: str, key: Secret) -> bool:
        """Tell whether this key opens the project at this URL."""
        found = next((one for one in self.alive.values() if self.url(one.ref) == url), None)
        return found is not None and any(one.value == key for one in self.keys_of[found.ref].values())

    def database_at(self, url: str) -> FakeTenantDatabase | None:
        """The database that the platform reaches by this project URL."""
        return next((one.database for one in self.alive.values() if self.url(one.ref) == url), None)

    def _get(self, ref: ProjectRef) -> MadeProject:
        if ref not in self.alive:
            raise Transient(f"Supabase does not know all of the project {ref} yet.", code="not_ready")
        return self.alive[ref]

    def _found(self, project: MadeProject) -> FoundProject:
        is_up = self._clock.monotonic() - project.made_at >= self.seconds_to_come_up
        return FoundProject(project.ref, project.name, project.region, HEALTHY if is_up else "COMING_UP")
