"""Step 2: the base schema, once."""

import dataclasses

import pytest

from provisioning.domain.schema_files import EXPECTED_TABLES, SchemaFile
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from provisioning.provision.step2_initialize_schema import initialize_schema
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import SUBDOMAIN, World


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=2)


async def test_applies_the_schema_and_records_its_version(world: World, stage: Stage) -> None:
    version = await initialize_schema.act(stage.at, stage.project)

    assert version == world.schema.now[-1].version
    assert world.database.table_names == EXPECTED_TABLES
    tenant = await stage.tenant()
    assert tenant.schema_version == version
    assert tenant.database_bytes == await world.database.size_bytes()


async def test_applied_twice_it_changes_nothing(world: World, stage: Stage) -> None:
    await initialize_schema.act(stage.at, stage.project)
    before = list(world.database.versions)

    await initialize_schema.act(stage.at, stage.project)

    assert world.database.versions == before


async def test_more_tables_than_expected_are_no_fault(world: World, stage: Stage) -> None:
    world.database.table_names.add("something_more")

    await initialize_schema.act(stage.at, stage.project)


async def test_names_the_tables_that_the_files_do_not_make(world: World, stage: Stage) -> None:
    base = world.schema.now[0]
    shorter = SchemaFile(base.version, base.name, base.sql.replace("table if not exists public.products", ""))
    world.schema.now = [shorter]

    with pytest.raises(Permanent, match="missing: products") as refusal:
        await initialize_schema.act(stage.at, stage.project)

    assert refusal.value.code == "schema"
    assert "TENANT_SCHEMA_DIR" in refusal.value.message
    assert (await stage.tenant()).schema_version is None


async def test_a_database_that_does_not_answer_is_left_to_the_engine(world: World, stage: Stage) -> None:
    world.wire.fail("databases.open", Transient("The pooler is away."))

    with pytest.raises(Transient):
        await initialize_schema.act(stage.at, stage.project)


async def test_a_password_that_was_moved_here_from_another_tenant_does_not_open(
    world: World, stage: Stage
) -> None:
    foreign = world.vault.seal(Secret("fake"), subdomain="harbour", field="project_password")

    with pytest.raises(Permanent, match="belongs to something else"):
        await initialize_schema.act(stage.at, dataclasses.replace(stage.project, password=foreign))

    assert SUBDOMAIN not in world.platform.records


def test_it_has_no_undo_and_says_why() -> None:
    assert initialize_schema.undo is None
    assert initialize_schema.no_undo == "the schema goes with the project"
    assert initialize_schema.detail("20261124000001") == "11 tables, version 20261124000001"
