"""The composition root: settings → adapters → pipelines → control plane → worker, read top to bottom."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import unquote, urlsplit

import asyncpg

from provisioning.adapters.backups import BackupArchive, PostgresBackups
from provisioning.adapters.bcrypt_hasher import BcryptHasher
from provisioning.adapters.cloudflare_zone import CloudflareZone
from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.adapters.fernet_vault import FernetVault
from provisioning.adapters.http import new_client
from provisioning.adapters.no_platform import NoPlatform
from provisioning.adapters.no_zone import NoZone
from provisioning.adapters.object_archive import ObjectArchive
from provisioning.adapters.pinned_transport import PinnedTransport
from provisioning.adapters.platform_admin_api import PlatformAdminApi
from provisioning.adapters.registry import PostgresRegistry
from provisioning.adapters.registry.audit_keys import AuditKeys
from provisioning.adapters.registry.schema import require_current_registry, upgrade_registry
from provisioning.adapters.registry.sealed_rows import PostgresSealing, process_name
from provisioning.adapters.registry.transaction import UNREACHABLE
from provisioning.adapters.resend_mailer import ResendMailer
from provisioning.adapters.smtp_mailer import SmtpMailer
from provisioning.adapters.supabase import SupabaseProjects
from provisioning.adapters.system_clock import SystemClock
from provisioning.adapters.taskifai_app import TaskifaiApp
from provisioning.adapters.tenant_database import PostgresTenantDatabases
from provisioning.control_plane import ControlPlane
from provisioning.control_plane.desk import Desk
from provisioning.domain.request import RequestDefaults
from provisioning.domain.schema_files import read_schema_files
from provisioning.domain.secret import Secret
from provisioning.domain.seeds import read_seeds
from provisioning.engine.leading import lead
from provisioning.engine.lease import any_worker_alive
from provisioning.errors import FieldError, InvalidRequest, Refused, Transient
from provisioning.pipelines import PIPELINES
from provisioning.ports import Clock, DnsZone, Mailer, Platform
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
    try:
        schema, seeds = read_schema_files(settings.tenant_schema_dir), read_seeds(settings.seeds_dir)
    except ValueError as fault:
        raise Refused(str(fault), code="bad_files") from fault
    return ProvisionPorts(
        registry=registry,
        vault=vault,
        projects=await _projects(settings, clock, stack),
        databases=PostgresTenantDatabases(ca_file=settings.supabase_ca_file),
        platform=await _platform(settings, stack),
        app=await _app(settings, stack),
        dns=DnsResolver(nameservers=settings.dns_nameservers),
        zone=await _zone(settings, stack),
        mailer=await _mailer(settings, stack),
        hasher=BcryptHasher(),
        backups=_backups(settings, clock),
        schema=schema,
        seeds=seeds,
        policy=Policy(
            domain=settings.taskifai_domain,
            dns_target=settings.dns_target,
            admin_user_via=settings.admin_user_via,
            verify_advisory=frozenset(settings.verify_advisory),
            allow_free_plan=settings.supabase_allow_free_plan,
            monthly_cost=settings.supabase_project_monthly_cost,
            support_url=settings.support_url,
            grace=settings.deprovision_grace,
            approval_expiry=settings.approval_expiry,
        ),
    )


async def _projects(settings: Settings, clock: Clock, stack: AsyncExitStack) -> SupabaseProjects:
    headers = _bearer(settings.supabase_access_token)
    client = await stack.enter_async_context(new_client(base_url=settings.supabase_api_url, headers=headers))
    return SupabaseProjects(client, organization=settings.supabase_organization, clock=clock)


async def _platform(settings: Settings, stack: AsyncExitStack) -> Platform:
    if settings.platform_registry == "none":
        return NoPlatform()
    assert settings.platform_admin_url is not None
    assert settings.platform_admin_token is not None
    client = new_client(base_url=settings.platform_admin_url, headers=_bearer(settings.platform_admin_token))
    return PlatformAdminApi(await stack.enter_async_context(client), body=settings.platform_admin_body)


async def _app(settings: Settings, stack: AsyncExitStack) -> TaskifaiApp:
    resolver = DnsResolver(nameservers=(settings.taskifai_resolver,)) if settings.taskifai_resolver else None
    transport = PinnedTransport(dns=resolver, ca_file=settings.taskifai_ca_file)
    client = await stack.enter_async_context(new_client(base_url="", transport=transport))
    return TaskifaiApp(client, url_template=settings.taskifai_url_template)


async def _zone(settings: Settings, stack: AsyncExitStack) -> DnsZone:
    if settings.dns_provider == "none":
        return NoZone()
    assert settings.cloudflare_api_token is not None
    assert settings.cloudflare_zone_id is not None
    client = new_client(base_url=settings.cloudflare_api_url, headers=_bearer(settings.cloudflare_api_token))
    return CloudflareZone(await stack.enter_async_context(client), zone_id=settings.cloudflare_zone_id)


async def _mailer(settings: Settings, stack: AsyncExitStack) -> Mailer:
    url = urlsplit(settings.mail_url.reveal())
    if url.scheme == "resend":
        client = new_client(base_url="https://api.resend.com", headers=_bearer(Secret(url.netloc)))
        return ResendMailer(
            await stack.enter_async_context(client),
            sender=settings.mail_from,
            reply_to=settings.mail_reply_to,
        )
    assert url.hostname is not None
    return SmtpMailer(
        host=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 587),
        user=unquote(url.username or ""),
        password=Secret(unquote(url.password or "")),
        sender=settings.mail_from,
        reply_to=settings.mail_reply_to,
        ca_file=settings.taskifai_ca_file,
        tls="implicit" if url.scheme == "smtps" else "starttls",
    )


def _backups(settings: Settings, clock: Clock) -> PostgresBackups | None:
    if settings.archive_url is None:
        return None
    return PostgresBackups(
        BackupArchive(settings.archive_url),
        proof_server=settings.proof_database_url or settings.database_url,
        clock=clock,
        bin_dir=settings.tenantbot_pg_bin,
        ca_file=settings.supabase_ca_file,
    )


_CANNOT_CONNECT = (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


@asynccontextmanager
async def _pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    try:
        pool = await asyncpg.create_pool(
            settings.database_url.reveal(),
            min_size=1,
            max_size=_POOL_SIZE,
            timeout=10,
            command_timeout=_COMMAND_SECONDS,
            server_settings={"application_name": process_name(settings.tenantbot_secret_keys)},
        )
    except _CANNOT_CONNECT as fault:
        raise _unreachable(fault) from fault
    try:
        yield pool
    finally:
        await pool.close()


def _unreachable(fault: Exception) -> Transient:
    reason = type(fault).__name__ if isinstance(fault, ValueError) else str(fault) or type(fault).__name__
    return Transient(
        f"The registry's database can't be opened ({reason}); check DATABASE_URL, and that PostgreSQL runs there.",
        code="database_unreachable",
    )


def _bearer(token: Secret) -> dict[str, str]:
    return {"authorization": f"Bearer {token.reveal()}"}
