"""The same person on each surface: what they ask for there, and what they read when it is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from bot.allowlist import Caller
from bot.app import VERBS
from bot.reception import Take
from bot.visit import Request, Visit
from provisioning.cli import session as cli
from provisioning.cli.app import build_app, run
from provisioning.control_plane import ControlPlane
from provisioning.domain.actor import Actor, Role
from provisioning.errors import TenantbotError
from tests.fakes.world import World
from tests.unit.test_admin_api.caller import open_caller
from tests.unit.test_reception import Lobby

PERSON = "slack:U0ADA000001"
NAME = "Ada"


@dataclass(frozen=True)
class Act:
    """One wish, as it is said on each surface. `body` is what goes along over HTTP."""

    what: str
    cli: Sequence[str]
    api: tuple[str, str]
    slack: tuple[str, str]
    body: dict[str, Any] | None = None
    role: Role = Role.OPERATOR


def actor(surface: str, role: Role) -> Actor:
    return Actor(surface=surface, id=PERSON, name=NAME, role=role, person=PERSON)


@dataclass
class _System:
    control: ControlPlane

    async def worker_alive(self) -> bool:
        return False


def say_at_terminal(
    world: World, act: Act, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str | None:
    @asynccontextmanager
    async def open_session(invocation: cli.Invocation, **_: Any) -> AsyncIterator[cli.Session]:
        yield cli.Session(_System(world.control), actor("cli", act.role), invocation.output)  # type: ignore[arg-type]

    monkeypatch.setattr(cli, "open_session", open_session)
    with pytest.raises(SystemExit):
        run(build_app(), [*act.cli, "--json"], open_sandbox=_none)
    said = json.loads(capsys.readouterr().out)
    error = said.get("error")
    return error["message"] if error and "run_id" not in said else None


def say_over_http(world: World, act: Act) -> str | None:
    async def ask() -> str | None:
        async with open_caller(world, name=NAME, role=act.role.value, slack=PERSON[6:]) as caller:
            answer = await caller.ask(act.api[0], act.api[1], act.body)
        return answer.json()["detail"] if answer.is_error else None

    return asyncio.run(ask())


def say_in_slack(world: World, act: Act) -> str | None:
    verb, value = act.slack

    async def ask() -> str | None:
        who = actor("slack", act.role)
        request = Request(
            Caller(who.id, None, None, "C0GENERAL01"), None, "message", value, "1.2.3", None, {}
        )
        try:
            await VERBS[verb].act(Lobby(world).desk, Visit(who, request))
        except TenantbotError as fault:
            return fault.message
        return None

    return asyncio.run(ask())


def say_in_form(world: World, take: Take, metadata: str, role: Role) -> str:
    """All that the view shows that answers a form."""

    async def ask() -> str:
        view = {"private_metadata": metadata, "id": "V1"}
        who = actor("slack", role)
        request = Request(Caller(who.id, None, None, "C0GENERAL01"), None, "message", "", "1.2.3", None, view)
        return str(await take(Lobby(world).desk, Visit(who, request)))

    return asyncio.run(ask())


def _none(_: Any) -> Any:
    raise AssertionError
