"""The schema of all tenants: who is where, who has drifted, the question before a new version, its run's thread."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blocks.approval_card import approval_card
from bot.blocks.decided import approved_message
from bot.blocks.fleet import drift_message, fleet_message, pinned_message, upgrade_form
from bot.blocks.run_ending import ending
from bot.blocks.run_progress import root_message
from provisioning.control_plane.upgrades import UpgradePlan
from provisioning.domain.approval import NO_TENANT, Approval, ApprovalId, ApprovalState
from provisioning.domain.drift import TenantDrift
from provisioning.domain.fleet import UPGRADE, AtVersion, FleetStatus, Member, MemberState
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import RunKind, RunState
from provisioning.domain.schema_change import PlannedFile, PlannedStatement
from provisioning.domain.tenant import Tenant
from tests.block_kit import check_message, check_view, words_of
from tests.unit.test_blocks.samples import NOW, TENANT, a_failed_run, a_run

OLD, NEW = "20261124000001", "20261125000001"
HOSTILE = "<!channel> *R&D* `x`"
PINNED = replace(TENANT, schema_version=OLD, pinned_reason=HOSTILE, pinned_by="Ada (slack)")
STATUS = FleetStatus(
    NEW, (AtVersion(OLD, 3, 1), AtVersion(NEW, 40, 0), AtVersion(None, 1, 0)), (PINNED,), None, ()
)
LOSES = PlannedFile(
    NEW,
    "less",
    (
        PlannedStatement("alter table products drop column note", 2, may_destroy=True),
        *(
            PlannedStatement(f"comment on table t{index} is '{HOSTILE * 9}'", index, may_destroy=False)
            for index in range(90)
        ),
    ),
)
PLAN = UpgradePlan(
    NEW, (LOSES,), {1: 1, 2: 5, 3: 44}, 1, 0, "It can be applied to an empty database.", ready=True
)
ASKED = Approval(
    ApprovalId("approval-1"), UPGRADE, FLEET, NO_TENANT, {"reason": HOSTILE}, "hash", "files", ApprovalState.PENDING,
    "Ada", "slack:U0ADA000001", NOW, NOW + timedelta(hours=24),
    facts={
        "to": NEW, "tenants": 50, "rings": [1, 5, 44], "statements": 91, "files": [LOSES.label],
        "destructive": ["less.sql, line 2: alter table products drop column note"] * 10, "destructive_total": 12,
    },
)  # fmt: skip


def test_who_is_where_offers_an_upgrade_to_those_behind() -> None:
    message = fleet_message(STATUS)
    check_message(message)
    said = words_of(message)
    assert f"2 tenants behind schema version `{NEW}`" in said
    assert "3 tenants, 1 pinned" in said
    assert "no recorded version" in said
    assert "Upgrade …" in said


@pytest.mark.parametrize(
    ("pinned", "title"),
    [
        ((), f"No tenant is behind schema version `{NEW}`"),
        ((PINNED,), f"No tenant but the pinned is behind schema version `{NEW}`"),
    ],
)
def test_that_nobody_is_behind_is_said_plainly(pinned: tuple[Tenant, ...], title: str) -> None:
    message = fleet_message(FleetStatus(NEW, (AtVersion(NEW, 40, 0),), pinned, None, ()))
    check_message(message)
    assert message.text == title


def test_nobody_behind_offers_nothing() -> None:
    message = fleet_message(replace(STATUS, versions=(AtVersion(NEW, 40, 0),), pinned=()))
    check_message(message)
    assert "Upgrade" not in words_of(message)


def test_an_upgrade_that_waits_names_who_failed() -> None:
    member = Member("customerinc", 2, OLD, MemberState.FAILED, HOSTILE)
    run = replace(a_failed_run(), kind=RunKind.FLEET, subdomain=FLEET)
    message = fleet_message(replace(STATUS, run=run, failed=(member,)))
    check_message(message)
    assert "✗ `customerinc`" in words_of(message)


def test_drift_is_cut_to_what_slack_takes_and_says_so() -> None:
    findings = tuple(f"products.note{index} {HOSTILE}: not in version {OLD}" for index in range(60))
    found = [TenantDrift(f"tenant-{index}", OLD, findings) for index in range(60)]
    message = drift_message([*found, TenantDrift("away", None, fault=HOSTILE)], all_seen=False)
    check_message(message)
    said = words_of(message)
    assert "61 tenants looked at, 61 differ" in said
    assert "… and 55 more" in said
    assert "`tenantbot fleet drift` looks at all" in said


def test_the_form_shows_what_may_be_lost_before_it_asks_why() -> None:
    view = upgrade_form(PLAN)
    check_view(view)
    assert "Something may be lost by it" in words_of(view)
    assert "… and 76 more" in words_of(view)


def test_the_form_asks_nothing_where_there_is_nothing_to_do() -> None:
    for plan in (replace(PLAN, rings={1: 0, 2: 0, 3: 0}, files=()), replace(PLAN, ready=False)):
        view = upgrade_form(plan)
        check_view(view)
        assert "submit" not in view


def test_the_card_names_what_may_be_lost() -> None:
    card = approval_card(ASKED, now=NOW, iteration=0)
    check_message(card)
    said = words_of(card)
    assert f"asks to bring *schema version {NEW}* to all tenants" in said
    assert "in rings of 1, then 5, then 44" in said
    assert "… and 7 more" in said
    check_message(approved_message(replace(ASKED, state=ApprovalState.APPROVED), "C0OPS000001"))


def test_a_pin_is_told() -> None:
    for tenant in (PINNED, TENANT):
        check_message(pinned_message(tenant))


def test_its_thread_names_the_version_and_how_it_ended() -> None:
    run = replace(a_run(), kind=RunKind.FLEET, subdomain=FLEET, request={"to": NEW})
    check_message(root_message(run, None, "", now=NOW, worker_alive=True, monthly_cost=10.0, iteration=0))
    done = replace(run, state=RunState.SUCCEEDED)
    assert ending(done, None, "").startswith(f"Schema version {NEW}")
    rings = tuple(
        replace(step, detail=told)
        for step, told in zip(done.steps, ("6 tenants: 1, 1, 4", "1 upgraded", "5 upgraded"), strict=False)
    )
    assert ending(replace(done, steps=rings), None, "").endswith(", in rings: 1 upgraded, then 5 upgraded.")
    assert "stay so" in ending(replace(run, state=RunState.CANCELLED), None, "")
