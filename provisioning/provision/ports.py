"""What the steps work with: every port they ask, and the few decisions an installation makes about them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from provisioning.domain.seeds import Seeds
from provisioning.engine.step import Context
from provisioning.ports import (
    Backups,
    Dns,
    DnsZone,
    Mailer,
    PasswordHasher,
    Platform,
    Projects,
    SchemaFolder,
    SchemaTrials,
    TenantApp,
    TenantDatabase,
    TenantDatabases,
    Vault,
)
from provisioning.registry import Registry


@dataclass(frozen=True)
class Policy:
    """Decisions of this installation, from its settings."""

    domain: str
    dns_target: str
    admin_user_via: Literal["auto", "register", "sql"]
    verify_advisory: frozenset[str]
    allow_free_plan: bool
    monthly_cost: float
    """US dollars a month for one more project; Supabase's API does not tell."""
    support_url: str
    grace: timedelta = timedelta(days=7)
    """How long a tenant that is to end can be brought back with one click, unless the request says otherwise."""
    approval_expiry: timedelta = timedelta(hours=24)
    verify_parallel: int = 16
    """How many tenants a round verifies at a time."""
    verify_keep: int = 20
    """How many verifications of each tenant are kept."""
    verify_jitter: timedelta = timedelta(minutes=10)
    """How much later than its time a round begins at most."""
    digest_quiet: bool = False
    """Whether a digest is left out when nothing has changed."""


@dataclass(frozen=True)
class ProvisionPorts:
    """The ports of the provisioning steps."""

    registry: Registry
    vault: Vault
    projects: Projects
    databases: TenantDatabases
    platform: Platform
    app: TenantApp
    dns: Dns
    zone: DnsZone
    mailer: Mailer
    hasher: PasswordHasher
    backups: Backups | None
    """None without ARCHIVE_URL: nothing can be deprovisioned then."""
    schema: SchemaFolder
    trials: SchemaTrials
    seeds: Seeds
    policy: Policy
    session: TenantDatabase | None = None
    """The tenant's database, where it is open already for all that is asked of it."""


At = Context[ProvisionPorts]
"""Where a step stands: its ports, its tenant, its clock."""
