"""What the audit log tells of a tenant: in which state it must be, as far as its rows say so."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from provisioning.deprovision.pipeline import POINT_OF_NO_RETURN
from provisioning.domain.run import RunKind, RunState
from provisioning.domain.tenant import TenantState

States = frozenset[TenantState | None]

_SUCCEEDED: Final[Mapping[RunKind, States]] = {
    RunKind.PROVISION: frozenset({TenantState.VERIFIED}),
    RunKind.SUSPEND: frozenset({TenantState.SUSPENDED}),
    RunKind.ACTIVATE: frozenset({TenantState.VERIFIED}),
    RunKind.DEPROVISION: frozenset({TenantState.DELETED}),
}
ON_THE_WAY: Final[Mapping[RunKind, States]] = {
    RunKind.PROVISION: frozenset({TenantState.PROVISIONING, TenantState.UNVERIFIED, TenantState.VERIFIED}),
    RunKind.SUSPEND: frozenset({TenantState.SUSPENDED}),
    RunKind.ACTIVATE: frozenset({TenantState.UNVERIFIED, TenantState.VERIFIED}),
    RunKind.DEPROVISION: frozenset({TenantState.SUSPENDED, TenantState.DELETED}),
}
"""What a run that has not succeeded may have come to."""


def told(rows: Sequence[Mapping[str, Any]]) -> States:
    """The states that fit all rows about one tenant; None stands for no tenant. Runs at rest leave one in most cases."""
    states: States = frozenset({None})
    for row in rows:
        name, _, what = row["action"].partition(".")
        if name in set(RunKind) and what:
            states = _after(states, RunKind(name), what, row)
    return states


def _after(states: States, kind: RunKind, what: str, row: Mapping[str, Any]) -> States:
    cancelled = what == RunState.CANCELLED or (
        what == "cancel" and row["details"]["state"] == RunState.CANCELLED
    )
    if what == RunState.SUCCEEDED:
        return _SUCCEEDED[kind]
    if kind is RunKind.PROVISION:
        if cancelled or what == RunState.ROLLED_BACK:
            return frozenset({None})
        if what == RunState.WAITING:
            return ON_THE_WAY[kind]
        return states if None not in states else frozenset({TenantState.PROVISIONING})
    if kind is RunKind.DEPROVISION and what == RunState.WAITING:
        return _after_wait(states, row)
    return states | ON_THE_WAY[kind] if cancelled or what == RunState.WAITING else states


def _after_wait(states: States, row: Mapping[str, Any]) -> States:
    """The first step suspends, the fifth deletes the project, the sixth makes the tombstone."""
    step = row["details"].get("step", 2)
    if step == 1:
        return states | {TenantState.SUSPENDED}
    if step <= POINT_OF_NO_RETURN:
        return frozenset({TenantState.SUSPENDED})
    return (
        ON_THE_WAY[RunKind.DEPROVISION]
        if step == POINT_OF_NO_RETURN + 1
        else frozenset({TenantState.DELETED})
    )
