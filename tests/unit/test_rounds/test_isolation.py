"""A planted cross-wiring is found in one round, raises one alarm, and the alarm is closed when it is found no more."""

from provisioning.domain.round import How, NoticeKind
from provisioning.domain.run import RunState
from tests.unit.test_rounds.rounds import Fleet


async def test_two_tenants_served_from_one_database_are_found(fleet: Fleet) -> None:
    fleet.cross("bravo", "alpha")
    run = await fleet.go_round()
    assert run.state is RunState.SUCCEEDED
    (alarm,) = fleet.notices(NoticeKind.LEAK)
    assert {(one.how, *sorted((one.subdomain, one.other))) for one in alarm.leaks} == {
        (How.SHARED_DATABASE, "alpha", "bravo"),
        (How.WRONG_DATABASE, "", "bravo"),
    }
    assert alarm.closed_at is None


async def test_tokens_that_are_accepted_elsewhere_are_found_in_both_directions() -> None:
    fleet = await Fleet().provision(("alpha", "bravo"))
    fleet.world.app.habits.leaks = True
    await fleet.go_round()
    (alarm,) = fleet.notices(NoticeKind.LEAK)
    assert {(one.subdomain, one.other, one.how) for one in alarm.leaks} == {
        ("alpha", "bravo", How.FOREIGN_TOKEN),
        ("bravo", "alpha", How.FOREIGN_TOKEN),
    }


async def test_credentials_of_ours_that_open_one_database_are_found(fleet: Fleet) -> None:
    tables = fleet.world.records.tables
    rows = {row["subdomain"]: (key, row) for key, row in tables.tenants.items()}
    (_, alpha), (key, carol) = rows["alpha"], rows["carol"]
    sealed = fleet.world.vault.open(alpha["project_password"], subdomain="alpha", field="project_password")
    password = fleet.world.vault.seal(sealed, subdomain="carol", field="project_password")
    tables.tenants[key] = {**carol, "address": alpha["address"], "project_password": password}
    await fleet.go_round()
    (alarm,) = fleet.notices(NoticeKind.LEAK)
    shared = [one for one in alarm.leaks if one.how is How.SHARED_DATABASE]
    assert [(one.subdomain, one.other) for one in shared] == [("alpha", "carol")]
    assert "Our own credentials" in shared[0].told


async def test_one_alarm_stands_until_a_round_finds_nothing(fleet: Fleet) -> None:
    fleet.world.app.habits.leaks = True
    for _ in range(3):
        await fleet.go_round()
    (alarm,) = fleet.notices(NoticeKind.LEAK)
    assert alarm.closed_at is None
    fleet.world.app.habits.leaks = False
    run = await fleet.go_round()
    assert (run.steps[2].detail or "").endswith("kept apart again")
    (alarm,) = fleet.notices(NoticeKind.LEAK)
    assert alarm.closed_at is not None
    fleet.world.app.habits.leaks = True
    await fleet.go_round()
    assert len(fleet.notices(NoticeKind.LEAK)) == 2


async def test_every_finding_is_audited(fleet: Fleet) -> None:
    fleet.cross("bravo", "alpha")
    await fleet.go_round()
    entries = fleet.audited("isolation.leak")
    (alarm,) = fleet.notices(NoticeKind.LEAK)
    assert [entry["reason"] for entry in entries] == [one.told for one in alarm.leaks]


async def test_a_healthy_fleet_raises_no_alarm(fleet: Fleet) -> None:
    await fleet.go_round()
    assert fleet.notices(NoticeKind.LEAK) == []
    assert fleet.audited("isolation.leak") == []


async def test_a_tenant_that_is_silent_is_no_leak(fleet: Fleet) -> None:
    fleet.world.app.silent = {"alpha"}
    run = await fleet.go_round()
    assert "not: alpha" in (run.steps[1].detail or "")
    assert fleet.notices(NoticeKind.LEAK) == []


async def test_without_a_platform_the_rest_is_looked_at(fleet: Fleet) -> None:
    fleet.world.platform.publishes = False
    run = await fleet.go_round()
    assert run.steps[0].detail == "skipped: PLATFORM_REGISTRY is none"
    assert run.steps[1].detail == "3 of 3 verified"
