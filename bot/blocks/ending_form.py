"""The questions before a tenant's end: which one, typed again, why, and how long it can be brought back; and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from bot.blocks import ids
from bot.blocks.kit import Block, Element, View, input_block, modal, option, plain, section
from bot.blocks.reason_form import reason_block
from bot.blocks.words import code, said
from provisioning.domain.approval import NOTIFY, REMOVE_ORPHAN, Approval
from provisioning.domain.duration import duration_words
from provisioning.domain.fleet import UPGRADE
from provisioning.domain.run import RunKind
from provisioning.domain.tenant import Tenant

_GRACES: Final = ("0", "24h", "7d", "14d", "30d")
_WHAT_HAPPENS: Final = (
    "A second person has to approve. Then the tenant is suspended at once; after the grace period its database is "
    "backed up, the backup is proved by restoring it, and only then the project is deleted, for good."
)


@dataclass(frozen=True)
class EndingValues:
    confirm: str
    reason: str
    grace: str
    confirm_project: str


def deprovision_form(tenant: Tenant, *, grace: timedelta) -> View:
    return modal(
        "Deprovision a tenant",
        [
            section(f"*{said(tenant.company_name, 300)}* ({code(tenant.subdomain)})\n{_WHAT_HAPPENS}"),
            input_block(
                "Type the subdomain",
                {"type": "plain_text_input", "action_id": ids.CONFIRM, "max_length": 60},
                block_id="confirm",
                hint=f"{tenant.subdomain}, to say that you mean this tenant.",
            ),
            *_confirm_project(tenant),
            reason_block(hint="The approver and the audit log see it."),
            input_block(
                "Grace period", _grace(grace), block_id="grace", hint="Until then one click brings it back."
            ),
        ],
        callback_id=ids.DEPROVISION_FORM,
        submit="Ask for approval",
        close="Cancel",
        private_metadata=tenant.subdomain,
    )


def _confirm_project(tenant: Tenant) -> list[Block]:
    """A tenant that was made by hand has a project that we did not name."""
    if not tenant.imported or tenant.project_ref is None:
        return []
    typed = {"type": "plain_text_input", "action_id": ids.CONFIRM_PROJECT, "max_length": 60}
    return [
        input_block(
            "Type the ref of its project",
            typed,
            block_id="confirm_project",
            hint=f"{tenant.project_ref}: the tenant was made by hand, and this project is deleted for good.",
        )
    ]


def read_ending(view: Mapping[str, Any]) -> EndingValues:
    values = (view.get("state") or {}).get("values") or {}
    entered = {name: element for block in values.values() for name, element in block.items()}
    chosen = entered.get(ids.GRACE, {}).get("selected_option") or {}
    return EndingValues(
        confirm=str(entered.get(ids.CONFIRM, {}).get("value") or ""),
        reason=str(entered.get(ids.REASON, {}).get("value") or ""),
        grace=str(chosen.get("value") or ""),
        confirm_project=str(entered.get(ids.CONFIRM_PROJECT, {}).get("value") or ""),
    )


def reject_form(approval: Approval) -> View:
    return modal(
        "Reject",
        [
            section(f"{_asked_for(approval)}, asked by {said(approval.requested_by, 150)}."),
            reason_block("Why not?", hint="Whoever asked sees it."),
        ],
        callback_id=ids.REJECT_FORM,
        submit="Reject",
        close="Cancel",
        private_metadata=approval.approval_id,
    )


def _asked_for(approval: Approval) -> str:
    what = {REMOVE_ORPHAN: "The removal", NOTIFY: "The notice"}.get(approval.action, "The end")
    fleet = {
        RunKind.LOCKDOWN.value: "A lockdown",
        RunKind.LIFT.value: "Lifting the lockdown",
        UPGRADE: "A schema for all",
    }
    return fleet.get(approval.action, f"{what} of {code(approval.subdomain)}")


def _grace(default: timedelta) -> Element:
    options = _options(default)
    return {
        "type": "static_select",
        "action_id": ids.GRACE,
        "options": [option(label, value) for value, label in options],
        "initial_option": option(options[0][1], options[0][0]),
        "placeholder": plain("Choose"),
    }


def _options(default: timedelta) -> Sequence[tuple[str, str]]:
    """The installation's own first; each as the door reads it, and as people do."""
    first = f"{int(default.total_seconds())}s"
    labels = {
        "0": "none: begin at once",
        "24h": "24 hours",
        "7d": "7 days",
        "14d": "14 days",
        "30d": "30 days",
    }
    usual = duration_words(default)
    return [
        (first, f"{usual} (usual)"),
        *((value, labels[value]) for value in _GRACES if labels[value] != usual),
    ]
