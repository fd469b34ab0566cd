"""A tenant, its run at any point, and what is asked about them: data as the door hands it out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from provisioning.domain.checklist import Check
from provisioning.domain.run import (
    Run,
    RunError,
    RunEvent,
    RunId,
    RunKind,
    RunState,
    StepState,
    StepView,
    WaitingFor,
)
from provisioning.domain.tenant import Tenant, TenantState

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
URL = "https://customerinc.taskifai.com"
ASKED_BY = "U0OPERATOR1"
RUN_ID = RunId("provision-customerinc-0a1b2c3d")
TITLES = (
    "Create Supabase project",
    "Initialize schema",
    "Seed configurations",
    "Create tenant record",
    "Configure DNS",
    "Create admin user",
    "Send welcome email",
    "Verify & test",
)
TENANT = Tenant(
    tenant_id=UUID("6f0c7f62-0000-4000-8000-000000000001"),
    company_name="Customer Inc",
    subdomain="customerinc",
    state=TenantState.VERIFIED,
    is_active=True,
    created_at=NOW - timedelta(days=12),
    admin_email="admin@customer.com",
    admin_name="John Doe",
    region="eu-west-1",
    verdict="verified",
    project_ref="abcdefghijklmnopqrst",
    database_bytes=12_400_000,
    schema_version="20260101000000",
)
CHECKS = (
    Check("frontend", "2xx and HTML over valid TLS", "200 text/html", ok=True),
    Check("foreign_token", "our token refused elsewhere", "skipped: there is no other tenant", ok=None),
    Check("login", "a JWT with tenant_id 6f0c", "401: wrong password", ok=False),
    Check("file_upload", "processed", "still pending after 2 minutes", ok=False, advisory=True),
)


def a_step(number: int, **changes: Any) -> StepView:
    return replace(StepView(number, TITLES[number - 1], typical=10.0), **changes)


def steps(done: int, at: Mapping[str, Any] | None = None) -> tuple[StepView, ...]:
    """The eight steps: `done` of them succeeded, the next one as `at` says."""
    made = [
        a_step(number, state=StepState.SUCCEEDED, attempts=1, seconds=7.25) for number in range(1, done + 1)
    ]
    rest = [a_step(number) for number in range(done + 1, len(TITLES) + 1)]
    return (*made, *[replace(step, **(at or {})) for step in rest[:1]], *rest[1:])


def a_run(**changes: Any) -> Run:
    run = Run(
        run_id=RUN_ID,
        kind=RunKind.PROVISION,
        state=RunState.RUNNING,
        subdomain="customerinc",
        requested_by="operator (slack)",
        created_at=NOW - timedelta(minutes=4),
        request={"company": "Customer Inc", "subdomain": "customerinc"},
        origin={"surface": "slack", "team": "T0TASKIFAI1", "user": ASKED_BY, "channel": "C0OPS000001"},
        steps=steps(2, {"state": StepState.RUNNING, "attempts": 1, "seconds": 2.0}),
    )
    return replace(run, **changes)


def a_failed_run(**changes: Any) -> Run:
    """Stopped in step 3, waiting for its requester."""
    return a_run(
        **{
            "state": RunState.WAITING,
            "waiting_for": WaitingFor("operator (slack)", "Retry once the cause is gone, or roll back."),
            "error": RunError("schema_mismatch", "A table is missing.", 3),
            "steps": steps(
                2,
                {"state": StepState.FAILED, "attempts": 2, "seconds": 40.0, "detail": "A table is missing."},
            ),
            **changes,
        }
    )


def a_run_that_waits_for_dns(**changes: Any) -> Run:
    """Looks again by itself in a quarter of an hour."""
    what = (
        "customerinc.taskifai.com does not resolve. Add this record: customerinc CNAME cname.vercel-dns.com"
    )
    return a_run(
        **{
            "state": RunState.WAITING,
            "waiting_for": WaitingFor("operator (slack)", what, NOW + timedelta(minutes=15)),
            "steps": steps(4, {"state": StepState.RUNNING, "attempts": 1, "detail": what}),
            **changes,
        }
    )


def a_verified_run(**changes: Any) -> Run:
    return a_run(
        **{
            "state": RunState.SUCCEEDED,
            "finished_at": NOW - timedelta(minutes=1),
            "steps": steps(8),
            "checklist": CHECKS[:2],
            **changes,
        }
    )


def an_event(what: str, step: int | None = None, detail: str | None = None, *, event_id: int = 1) -> RunEvent:
    return RunEvent(event_id, NOW, what, step, detail)
