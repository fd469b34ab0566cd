"""Step 8 in bad weather: lost answers are asked for again, and nothing of the verification stays behind."""

import pytest

from provisioning.domain.run import RunState
from provisioning.errors import Permanent, Transient, Unclear
from tests.fakes.stage import Stage, set_stage
from tests.fakes.tenant_database import Batch
from tests.fakes.worker import FakeWorker
from tests.fakes.world import World
from tests.unit.test_steps.test_step8_verify_tenant import checklist, verify


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=8)


async def test_an_upload_that_the_application_does_not_remove_is_removed_in_the_database(
    world: World, stage: Stage
) -> None:
    world.app.habits.deletes_batches = False

    assert await verify(stage) == "verified"

    assert world.database.batches == {}
    assert checklist(world)["file_upload"].found == "completed, removed in the database"


@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_upload_whose_removal_got_no_answer_leaves_no_trace(
    world: World, stage: Stage, after_effect: bool
) -> None:
    world.wire.fail("app.delete_batch", Unclear("The answer was lost."), after_effect=after_effect, times=9)

    await verify_at_last(stage)

    assert world.database.batches == {}


async def test_an_upload_whose_answer_was_lost_leaves_no_trace(world: World, stage: Stage) -> None:
    world.wire.fail("app.upload", Unclear("The answer was lost."), after_effect=True)

    await verify_at_last(stage)

    assert world.database.batches == {}


async def test_an_upload_that_a_killed_verification_left_does_not_fail_the_next_one(
    world: World, stage: Stage
) -> None:
    """It has the name that only verifications use; the customer's own files don't."""
    user = next(iter(world.database.users.values()))
    name = "tenantbot-verification-boxnox.csv"
    world.database.batches["fake"] = Batch("fake", user.user_id, name, 2, processed_at=0)

    assert await verify(stage) == "verified"

    assert world.database.batches == {}


@pytest.mark.parametrize(
    "call", ["app.frontend", "app.health", "app.login", "app.batches", "databases.open", "platform.find"]
)
async def test_a_check_that_got_no_answer_for_a_moment_is_made_again(world: World, call: str) -> None:
    """A new name's certificate, for one, is issued some minutes after the name."""

    async def lose_answers() -> None:
        world.wire.fail(call, Transient("The connection was lost."), times=2)

    world.wire.once_before("app.frontend", lose_answers)

    assert (await FakeWorker(world).provision()).state is RunState.SUCCEEDED


async def test_a_check_that_never_gets_an_answer_stops_the_run_with_the_reason(world: World) -> None:
    world.wire.fail("app.frontend", Transient("The name has no certificate yet."), times=1000)

    run = await FakeWorker(world).provision()

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.step == 8
    assert "The name has no certificate yet." in run.error.message


async def verify_at_last(stage: Stage) -> None:
    """Verify as the engine does: again after what may pass, with a person's retry after what may not."""
    for _ in range(12):
        try:
            await verify(stage)
        except (Permanent, Transient):
            continue
        return
    pytest.fail("It was never verified.")
