"""When a root is worth an edit, and how soon."""

from dataclasses import replace
from typing import Any

import pytest

from bot.reporter.fingerprint import fingerprint, gap, is_urgent
from provisioning.control_plane.reports import Report
from provisioning.domain.run import Direction, RunError, RunState, StepState, WaitingFor
from provisioning.domain.tenant import TenantState
from tests.unit.test_blocks.samples import TENANT, URL, a_run, an_event, steps


def a_report(**changes: Any) -> Report:
    return Report(a_run(**changes), TENANT, URL, events=[], notes={})


def seen(report: Report, *, worker_alive: bool = True) -> str:
    return fingerprint(report, worker_alive=worker_alive)


def running(seconds: float, **changes: Any) -> Report:
    step = {"state": StepState.RUNNING, "attempts": 1, "seconds": seconds, **changes}
    return a_report(steps=steps(2, step))


@pytest.mark.parametrize(
    "change",
    [
        {"state": RunState.WAITING},
        {"direction": Direction.ROLLBACK},
        {"cancel_requested": True},
        {"error": RunError("permanent", "A table is missing.", 3)},
        {"waiting_for": WaitingFor("operator (slack)", "Add a record.")},
        {"steps": steps(3)},
    ],
)
def test_what_people_would_see_makes_a_difference(change: dict[str, Any]) -> None:
    assert seen(a_report(**change)) != seen(a_report())


def test_a_step_s_new_words_and_tries_make_a_difference() -> None:
    assert len({seen(running(2)), seen(running(2, detail="waits")), seen(running(2, attempts=2))}) == 3


def test_what_the_tenant_is_called_makes_a_difference() -> None:
    report = a_report()
    assert seen(replace(report, tenant=replace(TENANT, state=TenantState.SUSPENDED))) != seen(report)
    assert seen(replace(report, tenant=None)) != seen(report)


def test_passing_seconds_and_events_make_none() -> None:
    assert seen(running(2)) == seen(running(19))
    assert seen(running(2)) != seen(running(21))
    assert seen(replace(a_report(), events=[an_event("noted", 3, "x")])) == seen(a_report())


def test_a_worker_that_is_gone_matters_only_to_a_run_that_is_open() -> None:
    assert seen(a_report(), worker_alive=False) != seen(a_report())
    ended = a_report(state=RunState.SUCCEEDED)
    assert seen(ended, worker_alive=False) == seen(ended)


@pytest.mark.parametrize(
    "state", [state for state in RunState if state not in {RunState.QUEUED, RunState.RUNNING}]
)
def test_an_end_or_a_wait_is_urgent_until_it_is_shown(state: RunState) -> None:
    assert is_urgent(state, "running:0a")
    assert is_urgent(state, None)
    assert not is_urgent(state, f"{state}:0a")


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_progress_is_not_urgent_unless_it_ends_a_wait(state: RunState) -> None:
    assert not is_urgent(state, "queued:0a")
    assert not is_urgent(state, None)
    assert is_urgent(state, "waiting:0a")


def test_edits_become_rarer_and_never_stop() -> None:
    gaps = [gap(number) for number in range(40)]
    assert gaps[0] == 2
    assert gaps == sorted(gaps)
    assert gaps[-1] == 20
