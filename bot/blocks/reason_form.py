"""The question why: asked before a tenant is switched off or on, because the audit log keeps the answer."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from bot.blocks import ids
from bot.blocks.kit import Block, Element, View, input_block, modal, section
from bot.blocks.words import code
from provisioning.domain.run import RunKind

_TITLES = {RunKind.SUSPEND: "Suspend a tenant", RunKind.ACTIVATE: "Activate a tenant"}
_EFFECTS = {
    RunKind.SUSPEND: "Nobody gets into {tenant} any more: logins and live sessions are refused, and that is proved. "
    "Its data stay, and it can be activated again at any time.",
    RunKind.ACTIVATE: "{tenant} is switched on again, and its access is checked.",
}
_BUTTONS = {RunKind.SUSPEND: "Suspend", RunKind.ACTIVATE: "Activate"}
_MOST_TYPED = 500


@dataclass(frozen=True)
class Switch:
    """What the form asks about."""

    kind: RunKind
    subdomain: str

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_view(cls, view: Mapping[str, Any]) -> Self:
        data = json.loads(str(view.get("private_metadata") or "{}"))
        return cls(RunKind(data["kind"]), str(data["subdomain"]))


def reason_form(switch: Switch, *, reason: str = "") -> View:
    return modal(
        _TITLES[switch.kind],
        [
            section(_EFFECTS[switch.kind].format(tenant=code(switch.subdomain))),
            reason_block(hint="The audit log keeps it.", reason=reason),
        ],
        callback_id=ids.REASON_FORM,
        submit=_BUTTONS[switch.kind],
        close="Cancel",
        private_metadata=switch.to_json(),
    )


def reason_block(label: str = "Why?", *, hint: str, reason: str = "") -> Block:
    """The input that `read_reason` reads, in whatever form it stands."""
    element: Element = {
        "type": "plain_text_input",
        "action_id": ids.REASON,
        "multiline": True,
        "max_length": _MOST_TYPED,
    }
    if reason:
        element["initial_value"] = reason[:_MOST_TYPED]
    return input_block(label, element, block_id="reason", hint=hint)


def read_reason(view: Mapping[str, Any]) -> str:
    values = (view.get("state") or {}).get("values") or {}
    return str((values.get("reason") or {}).get(ids.REASON, {}).get("value") or "")
