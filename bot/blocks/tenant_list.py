"""Many tenants: the fleet in numbers with its open runs, and the list to search and leaf through."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.blocks.ids import LIST_PAGE, MENU_PROVISION, NO_VALUE, TENANT_STATUS
from bot.blocks.kit import Block, Element, Message, actions, button, context, section
from bot.blocks.lockdown import lockdown_banner
from bot.blocks.menu import menu_buttons
from bot.blocks.run_words import NO_WORKER
from bot.blocks.tenant_status import run_line
from bot.blocks.tenant_words import tenant_line
from bot.blocks.words import TENANT_MARKS, code, on_day
from provisioning.control_plane.views import FleetView
from provisioning.domain.counting import count
from provisioning.domain.run import Run
from provisioning.domain.tenant import BEING_MADE, Tenant, TenantState

_MOST_RUNS: Final = 10
_NAMES: Final = {TenantState.PROVISIONING: BEING_MADE}


def overview_message(fleet: FleetView, *, now: datetime) -> Message:
    numbers = fleet_numbers(fleet.tenants)
    blocks: list[Block] = [
        *lockdown_banner(fleet.lockdown),
        section(f"*Tenants*\n{numbers}"),
        *worker_warning(fleet),
    ]
    if fleet.open_runs:
        blocks += [section(f"*Open runs* ({len(fleet.open_runs)})"), *_runs(fleet.open_runs, now)]
    else:
        blocks.append(section("No run is open."))
    blocks.append(actions(*menu_buttons()))
    alarm = "LOCKDOWN; " if fleet.lockdown else ""
    return Message(f"{alarm}{numbers.rstrip('.')}; {count(len(fleet.open_runs), 'open run')}", tuple(blocks))


def list_message(
    tenants: Sequence[tuple[Tenant, str]], total: int, text: str, page: int, *, page_size: int
) -> Message:
    """A page of tenants, each with its address. `text` is what was searched for; pages count from 1."""
    if not tenants:
        return _empty(text)
    first = (page - 1) * page_size + 1
    last = first + len(tenants) - 1
    title = f"Tenants {first}–{last} of {total}" + (f" with {code(text[:100])}" if text else "")
    blocks: list[Block] = [
        section(f"*{title}*", accessory=_turn("Previous", text, page - 1) if page > 1 else None),
        *(_row(tenant, url) for tenant, url in tenants),
    ]
    if last < total:
        blocks.append(section(f"{total - last} more", accessory=_turn("Next", text, page + 1)))
    return Message(title, tuple(blocks))


def fleet_numbers(tenants: Mapping[TenantState, int]) -> str:
    """`✅ 12 verified · ⚠️ 1 unverified`; what there is none of is not named."""
    parts = [
        f"{TENANT_MARKS[state]} {tenants[state]} {_NAMES.get(state, state)}"
        for state in TenantState
        if tenants.get(state, 0)
    ]
    return " · ".join(parts) or "There are no tenants yet."


def worker_warning(fleet: FleetView) -> list[Block]:
    """Nobody works: that matters to everyone who waits for a run."""
    return [] if fleet.worker_alive else [section(f"⚠️ {NO_WORKER}")]


def _runs(runs: Sequence[Run], now: datetime) -> list[Block]:
    shown = [
        section(run_line(run, now), accessory=button(TENANT_STATUS, "Status", run.subdomain))
        for run in runs[:_MOST_RUNS]
    ]
    hidden = len(runs) - _MOST_RUNS
    return shown + ([context(f"{count(hidden, 'run')} more")] if hidden > 0 else [])


def _row(tenant: Tenant, access_url: str) -> Block:
    text = f"{tenant_line(tenant, access_url)} · since {on_day(tenant.created_at)}"
    return section(text, accessory=button(TENANT_STATUS, "Status", tenant.subdomain))


def _turn(label: str, text: str, page: int) -> Element:
    return button(LIST_PAGE, label, json.dumps({"text": text[:200], "page": page}))


def _empty(text: str) -> Message:
    if text:
        told = f"No tenant has {code(text[:100])} in its name, its subdomain or its admin's address."
        return Message(
            told, (section(told), actions(button(LIST_PAGE, "Show all", json.dumps({"text": "", "page": 1}))))
        )
    told = "There are no tenants yet."
    first = button(MENU_PROVISION, "Provision the first one", NO_VALUE, style="primary")
    return Message(told, (section(told), actions(first)))
