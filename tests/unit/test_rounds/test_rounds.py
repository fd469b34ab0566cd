"""A round: every tenant verified, nothing left behind, each turn told once, whatever crashes."""

from collections import Counter
from datetime import timedelta

import pytest

from provisioning.domain.round import ROUND, NoticeKind, pair_up
from provisioning.domain.run import RunKind, RunState
from provisioning.domain.tenant import TenantState
from provisioning.errors import Refused
from tests.fakes.fleet import add_tenant
from tests.fakes.world import OPERATOR, VIEWER, world_with
from tests.unit.test_rounds.rounds import DAILY, NAMES, Fleet


async def test_verifies_everybody_and_leaves_no_trace(fleet: Fleet) -> None:
    before = fleet.traces()
    run = await fleet.go_round()
    assert run.state is RunState.SUCCEEDED
    assert [step.detail for step in run.steps] == [
        "4 compared",
        "3 of 3 verified",
        "0 turned bad, 0 well again",
        "schemas are compared on schedule; `fleet drift` does it now",
    ]
    assert await fleet.verdicts(run.run_id) == dict.fromkeys(NAMES, "verified")
    assert fleet.traces() == before


async def test_keeps_the_newest_verifications_of_each() -> None:
    fleet = await Fleet(world_with(verify_keep=3)).provision(("alpha", "bravo"))
    for _ in range(5):
        await fleet.go_round()
    history = await fleet.world.control.rounds.history(VIEWER, "alpha")
    assert len(history) == 3
    assert {check.name for check in history[0].checks} >= {"login", "foreign_token", "file_upload"}


async def test_whoever_turns_bad_is_told_once_and_once_more_when_well(fleet: Fleet) -> None:
    fleet.break_logins("bravo")
    for _ in range(3):
        run = await fleet.go_round()
        assert run.state is RunState.SUCCEEDED
        assert run.steps[1].detail == "2 of 3 verified; not: bravo"
        assert [check.name for check in run.checklist if check.failed] == ["tenants", "bravo"]
    (bad,) = fleet.notices(NoticeKind.UNWELL)
    assert [one.subdomain for one in bad.tenants] == ["bravo"]
    async with fleet.world.records.transaction() as tx:
        bravo = await tx.tenants.find("bravo")
    assert bravo is not None
    assert bravo.state is TenantState.UNVERIFIED
    fleet.mend("bravo")
    for _ in range(2):
        await fleet.go_round()
    (well,) = fleet.notices(NoticeKind.WELL)
    assert [one.subdomain for one in well.tenants] == ["bravo"]


async def test_whoever_fails_is_looked_at_again_before_anybody_is_told(fleet: Fleet) -> None:
    """What was weather has passed by the end of the round."""
    fleet.world.app.silent = {"bravo"}

    async def recover() -> None:
        fleet.world.app.silent = set()

    for _ in range(2):  # the first look at bravo is over when another tenant's file is looked at
        fleet.world.wire.once_before("app.upload", _nothing)
    fleet.world.wire.once_before("database.remove_user", _nothing)
    fleet.world.wire.once_before("database.remove_user", _nothing)
    fleet.world.wire.once_before("database.remove_user", recover)
    run = await fleet.go_round()
    assert run.steps[1].detail == "3 of 3 verified"
    assert fleet.notices(NoticeKind.UNWELL) == []


async def _nothing() -> None:
    """It goes on."""


async def test_suspended_tenants_and_those_at_work_are_left_alone(fleet: Fleet) -> None:
    async with fleet.world.records.transaction() as tx:
        await tx.tenants.suspend("alpha", reason="not paid", by="somebody")
    await fleet.world.control.requests.verify(OPERATOR, "bravo")
    run = await fleet.go_round()
    assert await fleet.verdicts(run.run_id) == {"carol": "verified"}


async def test_a_tenant_without_a_database_of_ours_has_failed(fleet: Fleet) -> None:
    await add_tenant(fleet.world, "handmade")
    run = await fleet.go_round()
    assert run.steps[1].detail == "3 of 4 verified; not: handmade"


async def test_a_round_that_is_under_way_goes_on(fleet: Fleet) -> None:
    first = await fleet.begin()
    again = await fleet.world.control.rounds.start(OPERATOR)
    assert (again.run.run_id, again.continued) == (first, True)


async def test_a_lockdown_does_not_wait_for_a_round(fleet: Fleet) -> None:
    await fleet.begin()
    answer = await fleet.world.control.lockdowns.request(OPERATOR, reason="a leak")
    assert answer.subdomain == "*"  # type: ignore[union-attr]  # a question


async def test_a_viewer_starts_no_round(fleet: Fleet) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await fleet.world.control.rounds.start(VIEWER)


async def test_the_clock_starts_one_round_a_little_later(fleet: Fleet) -> None:
    clock, control = fleet.world.clock, fleet.world.control
    await clock.sleep(timedelta(days=3).total_seconds())
    assert [await control.schedules.tick(DAILY) for _ in range(3)] == [True, False, False]
    async with fleet.world.records.transaction() as tx:
        run = await tx.runs.find_open(ROUND)
    assert run is not None
    assert run.run_id == "verify_all-2026-12-04T0300"
    begins = fleet.world.records.tables.legs[run.run_id]["at"]
    assert timedelta(0) <= begins - clock.now() < fleet.world.policy.verify_jitter
    await fleet.worker.look_again(run.run_id)
    assert fleet.worker.run(run.run_id).state is RunState.SUCCEEDED


async def test_the_clock_starts_no_second_round(fleet: Fleet) -> None:
    await fleet.begin()
    await fleet.world.clock.sleep(timedelta(days=3).total_seconds())
    assert await fleet.world.control.schedules.tick(DAILY)
    rounds = [row for row in fleet.world.records.tables.runs.values() if row["kind"] is RunKind.VERIFY_ALL]
    assert len(rounds) == 1


async def test_killed_after_any_effect_it_ends_with_everybody_verified_once() -> None:
    fleet = await Fleet().provision(("alpha", "bravo"))
    fleet.break_logins("bravo")
    before = len(fleet.world.wire.calls)
    await fleet.go_round()
    effects = len(fleet.world.wire.calls) - before
    assert effects > 30
    for number in range(1, effects + 1, 3):
        fleet = await Fleet().provision(("alpha", "bravo"))
        fleet.break_logins("bravo")
        untouched = fleet.traces()
        run_id = await fleet.begin()
        fleet.world.wire.cut_after(number)
        await fleet.worker.is_killed_in(run_id)
        await fleet.worker.enter(run_id)
        assert fleet.worker.run(run_id).state is RunState.SUCCEEDED, f"killed after {number}"
        assert fleet.traces() == untouched, f"killed after {number}"
        async with fleet.world.records.transaction() as tx:
            kept = Counter(one.subdomain for one in await tx.verifications.of_run(run_id))
        assert kept == {"alpha": 1, "bravo": 1}, f"killed after {number}"
        assert len(fleet.notices(NoticeKind.UNWELL)) == 1, f"killed after {number}"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 9])
def test_everybody_has_a_partner_and_is_one(count: int) -> None:
    names = [f"tenant-{number}" for number in range(count)]
    partners = pair_up(names, seed="a")
    if count < 2:
        assert partners == {}
        return
    assert {*partners} == {*names}
    assert all(one != other for one, other in partners.items())
    both_ways = [one for one, other in partners.items() if partners[other] == one]
    assert len(both_ways) == count - count % 2


def test_partners_change_from_round_to_round() -> None:
    names = [f"tenant-{number}" for number in range(20)]
    assert pair_up(names, seed="a") != pair_up(names, seed="b")
