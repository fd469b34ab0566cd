"""The registry as the control plane sees it: tenants, runs, outbox and audit, changed together or not at all.

`Registry.transaction()` is the only way in. Whatever changes is committed with its audit row and with the
enqueueing of the engine's work, so that no crash leaves one without the other.
"""

from provisioning.registry.audit import AuditEntry, AuditLog
from provisioning.registry.decisions import Approvals, Decision, Lockdowns, UnreportedApproval
from provisioning.registry.fleet import Digests, Fleet, Schedules, Verifications
from provisioning.registry.outbox import Notices, Outbox, OutboxRow
from provisioning.registry.reports import KeptAnswers, Reports, SeenRequests, UnreportedRun
from provisioning.registry.runs import Attempt, LegBrief, LegEnd, Legs, LostClaim, Runs
from provisioning.registry.tenants import ProjectIntent, Tenants, TenantSecrets
from provisioning.registry.transaction import Registry, Transaction, every_tenant

__all__ = [
    "Approvals",
    "Attempt",
    "AuditEntry",
    "AuditLog",
    "Decision",
    "Digests",
    "Fleet",
    "KeptAnswers",
    "LegBrief",
    "LegEnd",
    "Legs",
    "Lockdowns",
    "LostClaim",
    "Notices",
    "Outbox",
    "OutboxRow",
    "ProjectIntent",
    "Registry",
    "Reports",
    "Runs",
    "Schedules",
    "SeenRequests",
    "TenantSecrets",
    "Tenants",
    "Transaction",
    "UnreportedApproval",
    "UnreportedRun",
    "Verifications",
    "every_tenant",
]
