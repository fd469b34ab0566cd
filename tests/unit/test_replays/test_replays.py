"""Slack sends a payload again when it got no answer in time: whatever it is, sent three times it is done once."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.allowlist import Allowlist, Caller
from bot.app import ACTIONS, VERBS, VIEWS, build_app
from bot.blocks import ids
from bot.blocks.form_values import FormValues
from bot.blocks.reason_form import Switch
from bot.blocks.restore_form import RestoreValues
from bot.desk import Desk
from bot.errands import Errands
from bot.outbox.calls import Identity
from provisioning.control_plane.plans import Choices
from provisioning.domain.actor import Actor, Role
from provisioning.domain.approval import ApprovalId
from provisioning.domain.run import RunId, RunKind, RunState
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, World
from tests.unit.test_fleet.fleet import NOTES
from tests.unit.test_reception import TEAM, Opened, Said
from tests.unit.test_replays.payloads import (
    ARCHIVE,
    GONE,
    NEW,
    REASON,
    SIGNING_SECRET,
    Way,
    payload_of,
    requests_of,
)

_APPROVER: Final = Actor("test", "approver", "approver", Role.APPROVER)
_ASKED, _ENDING, _WAITING = "askedinc", "endinginc", "waitinginc"

READING: Final = {
    *("status", "list", "help", "audit", "provision", "suspend", "activate", "deprovision", "reject", "rollback"),
    *("rotate", "lockdown", "orphans", ids.LOCKDOWN_LIFT),
    *(ids.MENU_PROVISION, ids.MENU_OVERVIEW, ids.MENU_LIST, ids.MENU_HELP, ids.RUN_ROLLBACK, ids.TENANT_STATUS),
    *(ids.TENANT_SUSPEND, ids.TENANT_ACTIVATE, ids.TENANT_DEPROVISION, ids.APPROVAL_REJECT, ids.LIST_PAGE),
    *(ids.HOME_REFRESH, ids.PROVISION_BACK, ids.COMPANY, ids.PROVISION_FORM),
    *("lockdown", ids.LOCKDOWN_LIFT, "rotate", "orphans", "digest"),
    *("import", "restore", ids.RESTORE_BACK, ids.RESTORE_FORM, ids.ORPHAN_REMOVE),
    *(ids.TENANT_ROTATE, ids.DIAGNOSIS_LOCKDOWN, "fleet", ids.FLEET_UPGRADE),
}  # fmt: skip
"""These change nothing at all: they show something, or open a form."""


class Approvers(Allowlist):
    """Everybody is one."""

    def __init__(self) -> None:
        """Nobody is looked up."""

    async def admit(self, caller: Caller, *, destructive: bool = False) -> Actor:
        return Actor("slack", caller.user, "Ada", Role.APPROVER, TEAM)


@dataclass(frozen=True)
class Town:
    """A tenant for every question, and two processes of the bot, which know of each other by the registry alone."""

    world: World
    said: Said
    opened: Opened
    values: Mapping[str, str]
    """What buttons carry, and forms, and the words after a verb."""

    @classmethod
    async def build(cls, *, with_archive: bool = False) -> "Town":
        world = World()
        worker = FakeWorker(world)
        for subdomain in (SUBDOMAIN, _ASKED, _ENDING):
            assert (await worker.provision(subdomain=subdomain)).state is RunState.SUCCEEDED
        if with_archive:
            await _end(world, worker)
        world.wire.fail("mailer.send", Permanent("The mail server refuses."))
        waiting = await worker.provision(subdomain=_WAITING)
        asked = await _ask(world, _ASKED)
        ending = await world.control.approvals.approve(_APPROVER, await _ask(world, _ENDING))
        assert ending.run_id is not None
        assert (await worker.finish(ending.run_id)).state is RunState.WAITING
        world.schema.now.append(NOTES)
        return cls(world, Said(), Opened(), _values(waiting.run_id, asked, ending.run_id))

    @asynccontextmanager
    async def process(self) -> AsyncIterator[AsyncApp]:
        desk = Desk(
            control=self.world.control, calls=self.opened, answers=self.said, allowlist=Approvers(),
            clock=self.world.clock, ops_channel="C0OPS000001", domain="taskifai.test",
            choices=Choices(self.world.ports.seeds.vendor_names, ("eu-west-1",), "eu-west-1"),
            errands=Errands(quiet=0),
        )  # fmt: skip
        identity = Identity(user="U0TENANTBOT", bot="B0TENANTBOT", team=TEAM)
        yield build_app(desk, AsyncWebClient(), identity, Secret("xoxb-fake"), signing_secret=SIGNING_SECRET)
        await desk.errands.finish(seconds=60)

    def written(self) -> str:
        """All tables, but which requests came already."""
        return repr(vars(self.world.records.tables) | {"seen": None})

    def shown(self) -> tuple[tuple[Any, ...], ...]:
        return tuple(self.said.texts), tuple(self.opened.views)


@pytest.mark.parametrize("way", ["socket", "http"])
@pytest.mark.parametrize("name", [*VERBS, *ACTIONS, *VIEWS])
async def test_sent_three_times_it_is_done_once(name: str, way: Way) -> None:
    town = await Town.build(with_archive=name.startswith("restore"))
    request = requests_of(payload_of(name, town.values), way)
    before = town.written()
    async with town.process() as app:
        await _dispatch(app, request())
    written, shown = town.written(), town.shown()
    assert (written == before) is (name in READING), "it changed what it should not, or nothing"
    assert any(shown) or name in VIEWS, "nobody heard of it"

    async with town.process() as app, town.process() as other:
        for process in (app, other, app):
            await _dispatch(process, request())
    assert town.written() == written
    assert town.shown() == shown


async def _end(world: World, worker: FakeWorker) -> None:
    await worker.provision(subdomain=GONE)
    gone = await world.control.approvals.approve(_APPROVER, await _ask(world, GONE, grace="0"))
    assert gone.run_id is not None
    assert (await worker.finish(gone.run_id)).state is RunState.SUCCEEDED


async def _ask(world: World, subdomain: str, *, grace: str = "7d") -> ApprovalId:
    asked = await world.control.approvals.request_deprovision(
        OPERATOR, subdomain, confirm=subdomain, reason=REASON, grace=grace
    )
    return asked.approval_id


def _values(waiting: RunId, asked: ApprovalId, ending: RunId) -> dict[str, str]:
    new = FormValues("New Inc", NEW, "admin@newinc.com", region="eu-west-1").to_json()
    return {
        **dict.fromkeys(("provision", "list", "help", ids.MENU_PROVISION, ids.MENU_LIST), ids.NO_VALUE),
        **dict.fromkeys(("approve", "reject"), _ASKED),
        **dict.fromkeys((ids.APPROVAL_APPROVE, ids.APPROVAL_REJECT, ids.REJECT_FORM), asked),
        **dict.fromkeys(("undo", ids.RUN_UNDO), ending),
        **dict.fromkeys(("retry", "rollback", "cancel", ids.RUN_RETRY, ids.RUN_ROLLBACK), waiting),
        **dict.fromkeys((ids.RUN_CANCEL, ids.ROLLBACK_CONFIRM), waiting),
        ids.DIAGNOSIS_REPAIR: f"{SUBDOMAIN} republish",
        ids.LIST_PAGE: json.dumps({"text": "", "page": 1}),
        **dict.fromkeys((ids.PROVISION_BACK, ids.COMPANY, ids.PROVISION_FORM, ids.PROVISION_PLAN), new),
        **dict.fromkeys((ids.RESTORE_BACK, ids.RESTORE_PLAN), RestoreValues(ARCHIVE, "", REASON).to_json()),
        ids.REASON_FORM: Switch(RunKind.SUSPEND, SUBDOMAIN).to_json(),
    }


async def _dispatch(app: AsyncApp, request: AsyncBoltRequest) -> None:
    answer = await app.async_dispatch(request)
    assert answer.status == HTTPStatus.OK, answer.body
