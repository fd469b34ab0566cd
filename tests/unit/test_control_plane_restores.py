"""The verb that restores: into a named, empty database, written down, and by whoever may."""

import pytest

from provisioning.domain.secret import Secret
from provisioning.errors import Refused
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World

FOLDER = f"backups/{SUBDOMAIN}-20261124"
DSN = Secret("postgresql://someone:not-a-secret@db.example:5432/restored")


@pytest.fixture
async def backed_up(world: World, worker: FakeWorker) -> World:
    await worker.provision()
    await world.backups.make(
        subdomain=SUBDOMAIN,
        project_ref=world.project.ref,
        run_id="deprovision-customerinc-1",
        address=world.project.address,
        password=world.project.password,
        folder=FOLDER,
    )
    return world


async def test_puts_a_backup_into_an_empty_database_and_writes_it_down(backed_up: World) -> None:
    proof = await backed_up.control.restores.into_database(OPERATOR, f"{FOLDER}/", DSN)

    assert proof.ok
    assert backed_up.backups.targets[DSN.reveal()].users.keys() == backed_up.database.users.keys()
    begun, done = [row for row in backed_up.records.tables.audit if row["action"] == "restore"]
    assert (begun["result"], done["result"]) == ("begun", "done")
    assert done["subdomain"] == SUBDOMAIN
    assert done["reason"] == f"{FOLDER} into restored on db.example: all equal"


async def test_a_refusal_of_the_database_is_written_down_too(backed_up: World) -> None:
    await backed_up.control.restores.into_database(OPERATOR, FOLDER, DSN)
    with pytest.raises(Refused, match="not empty"):
        await backed_up.control.restores.into_database(OPERATOR, FOLDER, DSN)
    assert backed_up.records.tables.audit[-1]["result"] == "refused"
    assert "not-a-secret" not in repr(backed_up.records.tables.audit)


@pytest.mark.parametrize("archive", ["", "customerinc", "backups/nobody-20261124", "../backups/x-20261124"])
async def test_an_unknown_backup_is_refused(backed_up: World, archive: str) -> None:
    with pytest.raises(Refused, match="has no backup") as refused:
        await backed_up.control.restores.into_database(OPERATOR, archive, DSN)
    assert refused.value.field == "archive"


@pytest.mark.parametrize("dsn", ["restored", "mysql://h/x", "postgresql://u:p@db.example"])
async def test_what_names_no_database_is_refused(backed_up: World, dsn: str) -> None:
    with pytest.raises(Refused, match="--to is not the address") as refused:
        await backed_up.control.restores.into_database(OPERATOR, FOLDER, Secret(dsn))
    assert refused.value.field == "to"


async def test_a_viewer_may_not(backed_up: World) -> None:
    with pytest.raises(Refused, match="restore needs an operator"):
        await backed_up.control.restores.into_database(VIEWER, FOLDER, DSN)


async def test_without_an_archive_it_says_which_setting_is_missing() -> None:
    with pytest.raises(Refused, match="ARCHIVE_URL"):
        await World(has_archive=False).control.restores.into_database(OPERATOR, FOLDER, DSN)
