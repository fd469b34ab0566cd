"""One tenant, as its status shows it."""

from datetime import datetime

from bot.blocks.approval_card import approval_buttons, question_line
from bot.blocks.ids import TENANT_ACTIVATE, TENANT_DEPROVISION, TENANT_RESEND, TENANT_SUSPEND, TENANT_VERIFY
from bot.blocks.kit import Block, Element, Message, actions, button, confirm, fields, link_button, section
from bot.blocks.run_buttons import decision_buttons, run_buttons
from bot.blocks.run_ending import short_ending
from bot.blocks.run_waiting import why
from bot.blocks.run_words import NO_WORKER, awaited, company, done_steps, host, position, rest, verdict
from bot.blocks.tenant_words import reading, tenant_line
from bot.blocks.words import RUN_MARKS, age, bar, code, said, size, state
from provisioning.control_plane.views import TenantView
from provisioning.domain.actor import Actor
from provisioning.domain.lockdown import is_fleet
from provisioning.domain.run import Run, RunKind, RunState
from provisioning.domain.tenant import Tenant, TenantState


def status_message(
    view: TenantView, *, now: datetime, worker_alive: bool, reader: Actor | None = None
) -> Message:
    """What is known of the tenant, its run, and what its reader can do with them."""
    blocks: list[Block] = []
    if view.tenant is not None:
        blocks += [section(tenant_line(view.tenant, view.access_url)), fields(_facts(view.tenant, view, now))]
    if view.run is not None and (view.run.state.is_open or view.tenant is None):
        blocks.append(section(_run_text(view.run, now, worker_alive=worker_alive)))
    if view.approval is not None:
        blocks.append(section(f"{question_line(view.approval)}\n{said(view.approval.reason, 300)}"))
    if buttons := _buttons(view, reader):
        blocks.append(actions(*buttons))
    return Message(_summary(view), tuple(blocks) or (section(_summary(view)),))


def run_line(run: Run, now: datetime) -> str:
    """One open run in two lines: what it is, and how far."""
    kind = {
        RunKind.PROVISION: "Provisioning",
        RunKind.VERIFY: "Verifying",
        RunKind.RESEND: "Sending mail of",
        RunKind.SUSPEND: "Suspending",
        RunKind.ACTIVATE: "Activating",
        RunKind.RESTORE: "Restoring",
        RunKind.IMPORT: "Importing",
        RunKind.REMOVE_ORPHAN: "Removing orphan",
        RunKind.ROTATE: "New credentials for",
        RunKind.REPAIR: "Repairing",
        RunKind.NOTIFY: "Notifying the admins of",
        RunKind.DEPROVISION: "Deprovisioning",
        RunKind.LOCKDOWN: "Lockdown of",
        RunKind.LIFT: "Lifting the lockdown of",
        RunKind.VERIFY_ALL: "Verifying",
        RunKind.FLEET: "A new schema for",
    }
    where = "" if is_fleet(run.subdomain) else f" ({code(run.subdomain)})"
    how_far = f"{bar(len(done_steps(run)), len(run.steps))} · {state(run.state)}, {position(run)}"
    return (
        f"{RUN_MARKS[run.state]} *{kind[run.kind]} {company(run, None)}*{where}\n"
        f"{how_far} · asked {age(run.created_at, now)}"
    )


def _summary(view: TenantView) -> str:
    if view.tenant is not None:
        told = f"{said(view.tenant.company_name, 300)} at {said(host(view.access_url), 100)} is {reading(view.tenant)}"
        return (
            f"{told}; {state(view.run.state)}, {position(view.run)}" if _open_run(view) and view.run else told
        )
    return (
        short_ending(view.run, None)
        if view.run and not view.run.state.is_open
        else "There is no such tenant."
    )


def _facts(tenant: Tenant, view: TenantView, now: datetime) -> list[str]:
    checked = view.last_verification
    found = {
        "Subdomain": code(tenant.subdomain),
        "Created": age(tenant.created_at, now),
        "Admin": f"{said(tenant.admin_name, 150)} ({said(tenant.admin_email, 200)})",
        "Last verification": f"{verdict(checked)}, {age(checked.finished_at or checked.created_at, now)}"
        if checked
        else "never",
        "Database": size(tenant.database_bytes)
        if tenant.database_bytes is not None
        else "size not known yet",
        "Schema": said(tenant.schema_version, 60) if tenant.schema_version else "none yet",
        "Region": said(tenant.region, 60) if tenant.region else "not known yet",
        "Tenant ID": code(str(tenant.tenant_id)),
    }
    if tenant.suspended_at is not None:
        by, why_so = said(tenant.suspended_by or "somebody", 150), said(tenant.suspended_reason or "?", 300)
        found["Suspended"] = f"{age(tenant.suspended_at, now)} by {by}: {why_so}"
    return [f"*{name}*\n{value}" for name, value in found.items()]


def _run_text(run: Run, now: datetime, *, worker_alive: bool) -> str:
    if not run.state.is_open:
        return f"{RUN_MARKS[run.state]} {short_ending(run, None)}"
    lines = [run_line(run, now)]
    if run.state is RunState.WAITING:
        lines.append(f"*Waiting for {awaited(run)}:* {why(run)}")
    elif not worker_alive:
        lines.append(f"⚠️ {NO_WORKER}")
    elif run.state is RunState.RUNNING:
        lines.append(f"{rest(run).capitalize()}.")
    return "\n".join(lines)


def _buttons(view: TenantView, reader: Actor | None) -> list[Element]:
    if view.approval is not None:
        return approval_buttons(view.approval, reader=reader)
    if view.run is not None and view.run.state.is_open:
        return decision_buttons(view.run)
    if view.run is not None and is_fleet(view.run.subdomain):
        return run_buttons(view.run, "")
    tenant = view.tenant
    if tenant is None or tenant.state in {TenantState.PROVISIONING, TenantState.DELETED}:
        return []
    if tenant.state is TenantState.SUSPENDED:
        return [
            button(TENANT_ACTIVATE, "Activate …", tenant.subdomain, style="primary"),
            button(TENANT_DEPROVISION, "Deprovision …", tenant.subdomain, style="danger"),
        ]
    return [
        link_button("Open tenant", view.access_url),
        button(TENANT_VERIFY, "Verify", tenant.subdomain),
        button(TENANT_RESEND, "Resend welcome e-mail", tenant.subdomain, confirm=_confirm_resend(tenant)),
        button(TENANT_SUSPEND, "Suspend …", tenant.subdomain, style="danger"),
    ]


def _confirm_resend(tenant: Tenant) -> dict[str, object]:
    return confirm(
        "Send the welcome e-mail again?",
        f"{said(tenant.admin_email, 120)} gets a new temporary password; the present one stops working.",
        yes="Send it again",
        no="Leave it",
    )


def _open_run(view: TenantView) -> bool:
    return view.run is not None and view.run.state.is_open
