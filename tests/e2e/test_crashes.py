"""kill -9 of every process in any step, then the same command again: one of everything."""

import asyncio
import json
import signal
import subprocess

import pytest

from sandbox.attach import attach
from tests.e2e.evidence import WHOLE, evidence
from tests.e2e.terminal import Terminal, wanted

PATIENCE = 90.0

# What holds the run inside each step, so that the kill finds it there; the database steps are caught by looking often.
HOLDS = {
    1: ("supabase", "slow", "/v1/projects"),
    4: ("platform", "slow", "/admin/tenants"),
    5: ("dns", "timeout", ""),
    6: ("taskifai", "slow", "/api/auth/register"),
    7: ("mail", "4xx", ""),
    8: ("taskifai", "slow", "POST /api/uploads"),
}


@pytest.mark.parametrize("step", range(1, 9))
async def test_killed_in_any_step_it_finishes_once(terminal: Terminal, step: int) -> None:
    subdomain = f"killed-{step}"
    async with attach(terminal.home, project_seconds=0.5):
        if step in HOLDS:
            service, kind, path = HOLDS[step]
            await terminal.fault(service, kind, path=path, times=1, delay=3)
        terminal.start("provision", *wanted(subdomain), "--json")
        await _until_step(terminal, subdomain, step)
        terminal.kill_everything()

    answer = await terminal.provision(subdomain)

    assert answer.code == 0, answer.err
    assert "continuing run" in answer.err
    async with attach(terminal.home):
        assert await evidence(terminal, subdomain) == WHOLE


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_another_worker_takes_over(terminal: Terminal, how: signal.Signals) -> None:
    subdomain = f"taken-over-{how.name.lower()}"
    async with attach(terminal.home, project_seconds=4):
        workers = {
            await _executor(process): process
            for process in (terminal.start("worker"), terminal.start("worker"))
        }
        assert (await terminal.provision(subdomain, "--detach")).code == 0
        await _until_step(terminal, subdomain, 1)

        async with terminal.registry() as registry:
            owner = await registry.fetchval(
                "select executor_id from engine.workflow_status join runs on run_id = workflow_uuid where subdomain = $1",
                subdomain,
            )
        workers[owner].send_signal(how)

        await _until_succeeded(terminal, subdomain)
        if how is signal.SIGSTOP:
            workers[owner].send_signal(signal.SIGCONT)
        assert await evidence(terminal, subdomain) == WHOLE


async def test_killing_a_command_beside_a_worker_changes_nothing(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=2):
        await _executor(terminal.start("worker"))
        command = terminal.start("provision", *wanted("beside-a-worker"))
        await _until_step(terminal, "beside-a-worker", 1)
        command.kill()

        await _until_succeeded(terminal, "beside-a-worker")
        assert await evidence(terminal, "beside-a-worker") == WHOLE


async def test_ctrl_c_says_how_to_go_on(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=5):
        command = terminal.start("provision", *wanted("interrupted"))
        await _until_step(terminal, "interrupted", 1)
        command.send_signal(signal.SIGINT)
        out, err = await asyncio.to_thread(command.communicate)

        assert command.returncode == 130, out + err
        assert b" status provision-interrupted-" in out
        assert b"Traceback" not in err
        answer = await terminal.provision("interrupted")
        assert answer.code == 0, answer.err
        assert await evidence(terminal, "interrupted") == WHOLE


async def test_a_project_whose_answer_was_lost_is_adopted(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.5):
        await terminal.fault("supabase", "5xx-after-commit", path="/v1/projects", times=1)

        answer = await terminal.provision("adopted")

        assert answer.code == 0, answer.err
        assert await evidence(terminal, "adopted") == WHOLE


async def _until_step(terminal: Terminal, subdomain: str, step: int) -> None:
    """Wait until the step has begun."""
    begun = """
        select exists (select from run_steps join runs using (run_id)
                       where subdomain = $1 and number = $2 and run_steps.state <> 'pending')
    """
    async with asyncio.timeout(PATIENCE), terminal.registry() as registry:
        while not await registry.fetchval(begun, subdomain, step):
            await asyncio.sleep(0.005)


async def _until_succeeded(terminal: Terminal, subdomain: str) -> None:
    async with asyncio.timeout(PATIENCE), terminal.registry() as registry:
        while (
            await registry.fetchval("select state from runs where subdomain = $1", subdomain) != "succeeded"
        ):
            await asyncio.sleep(0.1)


async def _executor(worker: "subprocess.Popen[bytes]") -> str:
    """Read which executor a worker is, once it says so; and go on reading, so that it never blocks on its log."""
    assert worker.stderr is not None
    while b"worker started" not in (line := await asyncio.to_thread(worker.stderr.readline)):
        assert line, "the worker ended"
    asyncio.get_running_loop().run_in_executor(None, worker.stderr.read)
    return str(json.loads(line)["executor"])
