"""One tenant, as its status shows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blocks.kit import Message
from bot.blocks.tenant_status import status_message
from provisioning.control_plane.views import TenantView
from provisioning.domain.run import Run, RunState
from provisioning.domain.tenant import Tenant, TenantState
from tests.block_kit import buttons_of, check_message, words_of
from tests.unit.test_blocks.samples import (
    CHECKS,
    NOW,
    RUN_ID,
    TENANT,
    URL,
    a_failed_run,
    a_run,
    a_verified_run,
)


def draw(
    tenant: Tenant | None = TENANT,
    run: Run | None = None,
    checked: Run | None = None,
    *,
    worker_alive: bool = True,
) -> Message:
    message = status_message(TenantView(tenant, URL, run, checked), now=NOW, worker_alive=worker_alive)
    check_message(message)
    return message


def test_shows_what_is_known_of_a_tenant() -> None:
    message = draw(checked=a_verified_run(finished_at=NOW - timedelta(hours=3)))
    assert message.text == "Customer Inc at customerinc.taskifai.com is verified"
    told = words_of(message)
    for fact in (
        "✅ *Customer Inc* – verified",
        f"<{URL}|customerinc.taskifai.com>",
        "*Created*\n12 days ago",
        "*Admin*\nJohn Doe (admin@customer.com)",
        "*Last verification*\nverified, 3 h ago",
        "*Database*\n12 MB",
        "*Schema*\n20260101000000",
        "*Tenant ID*\n`6f0c7f62-0000-4000-8000-000000000001`",
    ):
        assert fact in told


def test_a_tenant_can_be_opened_verified_and_mailed_again() -> None:
    assert buttons_of(draw()) == {
        "Open tenant": f"link {URL}",
        "Verify": "tenant_verify customerinc",
        "Resend welcome e-mail": "tenant_resend customerinc",
        "Suspend …": "tenant_suspend customerinc",
    }


def test_what_is_not_known_yet_is_said() -> None:
    told = words_of(draw(replace(TENANT, database_bytes=None, schema_version=None, region=None)))
    assert "size not known yet" in told
    assert "none yet" in told
    assert "*Last verification*\nnever" in told


def test_is_not_green_where_a_check_failed() -> None:
    tenant = replace(TENANT, verdict="verified, 1 advisory failure")
    assert "⚠️ *Customer Inc* – verified, 1 advisory failure" in words_of(draw(tenant))
    failed = replace(TENANT, state=TenantState.UNVERIFIED, verdict="1 check failed: login")
    assert "⚠️ *Customer Inc* – unverified" in words_of(draw(failed, checked=a_verified_run(checklist=CHECKS)))


def test_shows_how_far_an_open_run_is() -> None:
    message = draw(replace(TENANT, state=TenantState.PROVISIONING), a_run())
    told = words_of(message)
    assert "⏳ *Provisioning Customer Inc* (`customerinc`)" in told
    assert "▰▰▱▱▱▱▱▱ 2 of 8 · running, step 3 of 8 · asked 4 min ago" in told
    assert "Usually 58 s more." in told
    assert buttons_of(message) == {"Cancel": f"run_cancel {RUN_ID}"}
    assert message.text.endswith("; running, step 3 of 8")


def test_says_when_nobody_works_on_it() -> None:
    assert "⚠️ No worker is running" in words_of(draw(run=a_run(), worker_alive=False))


def test_a_run_that_waits_can_be_decided_here_too() -> None:
    message = draw(replace(TENANT, state=TenantState.PROVISIONING), a_failed_run())
    assert "*Waiting for <@U0OPERATOR1>:* A table is missing." in words_of(message)
    assert list(buttons_of(message)) == ["Retry", "Roll back", "Cancel"]


def test_a_run_that_ended_is_not_shown_with_its_tenant() -> None:
    assert "▰" not in words_of(draw(run=a_verified_run()))


@pytest.mark.parametrize("state", [RunState.ROLLED_BACK, RunState.CANCELLED])
def test_says_what_became_of_a_tenant_that_is_not_there(state: RunState) -> None:
    message = draw(None, a_run(state=state))
    assert "the subdomain is free again" in words_of(message)
    assert buttons_of(message) == {}


def test_says_that_there_is_nothing() -> None:
    assert draw(None).text == words_of(draw(None)) == "There is no such tenant."
