"""New keys in the middle of a run that was killed, then new credentials for its tenant; everything opens all the time."""

import asyncio
from contextlib import suppress

import asyncpg

from sandbox.attach import attach
from tests.e2e.terminal import Terminal, wanted

_AT_WORK = "select exists (select from run_steps where number = 3 and state = 'succeeded')"


async def test_keys_and_credentials_are_replaced_while_everything_opens(fresh_terminal: Terminal) -> None:
    terminal = fresh_terminal
    async with attach(terminal.home, project_seconds=0.5):
        await terminal.fault("platform", "slow", path="/admin/tenants", times=1, delay=3)
        terminal.start("provision", *wanted("renewed"), quiet=True)
        async with terminal.registry() as registry:
            while not await _is_at_work(registry):
                await asyncio.sleep(0.05)
        terminal.kill_everything()

    async with attach(terminal.home):
        old = (terminal.home / "secret.key").read_text().split()
        assert (await terminal.run("keys", "add")).code == 0
        renewed = await terminal.run("keys", "rotate", "--json")
        assert (renewed.code, renewed.document["older"]) == (0, 0)
        assert renewed.document["renewed"] > 0
        assert (await terminal.provision("renewed")).code == 0

        retired = await terminal.run("keys", "retire", "--json")
        assert (retired.code, retired.document["in_place"]) == (0, True)
        (new,) = (terminal.home / "secret.key").read_text().split()
        assert [new] != old

        answer = await terminal.run("rotate", "renewed", "--json")
        assert (answer.code, answer.document["kind"]) == (0, "rotate"), answer.err
        assert [step["state"] for step in answer.document["steps"]] == ["succeeded"] * 7


async def _is_at_work(registry: asyncpg.Connection) -> bool:
    with suppress(asyncpg.UndefinedTableError):  # the command is still making the registry
        return bool(await registry.fetchval(_AT_WORK))
    return False
