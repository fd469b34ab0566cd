"""What the control plane asks of the outside, named after what it asks for.

Adapters speak to the real systems, fakes stand in for them in tests. How to ask is the adapter's
affair; how long to wait and when to give up is the step's.
Every port raises only the errors of `provisioning.errors`: `Transient` when the same call may succeed
later, `Unclear` when its answer was lost, `Permanent` when a person must change something first.
"""

from provisioning.ports.archive import Archive, Backups
from provisioning.ports.clock import Clock
from provisioning.ports.dns import Addresses, Dns, DnsAnswer, DnsZone, ZoneRecord
from provisioning.ports.mail import Email, Mailer
from provisioning.ports.platform import Answer, Platform, PublishedTenant, TenantApp, TenantCredentials
from provisioning.ports.projects import (
    ApiKeys,
    FoundProject,
    Organization,
    Projects,
    SecretKey,
    ServiceHealth,
)
from provisioning.ports.sealing import AddedKey, PasswordHasher, ProcessKeys, SealedPlace, Sealing, Vault
from provisioning.ports.tenant_database import (
    AdminRow,
    Census,
    SchemaFolder,
    SchemaTrials,
    StatementStatistics,
    TenantDatabase,
    TenantDatabases,
)

__all__ = [
    "AddedKey",
    "Addresses",
    "AdminRow",
    "Answer",
    "ApiKeys",
    "Archive",
    "Backups",
    "Census",
    "Clock",
    "Dns",
    "DnsAnswer",
    "DnsZone",
    "Email",
    "FoundProject",
    "Mailer",
    "Organization",
    "PasswordHasher",
    "Platform",
    "ProcessKeys",
    "Projects",
    "PublishedTenant",
    "SchemaFolder",
    "SchemaTrials",
    "SealedPlace",
    "Sealing",
    "SecretKey",
    "ServiceHealth",
    "StatementStatistics",
    "TenantApp",
    "TenantCredentials",
    "TenantDatabase",
    "TenantDatabases",
    "Vault",
    "ZoneRecord",
]
