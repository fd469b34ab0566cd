"""The composition root: settings → adapters → pipelines → control plane → worker, read top to bottom."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import asyncpg

from provisioning.adapters.bcrypt_hasher import BcryptHasher
from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.adapters.fernet_vault import FernetVault
from provisioning.adapters.http import new_client
from provisioning.adapters.object_archive import ObjectArchive
from provisioning.adapters.public_keys import FindKey, PublicKeys
from provisioning.adapters.registry import PostgresRegistry
from provisioning.adapters.registry.audit_keys import AuditKeys
from provisioning.adapters.registry.figures import count_figures
from provisioning.adapters.registry.schema import require_current_registry, upgrade_registry
from provisioning.adapters.registry.sealed_rows import PostgresSealing, process_name
from provisioning.adapters.registry.transaction import UNREACHABLE, reaching_database
from provisioning.adapters.schema_folder import SchemaFilesInFolder
from provisioning.adapters.schema_trials import PostgresSchemaTrials
from provisioning.adapters.system_clock import SystemClock
from provisioning.adapters.tenant_database import PostgresTenantDatabases
from provisioning.control_plane import ControlPlane
from provisioning.control_plane.desk import Desk
from provisioning.domain.figures import Figures
from provisioning.domain.request import RequestDefaults
from provisioning.domain.schema_files import SchemaFile, read_schema_files
from provisioning.domain.secret import Secret
from provisioning.domain.seeds import Seeds, read_seeds
from provisioning.engine.leading import lead
from provisioning.engine.lease import any_worker_alive
from provisioning.errors import FieldError, InvalidRequest, Refused, Transient
from provisioning.outside import (
    backups_of,
    open_app,
    open_mailer,
    open_platform,
    open_probes,
    open_projects,
    open_zone,
)
from provisioning.pipelines import PIPELINES
from provisioning.ports import Clock
from provisioning.provision.ports import Policy, ProvisionPorts
from provisioning.provision.step8_verify_tenant import CHECKS
from provisioning.settings import Settings

_POOL_SIZE: Final = 10
_COMMAND_SECONDS: Final = 10
"""For one query, and for taking it back: without an end to that, a frozen server would hold its callers for ever."""


@dataclass(frozen=True)
class System:
    """Everything one process needs: the door, and what a worker in this process works with."""

    settings: Settings
    pool: asyncpg.Pool
    control: ControlPlane
    registry: PostgresRegistry
    ports: ProvisionPorts
    clock: Clock

    async def worker_alive(self) -> bool:
        """Tell whether any process executes runs right now."""
        return await self.control.views.worker_alive()

    async def require_registry(self) -> None:
        """Raises Refused while the registry's schema is old, Transient while the registry is away."""
        with reaching_database():
            await require_current_registry(self.pool)

    async def count_figures(self) -> Figures:
        """Count what there is. Raises Transient while the registry is away."""
        return await count_figures(self.pool)

    async def lead(self, office: str, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work whenever no other process does it, until cancelled."""
        await lead(self.settings.database_url.reveal(), office, work, clock=self.clock)


@asynccontextmanager
async def open_system(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[System]:
    """Build and open everything; close it in reverse. Raises Refused on an old registry, Transient when it is away."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(_pool(settings))
        await require_current_registry(pool)
        vault = FernetVault(settings.tenantbot_secret_keys)
        registry = PostgresRegistry(pool, audit_keys=await _audit_keys(pool, vault, settings))
        ports = await _ports(settings, registry, vault, clock, stack)
        desk = Desk(
            registry=registry,
            ports=ports,
            pipelines=PIPELINES,
            archive=ObjectArchive(settings.archive_url) if settings.archive_url else None,
            clock=clock,
            defaults=RequestDefaults(
                settings.supabase_region, tuple(one.vendor_name for one in ports.seeds.vendors)
            ),
            worker_alive=partial(_worker_alive, pool),
            sealing=PostgresSealing(pool, settings.tenantbot_secret_keys),
            probes=await open_probes(settings, clock, stack),
        )
        yield System(settings, pool, ControlPlane.at(desk), registry, ports, clock)


async def _worker_alive(pool: asyncpg.Pool) -> bool:
    try:
        async with pool.acquire() as connection:
            return await any_worker_alive(connection)
    except UNREACHABLE as fault:
        raise _unreachable(fault) from fault


async def upgrade_database(database_url: Secret) -> Sequence[str]:
    """Bring the registry's and the engine's tables up to date; return the versions applied now."""
    try:
        connection = await asyncpg.connect(database_url.reveal(), timeout=10)
    except _CANNOT_CONNECT as fault:
        raise _unreachable(fault) from fault
    try:
        return await upgrade_registry(connection, upgrade_engine=lambda: _upgrade_engine(database_url))
    finally:
        await connection.close()


async def _upgrade_engine(database_url: Secret) -> None:
    from provisioning.engine.dbos_engine import (  # noqa: PLC0415 - a second to import, and rarely needed
        upgrade_engine_schema,
    )

    await asyncio.to_thread(upgrade_engine_schema, database_url.reveal())


async def _audit_keys(pool: asyncpg.Pool, vault: FernetVault, settings: Settings) -> AuditKeys:
    try:
        return await AuditKeys.open(pool, vault, vault_keys=settings.tenantbot_secret_keys)
    except UNREACHABLE as fault:
        raise _unreachable(fault) from fault


async def _ports(
    settings: Settings, registry: PostgresRegistry, vault: FernetVault, clock: Clock, stack: AsyncExitStack
) -> ProvisionPorts:
    _, seeds = read_tenant_files(settings)
    return ProvisionPorts(
        registry=registry,
        vault=vault,
        projects=await open_projects(settings, clock, stack),
        databases=PostgresTenantDatabases(ca_file=settings.supabase_ca_file),
        platform=await open_platform(settings, stack),
        app=await open_app(settings, stack),
        dns=DnsResolver(nameservers=settings.dns_nameservers),
        zone=await open_zone(settings, stack),
        mailer=await open_mailer(settings, stack),
        hasher=BcryptHasher(),
        backups=backups_of(settings, clock),
        schema=SchemaFilesInFolder(settings.tenant_schema_dir),
        trials=PostgresSchemaTrials(settings.proof_database_url or settings.database_url),
        seeds=seeds,
        policy=policy_of(settings),
    )


def policy_of(settings: Settings) -> Policy:
    """Raises InvalidRequest where VERIFY_ADVISORY names what is no check."""
    unknown = set(settings.verify_advisory) - set(CHECKS)
    if unknown:
        raise InvalidRequest(
            [
                FieldError(
                    "VERIFY_ADVISORY",
                    f"VERIFY_ADVISORY names {', '.join(sorted(unknown))}; the checks are {', '.join(CHECKS)}.",
                )
            ]
        )
    return Policy(
        domain=settings.taskifai_domain,
        dns_target=settings.dns_target,
        admin_user_via=settings.admin_user_via,
        verify_advisory=frozenset(settings.verify_advisory),
        allow_free_plan=settings.supabase_allow_free_plan,
        monthly_cost=settings.supabase_project_monthly_cost,
        support_url=settings.support_url,
        grace=settings.deprovision_grace,
        approval_expiry=settings.approval_expiry,
        digest_quiet=settings.digest_quiet,
        verify_parallel=settings.verify_parallel,
        verify_keep=settings.verify_keep,
        verify_jitter=settings.verify_jitter,
    )


def read_tenant_files(settings: Settings) -> tuple[tuple[SchemaFile, ...], Seeds]:
    """Read what every new tenant gets. Raises Refused where a file is missing or malformed."""
    try:
        return read_schema_files(settings.tenant_schema_dir), read_seeds(settings.seeds_dir)
    except ValueError as fault:
        raise Refused(str(fault), code="bad_files") from fault


_CANNOT_CONNECT = (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def open_public_keys(settings: Settings, clock: Clock) -> AsyncIterator[FindKey | None]:
    """Find the keys of whose tokens are taken besides our own; None without ADMIN_JWKS_URL."""
    if settings.admin_jwks_url is None:
        yield None
        return
    async with new_client(base_url="", timeout=10) as client:
        yield PublicKeys(client, settings.admin_jwks_url, clock=clock).find


@asynccontextmanager
async def _pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    try:
        pool = await asyncpg.create_pool(
            settings.database_url.reveal(),
            min_size=1,
            max_size=_POOL_SIZE,
            timeout=10,
            command_timeout=_COMMAND_SECONDS,
            reset=_as_it_is,
            server_settings={"application_name": process_name(settings.tenantbot_secret_keys)},
        )
    except _CANNOT_CONNECT as fault:
        raise _unreachable(fault) from fault
    try:
        yield pool
    finally:
        await pool.close()


async def _as_it_is(_: object) -> None:
    """Transactions set what they need for themselves alone, so no session has anything to forget. It saves a round trip."""


def _unreachable(fault: Exception) -> Transient:
    reason = type(fault).__name__ if isinstance(fault, ValueError) else str(fault) or type(fault).__name__
    return Transient(
        f"The registry's database can't be opened ({reason}); check DATABASE_URL, and that PostgreSQL runs there.",
        code="database_unreachable",
    )
