"""Adding, rotating and retiring keys: what is refused so that every value opens at every moment."""

import pytest

from provisioning.domain.actor import Actor
from provisioning.domain.keyring import Keyring, key_name
from provisioning.errors import Refused
from provisioning.ports import ProcessKeys
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, VIEWER, World

NOBODY = Actor(surface="test", id="nobody", name="nobody", role=None)


@pytest.fixture
def sealed_world(world: World) -> World:
    for table in ("tenants", "audit_keys"):
        world.sealing.put(table, "text")
    return world


async def test_renews_everything_and_lets_the_older_key_go(sealed_world: World) -> None:
    keys, sealing = sealed_world.control.keys, sealed_world.sealing
    added = await keys.add(OPERATOR)
    assert added.in_place
    assert (await keys.status(VIEWER)).older == 2

    renewal = await keys.rotate(OPERATOR)
    assert (renewal.renewed, renewal.view.older) == (2, 0)
    assert (await keys.rotate(OPERATOR)).renewed == 0

    retirement = await keys.retire(OPERATOR)
    assert (len(retirement.retired), retirement.in_place) == (1, True)
    assert sealing.keys == [added.key]
    assert all(Keyring(sealing.keys).open(one) for values in sealing.values.values() for one in values)
    assert (await keys.retire(OPERATOR)).retired == []


async def test_adds_no_second_key_before_the_first_is_used(sealed_world: World) -> None:
    await sealed_world.control.keys.add(OPERATOR)
    with pytest.raises(Refused, match="keys rotate") as refusal:
        await sealed_world.control.keys.add(OPERATOR)
    assert refusal.value.code == "not_rotated"


async def test_retires_nothing_that_something_is_sealed_with(sealed_world: World) -> None:
    await sealed_world.control.keys.add(OPERATOR)
    with pytest.raises(Refused, match="1 in tenants, 1 in audit_keys"):
        await sealed_world.control.keys.retire(OPERATOR)
    assert len(sealed_world.sealing.keys) == 2


async def test_seals_with_no_key_that_a_living_process_lacks(sealed_world: World) -> None:
    old = sealed_world.sealing.names()[0]
    await sealed_world.control.keys.add(OPERATOR)
    sealed_world.sealing.others = [ProcessKeys("10.0.0.7", (old,))]
    with pytest.raises(Refused, match=r"10\.0\.0\.7") as refusal:
        await sealed_world.control.keys.rotate(OPERATOR)
    assert refusal.value.code == "key_not_known"


async def test_retires_no_key_that_a_living_process_seals_with(sealed_world: World) -> None:
    old = sealed_world.sealing.names()[0]
    await sealed_world.control.keys.add(OPERATOR)
    sealed_world.sealing.others = [ProcessKeys("10.0.0.7", (old, sealed_world.sealing.names()[0]))]
    await sealed_world.control.keys.rotate(OPERATOR)
    with pytest.raises(Refused) as refusal:
        await sealed_world.control.keys.retire(OPERATOR)
    assert refusal.value.code == "key_in_use"


async def test_retires_nothing_while_a_run_is_at_work(sealed_world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()
    worker.checkpoints_of(run_id).dies_before = "step 2"
    assert await worker.is_killed_in(run_id)
    with pytest.raises(Refused, match="at work"):
        await sealed_world.control.keys.retire(OPERATOR)


async def test_only_tells_where_the_keys_are_not_ours_to_change(sealed_world: World) -> None:
    sealed_world.sealing.follows = False
    added = await sealed_world.control.keys.add(OPERATOR)
    assert not added.in_place
    sealed_world.sealing.keys.insert(0, added.key)  # somebody sets the environment
    await sealed_world.control.keys.rotate(OPERATOR)
    retirement = await sealed_world.control.keys.retire(OPERATOR)
    assert (len(retirement.retired), retirement.in_place) == (1, False)


async def test_audits_each_by_the_names_of_the_keys(sealed_world: World) -> None:
    added = await sealed_world.control.keys.add(OPERATOR)
    await sealed_world.control.keys.rotate(OPERATOR)
    await sealed_world.control.keys.retire(OPERATOR)
    with pytest.raises(Refused, match="needs an operator"):
        await sealed_world.control.keys.add(VIEWER)
    with pytest.raises(Refused):
        await sealed_world.control.keys.status(NOBODY)
    rows = [row for row in sealed_world.records.tables.audit if row["action"].startswith("keys.")]
    assert [row["result"] for row in rows] == [*["accepted"] * 3, *["not_allowed"] * 2]
    assert rows[0]["details"]["key"] == key_name(added.key)
    assert added.key.reveal() not in repr(rows)
