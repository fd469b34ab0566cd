"""The schema of all tenants as people see it: who is where, who has drifted, and the question before a new version."""

from collections.abc import Sequence
from typing import Any, Final

from bot.blocks import ids
from bot.blocks.kit import Block, Message, View, actions, button, confirm, context, modal, section
from bot.blocks.reason_form import reason_block
from bot.blocks.words import code, said
from provisioning.control_plane.upgrades import UpgradePlan
from provisioning.domain.approval import Approval
from provisioning.domain.counting import count
from provisioning.domain.drift import TenantDrift
from provisioning.domain.fleet import FleetStatus
from provisioning.domain.tenant import Tenant

_MOST_LINES: Final = 20
_MOST_NAMED: Final = 10
_MOST_FINDINGS: Final = 5
_MOST_STATEMENTS: Final = 15


def fleet_message(status: FleetStatus) -> Message:
    newest = code(status.newest)
    title = (
        f"{count(status.behind, 'tenant')} behind schema version {newest}"
        if status.behind
        else f"No tenant{' but the pinned' if status.pinned else ''} is behind schema version {newest}"
    )
    lines = [
        f"• {code(one.version) if one.version else 'no recorded version'}: {count(one.tenants, 'tenant')}"
        + (f", {one.pinned} pinned" if one.pinned else "")
        for one in status.versions[-_MOST_LINES:]
    ]
    blocks: list[Block] = [section(f"*{title}*\n" + ("\n".join(lines) or "There are no tenants yet."))]
    blocks += [section(f"*Pinned:* {_pinned(tenant)}") for tenant in status.pinned[:_MOST_NAMED]]
    run = status.run
    if run is not None and run.state.is_open:
        failed = [f"✗ {code(one.subdomain)}: {said(one.detail or '', 400)}" for one in status.failed[:5]]
        blocks.append(section("\n".join([f"{code(run.run_id)} is {run.state}.", *failed])))
    elif status.behind:
        blocks.append(actions(button(ids.FLEET_UPGRADE, "Upgrade …", ids.NO_VALUE, style="primary")))
    return Message(title, tuple(blocks))


def drift_message(found: Sequence[TenantDrift], *, all_seen: bool) -> Message:
    drifted = [one for one in found if not one.ok]
    title = f"{count(len(found), 'tenant')} looked at, {len(drifted)} differ from their version"
    blocks: list[Block] = [section(f"*{title}*")]
    blocks += [section(_drift_lines(one)) for one in drifted[:_MOST_NAMED]]
    hidden = len(drifted) - _MOST_NAMED
    hints = [
        *([f"{hidden} more of them are shown by `tenantbot fleet drift`."] if hidden > 0 else []),
        *([] if all_seen else ["The others took too long for Slack: `tenantbot fleet drift` looks at all."]),
    ]
    return Message(title, (*blocks, *([context(" ".join(hints))] if hints else [])))


def pinned_message(tenant: Tenant) -> Message:
    if tenant.pinned_reason is None:
        text = f"{code(tenant.subdomain)} goes with the next upgrade."
    else:
        text = f"{_pinned(tenant)}. Upgrades leave it out until it is unpinned."
    return Message(text, (section(text),))


def upgrade_form(plan: UpgradePlan) -> View:
    """What would be done, and the question why. A second person has to approve it."""
    blocks: list[Block] = [section(_outlook(plan))]
    statements = [
        f"{'⚠️' if one.may_destroy else '•'} {code(said(one.text, 150))}"
        for file in plan.files
        for one in file.statements
    ]
    shown = statements[:_MOST_STATEMENTS]
    if len(statements) > len(shown):
        shown.append(f"… and {len(statements) - len(shown)} more: `tenantbot fleet upgrade --dry-run`")
    if shown:
        blocks.append(section("\n".join(shown)))
    blocks.append(context(said(plan.trial, 600)))
    if not plan.tenants or not plan.ready:
        return modal("Schema of all tenants", blocks, callback_id=ids.NOTICE)
    blocks.append(reason_block(hint="The approver sees it."))
    return modal(
        "Schema of all tenants", blocks, callback_id=ids.FLEET_FORM, submit="Ask for approval", close="Cancel"
    )


def upgrade_facts(approval: Approval) -> str:
    """What an approver should know."""
    facts = approval.facts
    rings = ", then ".join(str(size) for size in facts["rings"] if size)
    files = ", ".join(code(said(str(name), 100)) for name in facts["files"][:5])
    statements = count(int(facts["statements"]), "statement")
    text = f"{count(int(facts['tenants']), 'tenant')}, in rings of {rings}. {files}, {statements}."
    if facts["destructive"]:
        told = "\n".join(f"⚠️ {code(said(str(one), 160))}" for one in facts["destructive"][:5])
        more = int(facts["destructive_total"]) - 5
        text += f"\nSomething may be lost; each tenant is backed up first, and that proved:\n{told}" + (
            f"\n… and {more} more" if more > 0 else ""
        )
    return f"{text}\nAnswer until {approval.expires_at:%Y-%m-%d %H:%M} UTC."


def upgrade_question(approval: Approval) -> dict[str, Any]:
    return confirm(
        "Upgrade all tenants?",
        f"{approval.facts['tenants']} tenants come to schema version {approval.facts['to']}, in rings. "
        "The first failure stops it.",
        yes="Upgrade",
        no="Not yet",
        style="danger" if approval.facts["destructive"] else None,
    )


def _outlook(plan: UpgradePlan) -> str:
    if not plan.tenants:
        return f"Every tenant that is not pinned has schema version {code(plan.to)}."
    rings = ", then ".join(str(size) for size in plan.rings.values() if size)
    left_out = f" {plan.pinned} pinned stay as they are." if plan.pinned else ""
    loss = (
        "\n⚠️ *Something may be lost by it*: each tenant is backed up first, and that proved."
        if plan.destructive
        else ""
    )
    return f"*{count(plan.tenants, 'tenant')}* to schema version {code(plan.to)}: {rings}.{left_out}{loss}"


def _pinned(tenant: Tenant) -> str:
    return (
        f"{code(tenant.subdomain)} stays at {code(tenant.schema_version or 'no version')}, "
        f"by {said(tenant.pinned_by or '', 150)}: {said(tenant.pinned_reason or '', 300)}"
    )


def _drift_lines(one: TenantDrift) -> str:
    if one.fault is not None:
        return f"*{code(one.subdomain)}* could not be looked at: {said(one.fault, 400)}"
    lines = [f"• {said(finding, 160)}" for finding in one.findings[:_MOST_FINDINGS]]
    if len(one.findings) > _MOST_FINDINGS:
        lines.append(f"• … and {len(one.findings) - _MOST_FINDINGS} more")
    return "\n".join([f"*{code(one.subdomain)}*", *lines])
