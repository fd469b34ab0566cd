"""The door to the audit log, and what goes into it without anybody's asking: every refusal."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from provisioning.control_plane import ControlPlane
from provisioning.domain.audit import AuditRow, Head, request_hash
from provisioning.domain.run import RunState
from provisioning.errors import Refused, Transient
from tests.fakes.registry.tables import Row
from tests.fakes.wire import TRANSACTION
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, RAW_REQUEST, SUBDOMAIN, VIEWER, World


def last(world: World) -> Mapping[str, Any]:
    return world.records.tables.audit[-1]


def forge(world: World, at: int, **changes: object) -> None:
    world.records.tables.audit[at] = {**world.records.tables.audit[at], **changes}


async def exported(world: World) -> list[Row]:
    return [json.loads(line) async for line in world.control.audit.export(OPERATOR)]


async def test_a_viewer_sees_the_newest_entries_and_leafs_back(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    await worker.provision(subdomain="another-one", company="Another")
    show = world.control.audit.show

    page = await show(VIEWER)
    assert [row.seq for row in page.entries] == [4, 3, 2, 1]
    assert page.total == 4
    assert [row.seq for row in (await show(VIEWER, limit=1, before=3)).entries] == [2]
    mine = await show(VIEWER, subdomain=SUBDOMAIN)
    assert [row.action for row in mine.entries] == ["provision.succeeded", "provision.requested"]
    assert mine.total == 2
    assert (await show(VIEWER, subdomain="nobody")).total == 0
    assert len(world.records.tables.audit) == 4  # looking leaves nothing


@pytest.mark.parametrize("verb", ["verify", "export"])
async def test_a_viewer_neither_verifies_nor_exports(world: World, verb: str) -> None:
    async def ask() -> object:
        audit = world.control.audit
        return await audit.verify(VIEWER) if verb == "verify" else [one async for one in audit.export(VIEWER)]

    with pytest.raises(Refused, match="needs an operator"):
        await ask()
    assert (last(world)["action"], last(world)["result"]) == (f"audit.{verb}", "not_allowed")


async def test_what_holds_is_said_kept_outside_and_audited(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    found = await world.control.audit.verify(OPERATOR)

    assert found.ok
    assert found.rows == 2
    assert "No head was kept outside before now" in str(found.advice)
    assert list(world.archive.heads.values()) == [found.head]
    row = last(world)
    assert (row["action"], row["result"], row["details"]) == (
        "audit.verify",
        "succeeded",
        {"rows": 2, "breaks": 0},
    )
    assert (await world.control.audit.verify(OPERATOR)).advice is None


async def test_what_does_not_hold_is_named_and_no_head_is_kept_of_it(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    forge(world, 0, actor_id="somebody")

    found = await world.control.audit.verify(OPERATOR)

    assert [(one.kind, one.seq) for one in found.breaks] == [("changed row", 1)]
    assert world.archive.heads == {}
    assert (last(world)["result"], last(world)["reason"]) == ("failed", found.breaks[0].message)


async def test_a_tail_that_was_cut_is_told_by_what_a_worker_kept(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    await world.control.audit.keep_head()
    await world.control.audit.keep_head()
    del world.records.tables.audit[-1]

    found = await world.control.audit.verify(OPERATOR)

    assert [(one.kind, one.seq) for one in found.breaks] == [("cut tail", 2)]


async def test_without_an_archive_it_is_said_what_can_not_be_told(worker: FakeWorker) -> None:
    world = World(has_archive=False)
    await FakeWorker(world).provision()
    await world.control.audit.keep_head()

    found = await world.control.audit.verify(OPERATOR)

    assert found.ok
    assert "ARCHIVE_URL" in str(found.advice)


async def test_an_empty_log_has_no_head_to_keep(world: World) -> None:
    await world.control.audit.keep_head()

    assert world.archive.heads == {}


async def test_an_export_has_every_column_and_itself(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    rows = await exported(world)

    assert rows == world.records.tables.audit
    assert rows[-1]["action"] == "audit.export"
    assert list(rows[0]) == list(AuditRow._fields)


Verb = Callable[[ControlPlane], Awaitable[object]]
WRONG = {**RAW_REQUEST, "subdomain": "www", "email": "secret-words"}
REFUSED: dict[str, tuple[str, Verb]] = {
    "a wrong request": ("provision", lambda control: control.requests.provision(OPERATOR, WRONG)),
    "a wrong plan": ("provision", lambda control: control.plans.provision(OPERATOR, WRONG)),
    "a wrong form": ("provision", lambda control: control.plans.check(OPERATOR, WRONG)),
    "verifying nobody": ("verify", lambda control: control.requests.verify(OPERATOR, "nobody")),
    "resending to nobody": ("resend", lambda control: control.requests.resend(OPERATOR, "nobody")),
    "suspending nobody": ("suspend", lambda control: control.requests.suspend(OPERATOR, "nobody", reason="unpaid")),
    "activating without a reason": ("activate", lambda control: control.requests.activate(OPERATOR, "x", reason="-")),
    "retrying nothing": ("retry", lambda control: control.runs.retry(OPERATOR, "nobody")),
    "rolling back nothing": ("rollback", lambda control: control.runs.rollback(OPERATOR, "nobody")),
    "asking to roll back nothing": ("rollback", lambda control: control.plans.rollback(OPERATOR, "nobody")),
    "cancelling nothing": ("cancel", lambda control: control.runs.cancel(OPERATOR, "nobody")),
    "removing no orphan": (
        "orphans.remove",
        lambda control: control.orphans.request_removal(OPERATOR, "nobody", reason="unused"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_every_refusal_is_audited_once(world: World, name: str) -> None:
    action, ask = REFUSED[name]

    with pytest.raises(Refused):
        await ask(world.control)

    (row,) = world.records.tables.audit
    assert (row["actor_id"], row["action"], row["result"]) == ("operator", action, "refused")
    assert row["reason"]


async def test_of_a_wrong_request_only_its_hash_and_its_fields_are_kept(world: World) -> None:
    with pytest.raises(Refused):
        await world.control.requests.provision(OPERATOR, WRONG)

    row = last(world)
    assert row["request_hash"] == request_hash(WRONG)
    assert row["details"] == {"code": "invalid_request", "fields": ["subdomain", "email"]}
    assert "secret-words" not in json.dumps(row)


async def test_a_taken_subdomain_is_audited_with_its_reason(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    with pytest.raises(Refused):
        await world.control.requests.provision(OPERATOR, {**RAW_REQUEST, "company": "Another"})

    row = last(world)
    assert (row["subdomain"], row["result"], row["details"]["code"]) == (SUBDOMAIN, "refused", "taken")
    assert "taken" in row["reason"]


async def test_whatever_was_typed_becomes_one_clean_line(world: World) -> None:
    with pytest.raises(Refused):
        await world.control.requests.verify(OPERATOR, "a\x00b\n sb_secret_notreal " + "x" * 900)

    assert last(world)["subdomain"].startswith("a b  [redacted] xxx")
    assert len(last(world)["subdomain"]) == 500


async def test_a_failure_is_audited_as_one(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    world.wire.fail("projects.find_named_like", Transient("Away."))

    with pytest.raises(Transient):
        await world.control.orphans.request_removal(OPERATOR, "ref", reason="unused")

    assert (last(world)["result"], last(world)["reason"]) == ("failed", "Away.")


async def test_while_the_database_is_away_that_is_what_is_said(world: World) -> None:
    world.wire.fail(TRANSACTION, Transient("Away."), Transient("Still away."))

    with pytest.raises(Transient, match=r"^Away"):
        await world.control.requests.verify(OPERATOR, SUBDOMAIN)


async def test_a_cancelled_run_is_audited_with_what_became_of_it(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()

    await world.control.runs.cancel(OPERATOR, run_id)

    assert last(world)["details"] == {"state": RunState.CANCELLED}


async def test_a_leg_that_fails_is_audited_with_its_step_and_reason(world: World, worker: FakeWorker) -> None:
    world.wire.fail("database.seed", Refused("Not now."))
    await worker.provision()

    row = last(world)
    assert (row["action"], row["result"], row["reason"]) == ("provision.waiting", "failed", "Not now.")
    assert row["details"] == {"step": 3}


async def test_a_kept_head_is_the_newest_row(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    await world.control.audit.keep_head()

    (head,) = world.archive.heads.values()
    assert isinstance(head, Head)
    assert (head.seq, head.hash) == (2, last(world)["hash"])
