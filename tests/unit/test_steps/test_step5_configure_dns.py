"""Step 5: the tenant's name leads to the platform."""

from datetime import timedelta

import pytest

from provisioning.errors import NeedsPerson, Permanent, Transient
from provisioning.provision.step5_configure_dns import configure_dns, remove_dns_record
from tests.fakes.dns import ADDRESS, TARGET
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import DOMAIN, SUBDOMAIN, World

HOST = f"{SUBDOMAIN}.{DOMAIN}"


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=5)


@pytest.fixture
def no_wildcard(world: World) -> None:
    world.dns.wildcard = None


async def test_a_wildcard_that_leads_there_leaves_nothing_to_do(world: World, stage: Stage) -> None:
    assert await configure_dns.act(stage.at) == f"resolves to {TARGET} through the wildcard"

    assert world.zone.records == {}
    assert not (await stage.tenant()).dns_record_made


@pytest.mark.usefixtures("no_wildcard")
async def test_a_record_of_its_own_that_leads_there_leaves_nothing_to_do(world: World, stage: Stage) -> None:
    world.zone.add(HOST, TARGET)

    assert await configure_dns.act(stage.at) == f"resolves to {TARGET}"


async def test_addresses_of_the_platform_are_as_good_as_its_name(world: World, stage: Stage) -> None:
    world.dns.addresses[HOST] = frozenset({ADDRESS})

    assert await configure_dns.act(stage.at) == f"resolves to the addresses of {TARGET}"


@pytest.mark.usefixtures("no_wildcard")
async def test_a_missing_record_is_added(world: World, stage: Stage) -> None:
    world.dns.seconds_to_servers = 40

    assert await configure_dns.act(stage.at) == f"added CNAME {HOST} → {TARGET}"

    record = world.zone.records[HOST]
    assert (record.target, record.comment) == (TARGET, f"tenantbot {stage.at.subdomain}")
    assert (await stage.tenant()).dns_record_made
    assert 40 <= world.clock.monotonic() <= 50


@pytest.mark.usefixtures("no_wildcard")
async def test_entered_twice_there_is_one_record(world: World, stage: Stage) -> None:
    await configure_dns.act(stage.at)
    made = world.zone.records[HOST]

    assert await configure_dns.act(stage.at) == f"resolves to {TARGET}"

    assert world.zone.records == {HOST: made}


@pytest.mark.usefixtures("no_wildcard")
async def test_entered_again_before_the_resolvers_know_it_there_is_one_record(
    world: World, stage: Stage
) -> None:
    world.dns.seconds_to_resolvers = 3600
    await configure_dns.act(stage.at)
    made = world.zone.records[HOST]

    await configure_dns.act(stage.at)

    assert world.zone.records == {HOST: made}


@pytest.mark.usefixtures("no_wildcard")
async def test_it_is_noted_as_ours_before_it_is_added(world: World, stage: Stage) -> None:
    world.wire.fail("zone.ensure_cname", Transient("The answer was lost."), after_effect=True)

    with pytest.raises(Transient):
        await configure_dns.act(stage.at)

    assert (await stage.tenant()).dns_record_made


async def test_a_name_that_leads_elsewhere_is_not_touched(world: World, stage: Stage) -> None:
    world.zone.add(HOST, "elsewhere.test")

    with pytest.raises(Permanent) as refusal:
        await configure_dns.act(stage.at)

    assert refusal.value.code == "wrong_record"
    assert f"{HOST} CNAME {TARGET}" in refusal.value.message
    assert "elsewhere.test" in refusal.value.message
    assert world.zone.records[HOST].target == "elsewhere.test"


async def test_a_wildcard_that_leads_elsewhere_is_named(world: World, stage: Stage) -> None:
    world.dns.wildcard = "parking.test"

    with pytest.raises(Permanent, match=r"resolves to parking\.test"):
        await configure_dns.act(stage.at)


async def test_some_addresses_of_the_platform_beside_foreign_ones_are_not_enough(
    world: World, stage: Stage
) -> None:
    world.dns.addresses[HOST] = frozenset({ADDRESS, "198.51.100.7"})

    with pytest.raises(Permanent, match=r"198\.51\.100\.7"):
        await configure_dns.act(stage.at)


@pytest.mark.usefixtures("no_wildcard")
async def test_by_hand_the_exact_record_is_asked_for(world: World, stage: Stage) -> None:
    world.zone.provider = "none"

    with pytest.raises(NeedsPerson) as wait:
        await configure_dns.act(stage.at)

    assert f"{HOST} CNAME {TARGET}" in wait.value.message
    assert wait.value.recheck_after == 15
    assert not (await stage.tenant()).dns_record_made


@pytest.mark.usefixtures("no_wildcard")
@pytest.mark.parametrize(("attempt", "gap"), [(1, 15), (2, 30), (3, 60), (8, 1920), (9, 3600), (99, 3600)])
async def test_by_hand_it_looks_again_with_growing_gaps(
    world: World, stage: Stage, attempt: int, gap: float
) -> None:
    world.zone.provider = "none"
    stage.attempt = attempt

    with pytest.raises(NeedsPerson) as wait:
        await configure_dns.act(stage.at)

    assert wait.value.recheck_after == gap


@pytest.mark.usefixtures("no_wildcard")
async def test_by_hand_it_gives_up_after_48_hours(world: World, stage: Stage) -> None:
    world.zone.provider = "none"
    stage.began_at = world.clock.now() - timedelta(hours=48, seconds=1)

    with pytest.raises(Permanent, match="48 hours") as refusal:
        await configure_dns.act(stage.at)

    assert f"{HOST} CNAME {TARGET}" in refusal.value.message


@pytest.mark.usefixtures("no_wildcard")
async def test_a_record_that_the_zone_does_not_show_is_said_so_after_ten_minutes(
    world: World, stage: Stage
) -> None:
    world.dns.seconds_to_servers = world.dns.seconds_to_resolvers = 3600

    with pytest.raises(NeedsPerson, match="do not show it after 10 minutes"):
        await configure_dns.act(stage.at)

    assert 580 <= world.clock.monotonic() <= 600
    world.clock.jump_to(world.clock.now() + timedelta(hours=1))
    assert await configure_dns.act(stage.at) == f"resolves to {TARGET}"


@pytest.mark.usefixtures("no_wildcard")
async def test_a_zone_that_refuses_stops_the_run(world: World, stage: Stage) -> None:
    world.wire.fail("zone.ensure_cname", Permanent("The token may not write.", code="token"))

    with pytest.raises(Permanent):
        await configure_dns.act(stage.at)


async def test_a_dns_that_does_not_answer_is_left_to_the_engine(world: World, stage: Stage) -> None:
    world.wire.fail("dns.lookup", Transient("No name server answers."))

    with pytest.raises(Transient):
        await configure_dns.act(stage.at)


@pytest.mark.usefixtures("no_wildcard")
async def test_undone_twice_the_record_is_gone(world: World, stage: Stage) -> None:
    await configure_dns.act(stage.at)

    assert await remove_dns_record(stage.at) == f"removed the CNAME of {HOST}"
    assert await remove_dns_record(stage.at) == "no record was made"

    assert world.zone.records == {}


@pytest.mark.usefixtures("no_wildcard")
async def test_the_undo_leaves_a_record_that_was_there_before(world: World, stage: Stage) -> None:
    world.dns.seconds_to_resolvers = 3600
    world.zone.add(HOST, TARGET)
    await configure_dns.act(stage.at)

    await remove_dns_record(stage.at)

    assert world.zone.records[HOST].comment == "by hand"
