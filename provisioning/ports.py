"""What the control plane asks of the outside, named after what it asks for.

Adapters speak to the real systems, fakes stand in for them in tests. How to ask is the adapter's
affair; how long to wait and when to give up is the step's.
Every port raises only the errors of `provisioning.errors`: `Transient` when the same call may succeed
later, `Unclear` when its answer was lost, `Permanent` when a person must change something first.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from provisioning.domain.audit import Head
from provisioning.domain.backup import BackupRef, Proof
from provisioning.domain.drift import Print
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.secret import Sealed, Secret
from provisioning.domain.seeds import Seeds


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    async def sleep(self, seconds: float) -> None: ...


class Vault(Protocol):
    """Seals secrets to what they belong to: a value moved to another tenant or field does not open."""

    def seal(self, secret: Secret, *, subdomain: str, field: str) -> Sealed: ...

    def open(self, sealed: Sealed, *, subdomain: str, field: str) -> Secret:
        """Raise Permanent when no key opens it, or when it belongs elsewhere."""
        ...


@dataclass(frozen=True)
class SealedPlace:
    """How many sealed values a table holds: under the newest key, under an older one, under none that we have."""

    table: str
    newest: int
    older: int
    unknown: int


@dataclass(frozen=True)
class ProcessKeys:
    """A process that lives, and the names of the keys it knows; it seals with the first one."""

    who: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class AddedKey:
    """A new key, and whether it is in its place already: the environment is not ours to change."""

    key: Secret
    in_place: bool


class Sealing(Protocol):
    """All that rests sealed, and under which of the keys."""

    def names(self) -> Sequence[str]:
        """Names of our keys, newest first."""
        ...

    async def count(self) -> Sequence[SealedPlace]: ...
    async def renew(self) -> int:
        """Seal with the newest key whatever is not; return how many values. Safe to stop and to repeat."""
        ...

    async def processes(self) -> Sequence[ProcessKeys]:
        """The living processes whose keys are other than ours."""
        ...

    async def add_key(self) -> AddedKey: ...
    async def drop_older_keys(self) -> bool:
        """False where a person has to do it."""
        ...


# --- Supabase -------------------------------------------------------------------------------------


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


# --- Tenant database ------------------------------------------------------------------------------


@dataclass(frozen=True)
class AdminRow:
    """A row of the tenant's `users`."""

    user_id: str
    email: str
    full_name: str
    role: str


@dataclass(frozen=True)
class Census:
    """How much is in a tenant's database."""

    users: int
    rows: int
    size_bytes: int
    last_upload: datetime | None


@dataclass(frozen=True)
class StatementStatistics:
    """A statement that a tenant's database has executed, without its values; `seconds` are of all its calls."""

    query: str
    calls: int
    rows: int
    seconds: float


class TenantDatabase(Protocol):
    """One open session on a tenant's database."""

    async def apply_schema(
        self, files: Sequence[SchemaFile], *, lock_seconds: float | None = None
    ) -> Sequence[str]:
        """Apply what is missing in one transaction and record the versions; return the versions applied now.

        `lock_seconds`: for a tenant at work. No statement waits longer for a lock, which raises Transient (`locked`),
        and one that fails is named. Raises Permanent (`schema`) naming file and line.
        """
        ...

    async def tables(self) -> frozenset[str]:
        """Name the base tables of schema public."""
        ...

    async def schema_version(self) -> str | None: ...
    async def schema_versions(self) -> Sequence[str]:
        """All versions that are recorded, as `supabase migration list` reads them; oldest first."""
        ...

    async def fingerprint(self) -> Print:
        """Read every definition there is, by one query."""
        ...

    async def vendor_configurations(self) -> Mapping[str, Any]:
        """The default vendor configurations, by vendor, active or not."""
        ...

    async def size_bytes(self) -> int: ...
    async def identity(self) -> str:
        """Tell this database from every other, whatever address it was reached by."""
        ...

    async def seed(self, seeds: Seeds) -> tuple[int, int]:
        """Insert what is missing; return how many vendor configurations and resellers were inserted now."""
        ...

    async def default_vendors(self) -> frozenset[str]:
        """Name the vendors with an active default configuration."""
        ...

    async def admins(self) -> Sequence[AdminRow]:
        """All users with role admin, oldest first."""
        ...

    async def find_user(self, email: str) -> AdminRow | None: ...
    async def ensure_user(self, *, email: str, password_hash: str, full_name: str, role: str) -> AdminRow:
        """Insert the user, or give the one with this e-mail this password hash."""
        ...

    async def remove_user(self, email: str) -> None:
        """Remove a user and, by cascade, all that belongs to it."""
        ...

    async def change_email(self, old: str, new: str) -> None:
        """Give a user another e-mail address; nothing happens when there is no such user."""
        ...

    async def remove_probe_users(self, *, domain: str) -> None:
        """Remove users named tenantbot-probe-… at this domain, which a killed verification left behind."""
        ...

    async def remove_uploads_named(self, start: str) -> None:
        """Remove the upload batches whose file's name starts so, and their rows."""
        ...

    async def census(self) -> Census: ...
    async def statements(self, *, limit: int) -> Sequence[StatementStatistics]:
        """What pg_stat_statements has of this database, the most time first. Raises Permanent where it is not there."""
        ...

    async def change_password(self, password: Secret) -> None:
        """Give the role that we are here another password."""
        ...

    async def foreign_rows(self, *, admin_email: str) -> dict[str, int]:
        """Count, by table, the rows that the provisioning run did not write. Empty: only ours are there."""
        ...


