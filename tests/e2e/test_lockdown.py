"""The worst case with real processes: a hundred tenants suspended, proved and brought back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.attach import attach
from tests.e2e.fleet import register_fleet, states
from tests.e2e.terminal import Terminal

TENANTS = 100
WITHIN = timedelta(seconds=10)
"""What an installation promises, from the word to the proof."""


@pytest.mark.soak
async def test_a_hundred_tenants_are_off_in_ten_seconds_and_back_by_two_people(
    fresh_terminal: Terminal,
) -> None:
    terminal = fresh_terminal
    names = [f"fleet-{number:03}" for number in range(TENANTS)]
    async with attach(terminal.home):
        assert (await terminal.run("list")).code == 0
        await register_fleet(terminal, names)

        locked = await terminal.run(
            "lockdown", "--reason", "a leak", "--confirm", "LOCKDOWN", "--as", "approver", "--json"
        )
        assert locked.code == 0, locked.err
        assert took(locked.document) < WITHIN
        assert [step["detail"].split(" refused")[0] for step in locked.document["steps"]] == [
            "100 of 100 suspended",
            "100 of 100",
        ]
        assert await states(terminal) == {"suspended": TENANTS}

        asked = await terminal.run("lockdown", "lift", "--reason", "closed", "--as", "approver", "--json")
        assert asked.code == 3, asked.err
        approval_id = asked.document["approval_id"]
        assert (await terminal.run("approve", approval_id, "--as", "approver")).code == 2
        lifted = await terminal.run("approve", approval_id, "--as", "approver2", "--json")
        assert lifted.code == 0, lifted.err
        assert await states(terminal) == {"verified": TENANTS}


def took(run: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(run["created_at"])
