"""The Home tab: the fleet, what waits for the person who looks, and what is under way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.blocks.approval_card import approval_buttons, question_line
from bot.blocks.ids import HOME_REFRESH, MENU_LIST, MENU_PROVISION, NO_VALUE, TENANT_STATUS
from bot.blocks.kit import Block, View, actions, button, context, divider, header, section
from bot.blocks.lockdown import lockdown_banner
from bot.blocks.run_buttons import decision_buttons
from bot.blocks.run_ending import short_ending
from bot.blocks.run_waiting import why
from bot.blocks.run_words import waits_for
from bot.blocks.tenant_list import fleet_numbers, worker_warning
from bot.blocks.tenant_status import run_line
from bot.blocks.tenant_words import tenant_line
from bot.blocks.words import RUN_MARKS, age, at_moment, at_time, said
from provisioning.control_plane.views import FleetView
from provisioning.domain.approval import Approval
from provisioning.domain.run import Run
from provisioning.domain.tenant import Tenant

_MOST: Final = 10


def home_view(
    fleet: FleetView,
    mine: Sequence[Run],
    tenants: Sequence[tuple[Tenant, str]] = (),
    *,
    questions: Sequence[Approval] = (),
    may_approve: bool = False,
    user_id: str,
    now: datetime,
) -> View:
    """`questions` wait for an approver, `mine` are the latest runs that this person asked for.

    `tenants` are the newest ones, with their addresses.
    """
    waiting = [run for run in _once([*fleet.open_runs, *mine]) if waits_for(run, user_id)]
    others = [run for run in fleet.open_runs if run not in waiting]
    to_answer = [one for one in questions if may_approve and one.origin.get("user") != user_id]
    to_await = [one for one in questions if one not in to_answer]
    ended = [run for run in mine if not run.state.is_open]
    blocks: list[Block] = [
        header("Tenants"),
        *lockdown_banner(fleet.lockdown),
        section(fleet_numbers(fleet.tenants)),
        *worker_warning(fleet),
        _buttons(),
        *_part("To approve", [_question(one, now) for one in to_answer[:_MOST]], len(to_answer)),
        *_part("Waiting for you", [_waiting_run(run, now) for run in waiting[:_MOST]], len(waiting)),
        *_part("Waiting for an approver", [[_asked(one, now)] for one in to_await[:_MOST]], len(to_await)),
        *_part("Open runs", [[_open_run(run, now)] for run in others[:_MOST]], len(others)),
        *_part("Your latest runs", [[_ended_run(run, now)] for run in ended[:_MOST]], len(ended)),
        *_part("Newest tenants", [[_tenant(*one)] for one in tenants[:_MOST]], len(tenants)),
        context(f"As of {at_time(now)}"),
    ]
    return _home(*blocks)


def home_trouble(text: str) -> View:
    return _home(header("Tenants"), section(f"⚠️ {said(text, 2500)}"), _refresh())


def home_refused(text: str) -> View:
    return _home(header("Tenants"), section(f"🚫 {said(text, 2500)}"), _refresh())


def _part(title: str, rows: Sequence[Sequence[Block]], of: int) -> list[Block]:
    """A part with nothing in it is not there."""
    if not rows:
        return []
    blocks = [divider(), header(title), *(block for row in rows for block in row)]
    return blocks + ([context(f"{of - len(rows)} more")] if of > len(rows) else [])


def _question(approval: Approval, now: datetime) -> list[Block]:
    return [_asked(approval, now), actions(*approval_buttons(approval))]


def _asked(approval: Approval, now: datetime) -> Block:
    """Who asks for what, and why, in two lines."""
    until = f"answer until {at_moment(approval.expires_at)}"
    return section(
        f"{question_line(approval)}\n{said(approval.reason, 300)} · asked {age(approval.created_at, now)}, {until}"
    )


def _waiting_run(run: Run, now: datetime) -> list[Block]:
    return [section(f"{run_line(run, now)}\n{why(run)}"), actions(*decision_buttons(run))]


def _open_run(run: Run, now: datetime) -> Block:
    return section(run_line(run, now), accessory=button(TENANT_STATUS, "Status", run.subdomain))


def _ended_run(run: Run, now: datetime) -> Block:
    when = age(run.finished_at or run.created_at, now)
    return section(f"{RUN_MARKS[run.state]} {short_ending(run, None)} _{when}_")


def _tenant(tenant: Tenant, access_url: str) -> Block:
    return section(
        tenant_line(tenant, access_url), accessory=button(TENANT_STATUS, "Status", tenant.subdomain)
    )


def _buttons() -> Block:
    return actions(
        button(MENU_PROVISION, "Provision a tenant", NO_VALUE, style="primary"),
        button(MENU_LIST, "All tenants", NO_VALUE),
        button(HOME_REFRESH, "Refresh", NO_VALUE),
    )


def _refresh() -> Block:
    return actions(button(HOME_REFRESH, "Try again", NO_VALUE))


def _home(*blocks: Block) -> View:
    return {"type": "home", "blocks": list(blocks)}


def _once(runs: Sequence[Run]) -> list[Run]:
    return list({run.run_id: run for run in runs}.values())
