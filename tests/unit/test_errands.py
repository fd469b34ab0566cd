"""What goes on after an acknowledgement: not lost, not endless, not more at once than there is room for."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot import errands as errand_room
from bot.errands import Errands


async def test_an_errand_is_finished_before_the_end() -> None:
    errands, gate, done = Errands(), asyncio.Event(), []

    async def errand() -> None:
        await gate.wait()
        done.append("it")

    errands.start(errand())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(gate.set)
    await errands.finish(seconds=60)
    assert done == ["it"]


async def test_an_errand_that_takes_too_long_is_cancelled() -> None:
    errands, begun, ends = Errands(quiet=0), asyncio.Event(), []

    async def errand() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")

    errands.start(errand())
    await begun.wait()
    await errands.finish(seconds=0)
    assert ends == ["cancelled"]


async def test_an_errand_that_fails_is_heard_of_and_harms_no_other() -> None:
    errands, done = Errands(), []

    async def broken() -> None:
        raise ValueError("broken")

    async def whole() -> None:
        done.append("it")

    with capture_logs() as logs:
        errands.start(broken())
        errands.start(whole())
        await errands.finish(seconds=60)
    assert done == ["it"]
    assert [log["event"] for log in logs] == ["errand failed"]


async def test_only_so_many_run_at_once_and_all_run() -> None:
    errands, at_work, most, done = Errands(), 0, 0, 0

    async def errand() -> None:
        nonlocal at_work, most, done
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        at_work -= 1
        done += 1

    for _ in range(100):
        errands.start(errand())
    await errands.finish(seconds=60)
    assert (most, done) == (16, 100)


async def test_nothing_to_finish_is_finished_at_once() -> None:
    await Errands().finish(seconds=60)


async def test_errands_begin_when_no_other_request_has_come_for_a_moment() -> None:
    errands = Errands(quiet=0.02)
    begun: list[int] = []
    for number in range(5):
        errands.start(_note(begun, number))
        await asyncio.sleep(0)
    assert begun == []
    await errands.finish(seconds=60)
    assert sorted(begun) == [0, 1, 2, 3, 4]


async def _note(begun: list[int], number: int) -> None:
    begun.append(number)


async def test_requests_without_end_hold_nothing_back_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errand_room, "_MOST_HELD_SECONDS", 0.05)
    errands = Errands(quiet=60)
    begun: list[int] = []
    errands.start(_note(begun, 0))
    await errands.finish(seconds=60)
    assert begun == [0]


async def test_an_errand_that_never_began_is_let_go_of() -> None:
    errands = Errands(quiet=60)
    begun: list[int] = []
    errands.start(_note(begun, 0))
    await asyncio.sleep(0)
    await errands.finish(seconds=0)
    assert begun == []
