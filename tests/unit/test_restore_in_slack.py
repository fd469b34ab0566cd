"""A tenant that comes back as people see it in Slack: the backup is chosen, the plan shown, the run told in its thread."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.blocks.restore_form import RestoreValues, restore_form
from bot.listeners import restore
from bot.outbox.calls import SlackCalls
from bot.reception import CLOSE_ALL
from bot.visit import Visit
from provisioning.control_plane.archives import Archived
from provisioning.domain.run import RunKind, RunState
from provisioning.errors import Refused
from tests.block_kit import check_view, elements_of, words_of
from tests.fakes.worker import FakeWorker
from tests.fakes.world import SUBDOMAIN, VIEWER, World
from tests.unit.test_lockdown_in_slack import OPERATOR, a_visit, shown
from tests.unit.test_reception import Lobby
from tests.unit.test_reporter.newsroom import Newsroom
from tests.unit.test_restore_tenant import end

OLD = Archived("archives/old-20250101", "old", date(2025, 1, 1), 1)


class Views(SlackCalls):
    """Keeps the view that stands at last."""

    def __init__(self) -> None:
        self.drawn: list[dict[str, Any]] = []

    async def call(self, method: str, *, within: float | None = None, **arguments: Any) -> Mapping[str, Any]:
        assert (method == "views.update") is bool(self.drawn)
        check_view(arguments["view"])
        self.drawn.append(arguments["view"])
        return {"ok": True, "view": {"id": "V1"}}


@pytest.fixture
async def archive(world: World, worker: FakeWorker) -> str:
    return await end(world, worker)


@pytest.fixture
def lobby(world: World) -> Lobby:
    return Lobby(world)


async def opened(lobby: Lobby, value: str = "") -> dict[str, Any]:
    lobby.desk.calls = views = Views()
    assert await restore.ask(lobby.desk, a_visit(OPERATOR, value)) is None
    waiting, form = views.drawn
    assert "Looking at what the archive has" in words_of(waiting)
    return form


def filled(archive: str, subdomain: str = "", reason: str = "they came back") -> Visit:
    view = restore_form([OLD], RestoreValues())
    entered = {
        "archive": {"archive": {"selected_option": {"value": archive}}},
        "subdomain": {"subdomain": {"value": subdomain}},
        "reason": {"reason": {"value": reason}},
    }
    return a_visit(OPERATOR, view={**view, "id": "V1", "state": {"values": entered}})


def offered(view: dict[str, Any]) -> list[str]:
    (select,) = (one for one in elements_of(view) if one["type"] == "static_select")
    return [one["value"] for one in select["options"]]


async def test_from_the_choice_to_the_tenant(
    lobby: Lobby, world: World, worker: FakeWorker, archive: str
) -> None:
    newsroom = Newsroom(world)
    assert offered(await opened(lobby)) == [archive]

    plan = (await restore.take_form(lobby.desk, filled(archive)))["view"]
    check_view(plan)
    for words in ("Customer Inc", "in the place of its tombstone", "1 user", "It costs 10 USD", "Verify"):
        assert words in words_of(plan)
    assert plan["submit"]["text"] == "Restore"
    assert await restore.take_plan(lobby.desk, a_visit(OPERATOR, view=plan)) == CLOSE_ALL

    async with world.records.transaction() as tx:
        run = await tx.runs.find_open(SUBDOMAIN)
    assert run is not None
    assert (run.kind, run.request["reason"]) == (RunKind.RESTORE, "they came back")
    assert (await worker.finish(run.run_id)).state is RunState.SUCCEEDED
    await newsroom.look(3)
    assert "Restoring *Customer Inc*" in words_of(shown(newsroom.slack.roots[-1]))
    assert "is verified" in newsroom.slack.thread(newsroom.slack.roots[-1])[-1].said


async def test_a_subdomain_or_a_folder_behind_the_verb_is_what_is_offered(archive: str) -> None:
    own = Archived(archive, SUBDOMAIN, date(2026, 11, 24), 1, "Customer Inc")
    for wanted in (SUBDOMAIN, archive):
        assert offered(restore_form([own, OLD], RestoreValues(), wanted=wanted)) == [archive]
    unknown = restore_form([own, OLD], RestoreValues(), wanted="nobody")
    assert offered(unknown) == [archive, OLD.folder]
    assert "no backup nobody" in words_of(unknown)


def test_a_form_takes_no_more_than_slack_does() -> None:
    many = [replace(OLD, folder=f"archives/old-20250101-{number}") for number in range(2, 150)]
    view = restore_form(many, RestoreValues(reason="x" * 600))
    check_view(view)
    assert len(offered(view)) == 100
    assert "48 older ones more" in words_of(view)


@pytest.mark.parametrize(
    ("subdomain", "reason", "field", "words"),
    [
        ("Not OK", "they came back", "subdomain", "lower-case"),
        ("harbour", "they came back", "subdomain", "is taken by"),
        ("", "x", "reason", "3 to 500"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    lobby: Lobby, worker: FakeWorker, archive: str, subdomain: str, reason: str, field: str, words: str
) -> None:
    await worker.finish(await worker.request(subdomain="harbour", company="Harbour"))
    reply = await restore.take_form(lobby.desk, filled(archive, subdomain, reason))
    assert reply["errors"].keys() == {field}
    assert words in reply["errors"][field]


async def test_an_unknown_backup_and_a_tenant_that_lives_are_refused(
    lobby: Lobby, worker: FakeWorker, archive: str
) -> None:
    reply = await restore.take_form(lobby.desk, filled("archives/nobody-20261124"))
    assert "has no backup" in reply["errors"]["archive"]
    started = await lobby.world.control.restores.as_tenant(OPERATOR, archive)
    reply = await restore.take_form(lobby.desk, filled(archive))
    assert f"{SUBDOMAIN} is taken by Customer Inc (provisioning)" in reply["errors"]["subdomain"]
    await worker.finish(started.run.run_id)
    reply = await restore.take_form(lobby.desk, filled(archive))
    assert f"{SUBDOMAIN} is taken by Customer Inc (verified)" in reply["errors"]["subdomain"]


async def test_the_last_click_twice_is_one_run(lobby: Lobby, archive: str) -> None:
    plan = (await restore.take_form(lobby.desk, filled(archive)))["view"]
    await restore.take_plan(lobby.desk, a_visit(OPERATOR, view=plan))
    again = await restore.take_plan(lobby.desk, a_visit(OPERATOR, view=plan))
    assert "under way already" in words_of(again["view"])


async def test_nothing_typed_is_lost_on_the_way_back(lobby: Lobby, archive: str) -> None:
    plan = (await restore.take_form(lobby.desk, filled(archive, "customer-again")))["view"]
    lobby.desk.calls = views = Views()
    views.drawn.append(plan)
    await restore.back_to_form(lobby.desk, a_visit(OPERATOR, view={**plan, "id": "V1"}))
    text = repr(views.drawn[-1])
    assert "customer-again" in text
    assert "they came back" in text


async def test_an_empty_archive_and_a_viewer_are_told(lobby: Lobby) -> None:
    assert "no backup yet" in words_of(await opened(lobby))
    with pytest.raises(Refused, match="restore needs an operator"):
        await restore.ask(lobby.desk, a_visit(VIEWER))
