"""What an examination asks: the outside as a run would meet it, and two looks that no run takes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime

from provisioning.domain.project import DatabaseAddress
from provisioning.domain.registry_look import RegistryLook
from provisioning.domain.secret import Secret
from provisioning.ports import Archive, Clock, Dns, DnsZone, Mailer, Platform, Projects, TenantApp, Vault
from provisioning.provision.ports import Policy


@dataclass(frozen=True)
class Surroundings:
    clock: Clock
    vault: Vault
    projects: Projects
    platform: Platform
    app: TenantApp
    dns: Dns
    zone: DnsZone
    mailer: Mailer
    archive: Archive | None
    policy: Policy
    region: str
    """The one that tenants get by default."""
    token_expires: date | None
    """When Supabase's token ends, as far as we were told; the last day of all where it never does."""
    look_at_registry: Callable[[], Awaitable[RegistryLook]]
    ask_the_time: Callable[[], Awaitable[datetime]]
    """Of a machine that is neither this one nor the registry's."""
    find_public_key: Callable[[str | None], Awaitable[object]] | None
    """Of the identity provider whose tokens are taken besides ours, where there is one."""
    check_proof_server: Callable[[], Awaitable[str]]
    """Say where backups are proved, if databases may be made there."""
    find_dump_tools: Callable[[tuple[DatabaseAddress, Secret] | None], Awaitable[str]]
    """Say which pg_dump is used for this tenant database, or for the newest that Supabase makes."""
