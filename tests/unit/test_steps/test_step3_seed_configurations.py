"""Step 3: the default vendor configurations, and resellers where they are asked for."""

import pytest

from provisioning.errors import Permanent, Transient
from provisioning.provision.step3_seed_configurations import seed_configurations
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import World


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=3)


async def test_seeds_every_vendor_and_no_reseller(world: World, stage: Stage) -> None:
    present = await seed_configurations.act(stage.at, stage.request, stage.project)

    assert present == sorted(world.ports.seeds.vendor_names)
    assert world.database.vendors == dict.fromkeys(world.ports.seeds.vendor_names, True)
    assert world.database.resellers == {}


async def test_seeds_the_vendors_that_were_asked_for_and_the_resellers(world: World) -> None:
    stage = await set_stage(world, step=3, vendors="galilu, boxnox", sample_resellers=True)

    assert await seed_configurations.act(stage.at, stage.request, stage.project) == ["boxnox", "galilu"]

    assert world.database.vendors.keys() == {"boxnox", "galilu"}
    guide = {"Galilu": "Poland", "Boxnox": "Europe", "Skins SA": "South Africa"}
    assert guide.items() <= world.database.resellers.items()


async def test_seeded_twice_there_are_no_duplicates_and_no_reseller_comes_back(world: World) -> None:
    stage = await set_stage(world, step=3, sample_resellers=True)
    first = await seed_configurations.act(stage.at, stage.request, stage.project)
    resellers = dict(world.database.resellers)

    assert await seed_configurations.act(stage.at, stage.request, stage.project) == first

    assert world.database.resellers == resellers


async def test_a_default_that_a_person_switched_off_is_named(world: World, stage: Stage) -> None:
    world.database.vendors["boxnox"] = False

    with pytest.raises(Permanent, match="no active default: boxnox") as refusal:
        await seed_configurations.act(stage.at, stage.request, stage.project)

    assert refusal.value.code == "seeds"
    assert world.database.vendors["boxnox"] is False


async def test_without_the_schema_it_stops(world: World, stage: Stage) -> None:
    world.database.table_names.clear()

    with pytest.raises(Permanent, match="vendor_configs"):
        await seed_configurations.act(stage.at, stage.request, stage.project)


async def test_a_database_that_does_not_answer_is_left_to_the_engine(world: World, stage: Stage) -> None:
    world.wire.fail("database.seed", Transient("The connection was lost."))

    with pytest.raises(Transient):
        await seed_configurations.act(stage.at, stage.request, stage.project)


def test_it_has_no_undo_and_says_why() -> None:
    assert seed_configurations.undo is None
    assert seed_configurations.no_undo == "the seeds go with the project"
    assert seed_configurations.detail(["a", "b"]) == "2 vendor configurations"
