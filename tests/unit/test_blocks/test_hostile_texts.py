"""Whatever somebody types, or an outside system answers: Slack takes it, nothing becomes a mention, no secret shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks.form_values import FormValues
from bot.blocks.home import home_view
from bot.blocks.provision_plan import plan_view
from bot.blocks.run_progress import root_message
from bot.blocks.run_steps import Shape
from bot.blocks.run_thread import end_message, step_lines
from bot.blocks.tenant_list import list_message, overview_message
from bot.blocks.tenant_status import status_message
from provisioning.control_plane.plans import Plan
from provisioning.control_plane.views import FleetView, TenantView
from provisioning.domain.checklist import Check
from provisioning.domain.question import Question
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.run import (
    Direction,
    Run,
    RunError,
    RunKind,
    RunState,
    StepState,
    StepView,
    WaitingFor,
)
from provisioning.domain.tenant import Tenant
from tests.block_kit import check_message, check_view, words_of
from tests.unit.test_blocks.samples import NOW, TENANT, URL, a_run, an_event

SECRET = "sb_secret_notreal_0123456789"
PARTS = (
    "<@U0BOSS>", "<!channel>", "<https://evil.test|click>", "@channel", "&amp;", "*bold*", "`code", "~x~", "> quote",
    "\n", "\u202e", "日本語の会社", "🧑‍🚀" * 20, "x" * 700, "&<>" * 200, f" {SECRET} ",
    " postgresql://a:hunter2hunter2@db/x ",
)  # fmt: skip
TEXTS = st.one_of(st.lists(st.sampled_from(PARTS), max_size=12).map("".join), st.text(max_size=80))
LINES = TEXTS.filter(lambda text: text.strip() != "")
STEPS = st.builds(
    StepView,
    number=st.integers(1, 8),
    title=LINES,
    state=st.sampled_from(StepState),
    attempts=st.integers(0, 90),
    seconds=st.none() | st.floats(0, 10**6),
    detail=st.none() | TEXTS,
    typical=st.floats(0, 1000),
)
CHECKS = st.builds(
    Check,
    name=LINES,
    expected=TEXTS,
    found=TEXTS,
    ok=st.sampled_from([True, False, None]),
    advisory=st.booleans(),
)
RUNS = st.builds(
    a_run,
    kind=st.sampled_from(RunKind),
    state=st.sampled_from(RunState),
    requested_by=LINES,
    request=st.fixed_dictionaries({"company": TEXTS, "email": TEXTS}),
    direction=st.sampled_from(Direction),
    cancel_requested=st.booleans(),
    finished_at=st.just(NOW),
    waiting_for=st.none()
    | st.builds(WaitingFor, LINES, TEXTS, st.none() | st.just(NOW + timedelta(hours=1))),
    error=st.none() | st.builds(RunError, st.just("failed"), TEXTS, st.none() | st.integers(1, 8)),
    origin=st.sampled_from(
        [{}, {"surface": "slack", "user": "U0OPERATOR1"}, {"surface": "slack", "user": "<!here>"}]
    ),
    steps=st.lists(STEPS, max_size=8, unique_by=lambda step: step.number).map(tuple),
    checklist=st.lists(CHECKS, max_size=12).map(tuple),
)
TENANTS = st.none() | st.builds(
    lambda name, email, verdict: replace(TENANT, company_name=name, admin_email=email, verdict=verdict),
    LINES, LINES, st.none() | LINES,
)  # fmt: skip
WHATS = st.sampled_from(
    [
        "step succeeded",
        "step failed",
        "step undone",
        "step skipped",
        "noted",
        "waiting",
        "retried",
        "succeeded",
    ]
)
EVENTS = st.lists(st.builds(an_event, WHATS, st.integers(1, 8), st.none() | TEXTS), min_size=1, max_size=40)

hostile = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
shapes = pytest.mark.parametrize("shape", ["plan", "plain"])


def check(message: Any) -> None:
    check_message(message)
    told = f"{message.text} {words_of(message)}"
    assert SECRET not in told
    assert "hunter2" not in told


@shapes
@hostile
@given(run=RUNS, tenant=TENANTS, alive=st.booleans())
def test_the_root_message_stands_any_text(run: Run, tenant: Tenant | None, alive: bool, shape: Shape) -> None:
    check(
        root_message(
            run, tenant, URL, now=NOW, worker_alive=alive, monthly_cost=10.0, iteration=9, shape=shape
        )
    )


@shapes
@hostile
@given(run=RUNS, tenant=TENANTS, events=EVENTS)
def test_the_thread_stands_any_text(run: Run, tenant: Tenant | None, events: list[Any], shape: Shape) -> None:
    if (lines := step_lines(run, events, shape=shape)) is not None:
        check(lines)
    if not run.state.is_open:
        check(end_message(run, tenant, URL, events=events, shape=shape))


@hostile
@given(run=st.none() | RUNS, tenant=TENANTS, verification=st.none() | RUNS)
def test_the_status_stands_any_text(run: Run | None, tenant: Tenant | None, verification: Run | None) -> None:
    check(status_message(TenantView(tenant, URL, run, verification), now=NOW, worker_alive=True))


@hostile
@given(runs=st.lists(RUNS, max_size=6), tenants=st.lists(TENANTS, max_size=6))
def test_the_fleet_stands_any_text(runs: list[Run], tenants: list[Tenant | None]) -> None:
    rows = [(tenant, URL) for tenant in tenants if tenant]
    fleet = FleetView({}, runs, worker_alive=False)
    check(overview_message(fleet, now=NOW))
    check(list_message(rows, len(rows), SECRET, 1, page_size=10))
    check_view(home_view(fleet, runs, rows, user_id="U0OPERATOR1", now=NOW))


@hostile
@given(texts=st.tuples(*[LINES] * 6), ok=st.sampled_from([True, False, None]))
def test_the_plan_stands_any_text(texts: tuple[str, ...], ok: bool | None) -> None:
    request = ProvisionRequest(texts[0], texts[1][:50], texts[2][:255], texts[3][:255], texts[4][:20], ())
    plan = Plan(request, (texts[5],) * 8, 10.0, (Question(texts[5], texts[0], ok),) * 8)
    view = plan_view(FormValues(company=texts[0][:255]), plan)
    check_view(view)
    assert SECRET not in words_of(view)
