"""kill -9 of every process in any step, then the same command again: one of everything."""

import asyncio
import signal
import subprocess

import pytest

from sandbox.attach import attach
from tests.e2e.conftest import COMPANY, Terminal
from tests.e2e.evidence import WHOLE, evidence

PATIENCE = 90.0

# What holds the run inside each step, so that the kill finds it there; the database steps are caught by looking often.
HOLDS = {
    1: ("supabase", "slow", "/v1/projects"),
    4: ("platform", "slow", "/admin/tenants"),
    5: ("dns", "timeout", ""),
    6: ("taskifai", "slow", "/api/auth/register"),
    7: ("mail", "4xx", ""),
    8: ("taskifai", "slow", "/api/uploads"),
}


@pytest.mark.parametrize("step", range(1, 9))
async def test_killed_in_any_step_it_finishes_once(terminal: Terminal, step: int) -> None:
    async with attach(terminal.home, project_seconds=0.5):
        await terminal.run("list")  # the registry's tables are there now
        if step in HOLDS:
            service, kind, path = HOLDS[step]
            await terminal.fault(service, kind, path=path, times=1, delay=30)
        terminal.start("provision", "--subdomain", "customerinc", *COMPANY, "--json")
        await _until_step(terminal, step)
        terminal.kill_everything()

    answer = await terminal.provision("customerinc")

    assert answer.code == 0, answer.err
    assert "continuing run" in answer.err
    async with attach(terminal.home):
        assert await evidence(terminal, "customerinc") == WHOLE


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_another_worker_takes_over(terminal: Terminal, how: signal.Signals) -> None:
    async with attach(terminal.home, project_seconds=4):
        await terminal.run("list")
        workers = {
            await _executor(process): process
            for process in (terminal.start("worker"), terminal.start("worker"))
        }
        assert (await terminal.provision("customerinc", "--detach")).code == 0
        await _until_step(terminal, 1)

        async with terminal.registry() as registry:
            owner = await registry.fetchval(
                "select executor_id from engine.workflow_status where status = 'PENDING'"
            )
        workers[owner].send_signal(how)

        await _until_state(terminal, "succeeded")
        workers[owner].send_signal(signal.SIGCONT) if how is signal.SIGSTOP else None
        assert await evidence(terminal, "customerinc") == WHOLE


async def test_killing_a_command_beside_a_worker_changes_nothing(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=2):
        await terminal.run("list")
        await _executor(terminal.start("worker"))
        command = terminal.start("provision", "--subdomain", "customerinc", *COMPANY)
        await _until_step(terminal, 1)
        command.kill()

        await _until_state(terminal, "succeeded")
        assert await evidence(terminal, "customerinc") == WHOLE


async def test_ctrl_c_says_how_to_go_on(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=5):
        await terminal.run("list")
        command = terminal.start("provision", "--subdomain", "customerinc", *COMPANY)
        await _until_step(terminal, 1)
        command.send_signal(signal.SIGINT)
        out, err = await asyncio.to_thread(command.communicate)

        assert command.returncode == 130
        assert b"tenantbot status customerinc" in out
        assert b"Traceback" not in err
        answer = await terminal.provision("customerinc")
        assert answer.code == 0, answer.err
        assert await evidence(terminal, "customerinc") == WHOLE


async def test_a_project_whose_answer_was_lost_is_adopted(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.5):
        await terminal.run("list")
        await terminal.fault("supabase", "5xx-after-commit", path="/v1/projects", times=1)

        answer = await terminal.provision("customerinc")

        assert answer.code == 0, answer.err
        assert await evidence(terminal, "customerinc") == WHOLE


async def _until_step(terminal: Terminal, step: int) -> None:
    """Wait until the step has begun."""
    async with asyncio.timeout(PATIENCE), terminal.registry() as registry:
        while not await registry.fetchval(
            "select exists (select from run_steps where number = $1 and state <> 'pending')", step
        ):
            await asyncio.sleep(0.005)


async def _until_state(terminal: Terminal, state: str) -> None:
    async with asyncio.timeout(PATIENCE), terminal.registry() as registry:
        while await registry.fetchval("select state from runs") != state:
            await asyncio.sleep(0.1)


async def _executor(worker: "subprocess.Popen[bytes]") -> str:
    """Read which executor a worker is, once it says so; and go on reading, so that it never blocks on its log."""
    assert worker.stderr is not None
    while b"worker started" not in (line := await asyncio.to_thread(worker.stderr.readline)):
        assert line, "the worker ended"
    asyncio.get_running_loop().run_in_executor(None, worker.stderr.read)
    return line.decode().rsplit("executor=", 1)[1].strip().strip("'\x1b[0m")