class SchemaFolder(Protocol):
    """TENANT_SCHEMA_DIR as it is now: a file that is added there needs no restart."""

    async def files(self) -> Sequence[SchemaFile]:
        """All files, oldest first. Raises Permanent, naming what is wrong with the folder."""
        ...


class SchemaTrials(Protocol):
    """A database that is no tenant's, where a schema is tried."""

    async def fingerprint(self, files: Sequence[SchemaFile]) -> Print:
        """What a tenant is made of after exactly these files. Raises Permanent naming the file and line that fails."""
        ...


class TenantDatabases(Protocol):
    def open(self, address: DatabaseAddress, password: Secret) -> AbstractAsyncContextManager[TenantDatabase]:
        """Connect. Raises Transient while the pooler does not know a new project yet, Permanent on a wrong password."""
        ...


# --- The TaskifAI platform ------------------------------------------------------------------------


@dataclass(frozen=True)
class PublishedTenant:
    """A tenant as the platform's own registry has it."""

    tenant_id: str
    subdomain: str
    database_url: str | None
    is_active: bool
    access_url: str | None = None


@dataclass(frozen=True)
class TenantCredentials:
    """What the platform needs to serve a tenant (guide, step 4)."""

    company_name: str
    subdomain: str
    database_url: str
    anon_key: Secret
    service_key: Secret
    admin_email: str
    admin_name: str


class Platform(Protocol):
    """The platform's registry of tenants."""

    @property
    def publishes(self) -> bool:
        """False when PLATFORM_REGISTRY is none: nothing is published, and checks say so."""
        ...

    async def check_access(self) -> None: ...
    async def find(self, subdomain: str) -> PublishedTenant | None: ...
    async def publish(self, tenant: TenantCredentials) -> PublishedTenant:
        """Register the tenant. Raises Unclear when the answer was lost, Refused with code `taken` when it is there."""
        ...

    async def repoint(self, tenant_id: str, tenant: TenantCredentials) -> None:
        """Serve a tenant that is known there from another database, and switch it on. Safe to repeat."""
        ...

    async def set_active(self, tenant_id: str, *, active: bool) -> None:
        """Let the platform serve the tenant, or stop serving it. Safe to repeat."""
        ...

    async def update_credentials(self, tenant_id: str, tenant: TenantCredentials) -> bool:
        """Give the platform the tenant's present keys. Safe to repeat; False when it has no call for that."""
        ...

    async def withdraw(self, tenant_id: str) -> str:
        """Take the tenant out of the platform; say in a few words what that left behind."""
        ...

    async def every(self) -> Sequence[PublishedTenant]:
        """All tenants that it has; none where nothing is published."""
        ...

    async def other_active(self, subdomain: str) -> str | None:
        """Name the subdomain of any other active tenant, or None."""
        ...


@dataclass(frozen=True)
class Answer:
    """What a tenant's own URL said: enough to judge it and to show as evidence."""

    status: int
    content_type: str
    tenant_id: str | None
    tenant_id_from: str | None
    data: object = field(repr=False)  # a login's answer holds its token
    text: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004


class TenantApp(Protocol):
    """The application at a tenant's own URL, asked as a customer's browser would."""

    def url(self, subdomain: str) -> str: ...
    async def certificate_expiry(self, subdomain: str) -> datetime | None:
        """Read until when the certificate shown for this name is good; None where tenants are served without one.

        Raises Permanent when it is not good now.
        """
        ...

    async def frontend(self, subdomain: str) -> Answer: ...
    async def health(self, subdomain: str) -> Answer: ...
    async def register(self, subdomain: str, *, email: str, password: Secret, full_name: str) -> Answer:
        """POST /api/auth/register with role admin. Raises Unclear when the answer was lost."""
        ...

    async def login(self, subdomain: str, *, email: str, password: Secret) -> Answer: ...
    async def batches(self, subdomain: str, token: Secret) -> Answer: ...
    async def upload(self, subdomain: str, token: Secret, *, filename: str, content: bytes) -> Answer: ...
    async def batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer: ...
    async def delete_batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer: ...


