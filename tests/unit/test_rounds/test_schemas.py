"""Drift on schedule: told once, kept up to date, and over when nobody differs any more."""

from datetime import timedelta

from provisioning.domain.round import ROUND, Notice, NoticeKind
from provisioning.domain.run import Run, RunState
from tests.unit.test_rounds.rounds import DAILY, NAMES, Fleet


async def go_nightly_round(fleet: Fleet) -> Run:
    await fleet.world.clock.sleep(timedelta(days=1, hours=1).total_seconds())
    assert await fleet.world.control.schedules.tick(DAILY)
    async with fleet.world.records.transaction() as tx:
        run = await tx.runs.find_open(ROUND)
    assert run is not None
    await fleet.worker.look_again(run.run_id)
    assert fleet.worker.run(run.run_id).state is RunState.SUCCEEDED
    return fleet.worker.run(run.run_id)


def change_by_hand(fleet: Fleet, name: str, **columns: str) -> None:
    _, *projects = fleet.world.projects.made  # first its neighbour
    projects[NAMES.index(name)].database.columns = {
        f"public.products.{column}": kind for column, kind in columns.items()
    }


def told(fleet: Fleet) -> list[Notice]:
    return fleet.notices(NoticeKind.DRIFT)


async def test_a_round_by_hand_compares_no_schemas(fleet: Fleet) -> None:
    change_by_hand(fleet, "bravo", note="text")
    run = await fleet.go_round()
    assert run.steps[3].detail == "schemas are compared on schedule; `fleet drift` does it now"
    assert told(fleet) == []


async def test_a_column_added_by_hand_is_told_once_as_exactly_that(fleet: Fleet) -> None:
    change_by_hand(fleet, "bravo", note="text")
    for _ in range(2):
        run = await go_nightly_round(fleet)
        assert run.steps[3].detail == "3 compared, 1 drifted"
    (notice,) = told(fleet)
    (bravo,) = notice.tenants
    assert bravo.subdomain == "bravo"
    assert bravo.verdict.startswith("products.note text: not in version ")


async def test_the_notice_is_kept_up_to_date_and_closed_in_the_end(fleet: Fleet) -> None:
    change_by_hand(fleet, "bravo", a="text", b="text", c="text", d="text")
    await go_nightly_round(fleet)
    change_by_hand(fleet, "alpha", note="text")
    await go_nightly_round(fleet)
    (notice,) = told(fleet)
    assert [one.subdomain for one in notice.tenants] == ["alpha", "bravo"]
    assert notice.tenants[1].verdict.endswith("; and 1 more")
    for name in ("alpha", "bravo"):
        change_by_hand(fleet, name)
    await go_nightly_round(fleet)
    (over,) = told(fleet)
    assert over.closed_at is not None
    change_by_hand(fleet, "carol", note="text")
    await go_nightly_round(fleet)
    assert len(told(fleet)) == 2


async def test_nobody_is_told_of_a_tenant_that_could_not_be_looked_at(fleet: Fleet) -> None:
    fleet.world.trials.refuses = {"20261124000001": "no such server"}
    run = await go_nightly_round(fleet)
    assert run.steps[3].detail is not None
    assert run.steps[3].detail.startswith("0 compared, 0 drifted; not looked at: alpha")
    assert told(fleet) == []
