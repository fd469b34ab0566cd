"""Verbs that start a run: who may, what is refused, and what is committed together."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from provisioning.control_plane.requests import Started
from provisioning.domain.audit import request_hash
from provisioning.domain.run import RunKind, RunState
from provisioning.domain.tenant import TenantState
from provisioning.errors import InvalidRequest, Permanent, Refused, Transient
from tests.fakes.evidence import GONE, evidence
from tests.fakes.worker import FakeWorker
from tests.fakes.world import EMAIL, OPERATOR, RAW_REQUEST, SUBDOMAIN, VIEWER, World

Verb = Callable[[World, Any], Awaitable[Started]]


async def provision(world: World, actor: Any) -> Started:
    return await world.control.requests.provision(actor, RAW_REQUEST)


async def verify(world: World, actor: Any) -> Started:
    return await world.control.requests.verify(actor, SUBDOMAIN)


async def resend(world: World, actor: Any) -> Started:
    return await world.control.requests.resend(actor, SUBDOMAIN)


async def test_a_request_reserves_the_name_and_queues_a_run(world: World) -> None:
    started = await provision(world, OPERATOR)

    run = started.run
    assert not started.continued
    assert (run.kind, run.state, run.subdomain) == (RunKind.PROVISION, RunState.QUEUED, SUBDOMAIN)
    assert run.requested_by == OPERATOR.label == "operator (test)"
    assert [step.title for step in run.steps] == [
        "Create Supabase project",
        "Initialize database schema",
        "Seed default configurations",
        "Create tenant record",
        "Configure DNS",
        "Create initial admin user",
        "Send welcome email",
        "Verify & test",
    ]
    tables = world.records.tables
    (tenant,) = tables.tenants.values()
    assert (tenant["subdomain"], tenant["state"]) == (SUBDOMAIN, TenantState.PROVISIONING)
    assert tables.legs.keys() == {run.run_id}
    assert world.records.run(run.run_id).steps == run.steps


async def test_it_is_audited_with_who_asked_for_what(world: World) -> None:
    run = (await provision(world, OPERATOR)).run

    (row,) = world.records.tables.audit
    assert (row["action"], row["result"]) == ("provision.requested", "accepted")
    assert (row["surface"], row["actor_id"], row["actor_name"]) == ("test", "operator", "operator")
    assert (row["subdomain"], row["run_id"]) == (SUBDOMAIN, run.run_id)
    assert row["request_hash"] == request_hash(run.request)
    assert row["details"] == run.request


async def test_the_origin_is_kept_as_it_is(world: World) -> None:
    started = await world.control.requests.provision(OPERATOR, RAW_REQUEST, origin={"thread": "1.2"})

    assert world.records.run(started.run.run_id).origin == {"thread": "1.2"}


async def test_the_same_request_goes_on_with_its_run(world: World) -> None:
    first = await provision(world, OPERATOR)
    before = world.records.tables

    again = await provision(world, OPERATOR)

    assert again.continued
    assert again.run.run_id == first.run.run_id
    *audit, row = world.records.tables.audit
    assert (row["run_id"], row["result"]) == (first.run.run_id, "continued")
    assert replace(world.records.tables, audit=audit) == before


@pytest.mark.parametrize(
    "change",
    [{"company": "Another"}, {"email": "other@customer.com"}, {"vendors": "boxnox"}, {"region": "apac"}],
)
async def test_another_request_for_a_busy_subdomain_is_refused(world: World, change: dict[str, str]) -> None:
    first = await provision(world, OPERATOR)

    with pytest.raises(Refused, match=first.run.run_id) as refusal:
        await world.control.requests.provision(OPERATOR, {**RAW_REQUEST, **change})

    assert (refusal.value.code, refusal.value.field) == ("run_open", "subdomain")


async def test_a_taken_subdomain_is_refused(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    with pytest.raises(Refused, match="taken") as refusal:
        await provision(world, OPERATOR)

    assert (refusal.value.code, refusal.value.field) == ("taken", "subdomain")
    assert len(world.records.tables.runs) == 1


async def test_a_wrong_request_leaves_nothing(world: World) -> None:
    with pytest.raises(InvalidRequest):
        await world.control.requests.provision(OPERATOR, {**RAW_REQUEST, "subdomain": "www"})

    assert world.records.tables.tenants == {}
    assert world.records.tables.runs == {}


async def test_a_region_that_supabase_does_not_offer_is_refused_at_once(world: World) -> None:
    with pytest.raises(InvalidRequest, match="does not offer the region eu-north-9") as refusal:
        await world.control.requests.provision(OPERATOR, {**RAW_REQUEST, "region": "eu-north-9"})

    assert refusal.value.field == "region"
    assert "us-east-1" in refusal.value.message
    assert evidence(world) == GONE


@pytest.mark.parametrize("region", ["americas", "emea", "apac"])
async def test_a_group_of_regions_is_always_offered(world: World, region: str) -> None:
    world.projects.region_codes = ("eu-west-1",)

    started = await world.control.requests.provision(OPERATOR, {**RAW_REQUEST, "region": region})

    assert started.run.request["region"] == region


@pytest.mark.parametrize("fault", [Transient("Away."), Permanent("No such organization.")], ids=repr)
async def test_a_question_that_supabase_can_not_answer_now_is_left_to_the_run(
    world: World, fault: Exception
) -> None:
    world.wire.fail("projects.regions", fault)

    assert (await provision(world, OPERATOR)).run.state is RunState.QUEUED


@pytest.mark.parametrize("verb", [provision, verify, resend])
async def test_a_viewer_may_start_nothing_and_the_refusal_is_audited(
    world: World, worker: FakeWorker, verb: Verb
) -> None:
    if verb is not provision:
        await worker.provision()
    before = len(world.records.tables.audit)

    with pytest.raises(Refused, match=r"viewer is a viewer; \w+ needs an operator") as refusal:
        await verb(world, VIEWER)

    assert refusal.value.code == "not_allowed"
    (row,) = world.records.tables.audit[before:]
    assert (row["actor_id"], row["result"], row["subdomain"]) == ("viewer", "not_allowed", SUBDOMAIN)
    assert row["action"] == verb.__name__
    assert len(world.records.tables.runs) == (0 if verb is provision else 1)


async def test_what_can_not_be_audited_does_not_happen(world: World) -> None:
    before = world.records.tables
    nameless: Any = object()

    with pytest.raises(TypeError):
        await provision(world, replace(OPERATOR, id=nameless))

    assert world.records.tables == before


@pytest.mark.parametrize("verb", [verify, resend])
async def test_an_unknown_tenant_is_refused(world: World, verb: Verb) -> None:
    with pytest.raises(Refused, match=f"no tenant {SUBDOMAIN}") as refusal:
        await verb(world, OPERATOR)

    assert refusal.value.code == "unknown_tenant"


@pytest.mark.parametrize("verb", [verify, resend])
async def test_a_tenant_that_is_being_provisioned_is_busy(world: World, verb: Verb) -> None:
    await provision(world, OPERATOR)

    with pytest.raises(Refused, match="open run of its own") as refusal:
        await verb(world, OPERATOR)

    assert refusal.value.code == "run_open"


@pytest.mark.parametrize("verb", [verify, resend])
async def test_a_deleted_tenant_is_unknown(world: World, worker: FakeWorker, verb: Verb) -> None:
    await worker.provision()
    async with world.records.transaction() as tx:
        await tx.tenants.set_state(SUBDOMAIN, TenantState.DELETED, verdict="verified")

    with pytest.raises(Refused) as refusal:
        await verb(world, OPERATOR)

    assert refusal.value.code == "unknown_tenant"


@pytest.mark.parametrize("verb", [verify, resend])
async def test_a_suspended_tenant_is_activated_first(world: World, worker: FakeWorker, verb: Verb) -> None:
    await worker.provision()
    async with world.records.transaction() as tx:
        await tx.tenants.set_state(SUBDOMAIN, TenantState.SUSPENDED, verdict="verified")

    with pytest.raises(Refused, match="activate it") as refusal:
        await verb(world, OPERATOR)

    assert refusal.value.code == "suspended"


async def test_verifying_twice_goes_on_with_the_first(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    first = await verify(world, OPERATOR)

    again = await verify(world, OPERATOR)

    assert again.continued
    assert again.run.run_id == first.run.run_id


async def test_a_tenant_is_not_verified_while_its_email_is_sent_again(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    await resend(world, OPERATOR)

    with pytest.raises(Refused):
        await verify(world, OPERATOR)


async def test_a_message_is_sent_again_to_the_admin_as_its_next_version(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()

    assert (await resend(world, OPERATOR)).run.request == {"email": EMAIL, "version": 2}


async def test_a_wrong_address_is_refused(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    with pytest.raises(InvalidRequest) as refusal:
        await world.control.requests.resend(OPERATOR, SUBDOMAIN, email="nobody")

    assert refusal.value.field == "email"