# --- DNS ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DnsAnswer:
    """What a name resolves to: its CNAME chain and its addresses; both empty when it does not exist."""

    name: str
    chain: tuple[str, ...] = ()
    addresses: frozenset[str] = frozenset()

    @property
    def exists(self) -> bool:
        return bool(self.chain or self.addresses)


class Dns(Protocol):
    """Asking the DNS. Raises Transient when no server gave a usable answer."""

    async def lookup(self, name: str) -> DnsAnswer:
        """Ask the configured resolvers, without any cache."""
        ...

    async def lookup_authoritative(self, name: str) -> DnsAnswer:
        """Ask the servers responsible for the name's zone themselves."""
        ...


@dataclass(frozen=True)
class ZoneRecord:
    """A CNAME as the zone has it."""

    name: str
    target: str
    comment: str


class DnsZone(Protocol):
    """The zone, where we may write to it."""

    @property
    def provider(self) -> str:
        """`cloudflare`, or `none` when records are added by hand."""
        ...

    async def check_access(self) -> None: ...
    async def ensure_cname(self, name: str, target: str, *, comment: str) -> str:
        """Find or create the record; return its id. Raises Permanent when another record stands in its way."""
        ...

    async def list_records(self, *, comment_start: str) -> Sequence[ZoneRecord]:
        """List the CNAMEs whose comment begins so; none where records are added by hand."""
        ...

    async def remove_cname(self, name: str, *, comment: str) -> None:
        """Remove the record if it is there and carries our comment."""
        ...


# --- Mail and archive -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Email:
    """One message, plain and HTML. `message_id` is fixed by its outbox row, so a repeat is the same message."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str

    def __repr__(self) -> str:  # the body may hold a temporary password
        return f"Email(to={self.to!r}, subject={self.subject!r}, message_id={self.message_id!r})"


class Mailer(Protocol):
    async def check_login(self) -> None: ...
    async def send(self, email: Email) -> None:
        """Hand the message over. Raises Unclear when it may have been accepted."""
        ...


class Archive(Protocol):
    async def check_access(self) -> None: ...
    async def try_out(self) -> None:
        """Write a small file, read it back and delete it. Raises Permanent naming which of them can't be done."""
        ...

    async def keep_head(self, head: Head) -> None:
        """Keep what the audit log ends with now. What is kept under that number already stays as it is."""
        ...

    async def kept_heads(self, *, limit: int) -> Sequence[Head]:
        """The newest heads that were kept, oldest first; what is no head is left out."""
        ...


class Backups(Protocol):
    """Backups of tenant databases, kept in the archive. A folder is named like `backups/customerinc-20261124`."""

    async def check_tools(self, address: DatabaseAddress, password: Secret) -> str:
        """Say which pg_dump is used. Raises Permanent, naming TENANTBOT_PG_BIN, when none is new enough."""
        ...

    async def make(
        self,
        *,
        subdomain: str,
        project_ref: str,
        run_id: str,
        address: DatabaseAddress,
        password: Secret,
        folder: str,
    ) -> BackupRef:
        """Make the backup, or give the complete one of this run that is there.

        Raises Permanent (`not_in_dump`) naming what it could not hold: Storage objects, vault secrets, login roles, …
        """
        ...

    async def prove(self, folder: str, *, manifest_sha256: str) -> Proof:
        """Read every byte back, restore it into a database of its own, compare all with the manifest, drop it.

        A backup that is damaged, or can't be restored, is a proof that is not ok; a server that can't be
        reached, or may not be used for it, raises.
        """
        ...

    async def restore(self, folder: str, *, dsn: Secret) -> Proof:
        """Restore into an empty database, and compare. Raises Refused (`not_empty`) before touching any other."""
        ...

    async def restore_tenant(
        self, folder: str, *, address: DatabaseAddress, password: Secret, manifest_sha256: str | None
    ) -> Proof:
        """Restore into a tenant's new database, and compare. Safe to repeat: what a killed try left half-made is made anew.

        Raises Refused (`not_empty`) when there is anything else than this backup in it.
        """
        ...

    async def changed_since(
        self, folder: str, *, address: DatabaseAddress, password: Secret
    ) -> Sequence[str]:
        """Name the tables whose rows are not, or no longer, those of the backup."""
        ...

    async def move(self, folder: str, to: str) -> None:
        """Move a folder; what is moved already succeeds."""
        ...

    async def write(self, path: str, document: Mapping[str, Any]) -> None: ...
    async def read(self, path: str) -> dict[str, Any]:
        """Raise Permanent (`archive_missing`) when there is no such document."""
        ...

    async def list(self, prefix: str) -> Sequence[str]:
        """Paths of all files under a folder, sorted."""
        ...


class PasswordHasher(Protocol):
    """bcrypt as the platform verifies it. Hashing takes a third of a second at cost 12, in a thread."""

    async def hash(self, password: Secret, *, cost: int) -> str: ...
