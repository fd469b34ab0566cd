"""The Home tab."""

from collections.abc import Sequence
from dataclasses import replace

from bot.blocks.home import home_refused, home_trouble, home_view
from bot.blocks.kit import View
from provisioning.control_plane.views import FleetView
from provisioning.domain.run import Run, RunId, WaitingFor
from provisioning.domain.tenant import Tenant, TenantState
from tests.block_kit import buttons_of, check_view, elements_of, words_of
from tests.unit.test_blocks.samples import (
    ASKED_BY,
    NOW,
    RUN_ID,
    TENANT,
    URL,
    a_failed_run,
    a_run,
    a_verified_run,
)

FLEET = FleetView({TenantState.VERIFIED: 12}, (), worker_alive=True)


def draw(
    fleet: FleetView = FLEET,
    mine: Sequence[Run] = (),
    tenants: Sequence[tuple[Tenant, str]] = (),
    *,
    user_id: str = ASKED_BY,
) -> View:
    view = home_view(fleet, mine, tenants, user_id=user_id, now=NOW)
    check_view(view)
    return view


def test_shows_the_fleet_and_the_ways_on() -> None:
    view = draw()
    assert "✅ 12 verified" in words_of(view)
    assert list(buttons_of(view)) == ["Provision a tenant", "All tenants", "Refresh"]
    assert "Waiting for you" not in words_of(view)


def test_what_waits_for_the_reader_can_be_decided_at_once() -> None:
    run = a_failed_run()
    view = draw(replace(FLEET, open_runs=(run,)), [run])
    told = words_of(view)
    assert told.count("A table is missing.") == 1
    assert "Waiting for you" in told
    assert "Open runs" not in told
    assert buttons_of(view)["Retry"] == f"run_retry {RUN_ID}"


def test_what_waits_for_somebody_else_is_only_shown() -> None:
    run = a_failed_run()
    for view in (
        draw(replace(FLEET, open_runs=(run,)), user_id="U0VIEWER001"),
        draw(
            replace(FLEET, open_runs=(replace(run, waiting_for=WaitingFor("the zone's owner", "Add it.")),))
        ),
    ):
        assert "Waiting for you" not in words_of(view)
        assert "Open runs" in words_of(view)
        assert "Retry" not in buttons_of(view)


def test_shows_how_far_open_runs_are() -> None:
    view = draw(replace(FLEET, open_runs=(a_run(),), worker_alive=False))
    assert "▰▰▱▱▱▱▱▱ 2 of 8 · running, step 3 of 8" in words_of(view)
    assert "⚠️ No worker is running" in words_of(view)
    assert buttons_of(view)["Status"] == "tenant_status customerinc"


def test_shows_how_the_readers_runs_ended_and_the_newest_tenants() -> None:
    told = words_of(draw(mine=[a_verified_run()], tenants=[(TENANT, URL)]))
    assert "✅ Customer Inc is verified. _60 s ago_" in told
    assert f"✅ *Customer Inc* – verified\n<{URL}|customerinc.taskifai.com>" in told


def test_a_large_fleet_fits_into_the_tab() -> None:
    waiting = [a_failed_run(run_id=RunId(f"waiting-{number}")) for number in range(25)]
    others = [a_run(run_id=RunId(f"running-{number}"), origin={}) for number in range(25)]
    view = draw(replace(FLEET, open_runs=(*waiting, *others)), [a_verified_run()] * 30, [(TENANT, URL)] * 30)
    assert len(view["blocks"]) <= 100
    assert "15 more" in words_of(view)


def test_trouble_and_refusals_are_shown_in_place_of_the_tab() -> None:
    for view, told in (
        (home_trouble("No database."), "⚠️ No database."),
        (home_refused("Ask <Ann>."), "🚫 Ask &lt;Ann&gt;."),
    ):
        check_view(view)
        assert told in words_of(view)
        assert [one["action_id"] for one in elements_of(view)] == ["home_refresh"]
