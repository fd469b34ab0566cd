"""Pure functions from what the door answers to documents: what `--json` prints, and what the admin API answers."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from provisioning.control_plane.archives import Archived
from provisioning.control_plane.audit import AuditPage, Verification
from provisioning.control_plane.imports import ImportPlan
from provisioning.control_plane.plans import Plan
from provisioning.control_plane.restores import RestorePlan
from provisioning.control_plane.upgrades import UpgradePlan
from provisioning.control_plane.views import TenantView
from provisioning.domain.approval import Approval
from provisioning.domain.checklist import Check
from provisioning.domain.diagnosis import Cause, Diagnosis, Outcome, Probe
from provisioning.domain.drift import TenantDrift
from provisioning.domain.fleet import FleetStatus
from provisioning.domain.orphan import Orphan
from provisioning.domain.round import Verification as TenantVerification
from provisioning.domain.run import Run, RunEvent, StepView
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import InvalidRequest, TenantbotError

Document = dict[str, Any]


def run_document(run: Run, tenant: Tenant | None, access_url: str) -> Document:
    return {
        "run_id": run.run_id,
        "kind": run.kind.value,
        "state": run.state.value,
        "tenant": tenant and _tenant_brief(tenant, access_url),
        "steps": [_step(step) for step in run.steps],
        "checklist": [_check(check) for check in run.checklist],
        "waiting_for": run.waiting_for
        and {
            "who": run.waiting_for.who,
            "what": run.waiting_for.what,
            "until": run.waiting_for.until and run.waiting_for.until.isoformat(),
        },
        "error": run.error and asdict(run.error),
        "requested_by": run.requested_by,
        "created_at": run.created_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
    }


def tenant_verification_document(verification: TenantVerification) -> Document:
    return {
        "run_id": verification.run_id,
        "at": verification.at and verification.at.isoformat(),
        "ok": verification.ok,
        "verdict": verification.verdict,
        "checklist": [_check(check) for check in verification.checks],
    }


def tenant_document(view: TenantView, events: Sequence[RunEvent] | None = None) -> Document:
    document: Document = {
        "tenant": view.tenant and tenant_row(view.tenant, view.access_url),
        "run": view.run and run_document(view.run, view.tenant, view.access_url),
        "last_verification": view.last_verification
        and {
            "run_id": view.last_verification.run_id,
            "at": (view.last_verification.finished_at or view.last_verification.created_at).isoformat(),
            "checklist": [_check(check) for check in view.last_verification.checklist],
        },
    }
    if view.approval is not None:
        document["approval"] = approval_document(view.approval)
    if events is not None:
        document["events"] = [asdict(event) | {"at": event.at.isoformat()} for event in events]
    return document


def approval_document(approval: Approval) -> Document:
    return {
        "approval_id": approval.approval_id,
        "action": approval.action,
        "state": approval.state.value,
        "subdomain": approval.subdomain,
        "reason": approval.reason,
        "grace_seconds": approval.request.get("grace_seconds"),
        "requested_by": approval.requested_by,
        "created_at": approval.created_at.isoformat(),
        "expires_at": approval.expires_at.isoformat(),
        "decided_by": approval.decided_by,
        "decided_at": approval.decided_at and approval.decided_at.isoformat(),
        "decision_reason": approval.decision_reason,
        "run_id": approval.run_id,
        "facts": dict(approval.facts),
    }


def list_document(tenants: Sequence[tuple[Tenant, str]], total: int) -> Document:
    return {"tenants": [tenant_row(tenant, url) for tenant, url in tenants], "total": total}


def plan_document(plan: Plan) -> Document:
    return {
        "dry_run": True,
        "ready": plan.ready,
        "request": plan.request.to_json(),
        "steps": [{"number": number, "title": title} for number, title in enumerate(plan.steps, 1)],
        "monthly_cost": plan.monthly_cost,
        "questions": [asdict(question) for question in plan.questions],
    }


def archives_document(archives: Sequence[Archived]) -> Document:
    return {"archives": [_archived(one) for one in archives], "total": len(archives)}


def restore_plan_document(found: RestorePlan) -> Document:
    return plan_document(found.plan) | {
        "archive": found.archive,
        "revives": found.revives,
        "backup": {
            "taken_at": found.taken_at.isoformat(),
            "tables": found.tables,
            "rows": found.rows,
            "users": found.users,
        },
    }


def import_plan_document(plan: ImportPlan) -> Document:
    return {
        "dry_run": True,
        "ready": plan.ready,
        "request": plan.request.to_json(),
        "steps": [{"number": number, "title": title} for number, title in enumerate(plan.steps, 1)],
        "questions": [asdict(question) for question in plan.questions],
    }


def orphans_document(orphans: Sequence[Orphan]) -> Document:
    return {
        "orphans": [asdict(one) | {"kind": one.kind.value} for one in orphans],
        "total": len(orphans),
        "monthly_cost": sum(one.monthly_cost for one in orphans),
    }


def audit_document(page: AuditPage) -> Document:
    return {"entries": [row.to_json() for row in page.entries], "total": page.total}


def verification_document(found: Verification) -> Document:
    return {
        "ok": found.ok,
        "rows": found.rows,
        "breaks": [asdict(one) for one in found.breaks],
        "head": found.head and found.head.to_json(),
        "advice": found.advice,
    }


def fleet_document(status: FleetStatus) -> Document:
    return {
        "newest": status.newest,
        "behind": status.behind,
        "versions": [asdict(one) for one in status.versions],
        "pinned": [
            {
                "subdomain": one.subdomain,
                "version": one.schema_version,
                "reason": one.pinned_reason,
                "by": one.pinned_by,
            }
            for one in status.pinned
        ],
        "failed": [asdict(one) for one in status.failed],
        "run": status.run and run_document(status.run, None, ""),
    }


def upgrade_plan_document(plan: UpgradePlan) -> Document:
    return {
        "dry_run": True,
        "ready": plan.ready,
        "to": plan.to,
        "tenants": plan.tenants,
        "rings": [*plan.rings.values()],
        "pinned": plan.pinned,
        "unrecorded": plan.unrecorded,
        "trial": plan.trial,
        "files": [asdict(file) | {"may_destroy": file.may_destroy} for file in plan.files],
    }


def drift_row(found: TenantDrift) -> Document:
    return {"ok": found.ok} | asdict(found)


def error_document(fault: TenantbotError) -> Document:
    error: Document = {"code": fault.code, "message": fault.message, "field": fault.field}
    if isinstance(fault, InvalidRequest):
        error["fields"] = [asdict(one) for one in fault.errors]
    return {"error": error}


def diagnosis_document(found: Diagnosis) -> Document:
    return {
        "subdomain": found.subdomain,
        "healthy": found.healthy,
        "made_at": found.made_at.isoformat(),
        "seconds": found.seconds,
        "issues": [issue.value for issue in found.issues],
        "cause": found.cause and _cause(found.cause),
        "also": [_cause(one) for one in found.causes[1:]],
        "probes": [_probe(probe) for probe in found.probes],
        "incident": found.incident,
    }


def _tenant_brief(tenant: Tenant, access_url: str) -> Document:
    return {
        # The platform's id becomes ours in step 4; what there is before that is not to be kept.
        "tenant_id": None if tenant.state is TenantState.PROVISIONING else str(tenant.tenant_id),
        "company_name": tenant.company_name,
        "subdomain": tenant.subdomain,
        "access_url": access_url,
        "project_ref": tenant.project_ref,
        "is_active": tenant.is_active,
    }


def tenant_row(tenant: Tenant, access_url: str) -> Document:
    return _tenant_brief(tenant, access_url) | {
        "state": tenant.state.value,
        "imported": tenant.imported,
        "verdict": tenant.verdict,
        "region": tenant.region,
        "admin_email": tenant.admin_email,
        "schema_version": tenant.schema_version,
        "pinned": tenant.pinned_reason,
        "database_bytes": tenant.database_bytes,
        "created_at": tenant.created_at.isoformat(),
        "suspended_at": tenant.suspended_at and tenant.suspended_at.isoformat(),
        "suspended_reason": tenant.suspended_reason,
        "suspended_by": tenant.suspended_by,
    }


def _archived(one: Archived) -> Document:
    return {
        "archive": one.folder,
        "subdomain": one.subdomain,
        "company_name": one.company,
        "taken_on": one.taken_on.isoformat(),
        "is_of_deleted": one.is_of_deleted,
    }


def _step(step: StepView) -> Document:
    return {
        "number": step.number,
        "title": step.title,
        "state": step.state.value,
        "attempts": step.attempts,
        "seconds": step.seconds,
        "detail": step.detail,
    }


def _check(check: Check) -> Document:
    return asdict(check) | {"skipped": check.skipped}


def _cause(cause: Cause) -> Document:
    return {
        "issue": cause.issue.value,
        "code": cause.code,
        "sentence": cause.sentence,
        "sure": cause.sure.value,
        "affected": list(cause.affected),
        "fixes": [
            {"verb": fix.verb.value, "label": fix.label, "plan": list(fix.plan)} for fix in cause.fixes
        ],
    }


def _probe(probe: Probe) -> Document:
    """`ok` is null where it could not be asked, or was not."""
    judged = {Outcome.OK: True, Outcome.BAD: False}
    return asdict(probe) | {"ok": judged.get(probe.outcome), "skipped": probe.outcome is Outcome.SKIPPED}
