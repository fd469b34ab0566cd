"""What is refused is refused in the same sentence everywhere, and what is done leaves the same rows in the audit log."""

import asyncio
import re
from functools import partial
from typing import Any, Final

import pytest

from bot.blocks.form_values import FormValues
from bot.listeners.provision import take_plan
from provisioning.domain.actor import Actor, Role
from provisioning.domain.tenant import TenantState
from tests.fakes.fleet import add_tenant
from tests.fakes.world import World
from tests.unit.test_same_door.surfaces import (
    PERSON,
    Act,
    say_at_terminal,
    say_in_form,
    say_in_slack,
    say_over_http,
)

GRACE: Final = Actor(surface="test", id="grace", name="Grace", role=Role.OPERATOR)
ADA: Final = Actor(surface="test", id=PERSON, name="Ada", role=Role.OPERATOR, person=PERSON)

REFUSED: Final = (
    Act("a tenant that is not there", ["verify", "nobody"], ("POST", "/tenants/nobody/verify"), ("verify", "nobody")),
    Act("a suspended tenant", ["verify", "asleep"], ("POST", "/tenants/asleep/verify"), ("verify", "asleep")),
    Act("another run at work", ["resend", "busy"], ("POST", "/tenants/busy/resend"), ("resend", "busy")),
    Act("a run that is not there", ["retry", "nobody"], ("POST", "/runs/nobody/retry"), ("retry", "nobody")),
    Act("a run that does not wait", ["retry", "busy"], ("POST", "/runs/busy/retry"), ("retry", "busy")),
    Act("nothing to roll back", ["rollback", "busy"], ("POST", "/runs/busy/rollback"), ("rollback", "busy")),
    Act("nothing to undo", ["undo", "busy"], ("POST", "/runs/busy/undo"), ("undo", "busy")),
    Act(
        "no e-mail address", ["resend", "awake", "--email", "x"], ("POST", "/tenants/awake/resend"),
        ("resend", "awake x"), {"email": "x"},
    ),
    Act("not allowed", ["verify", "awake"], ("POST", "/tenants/awake/verify"), ("verify", "awake"), role=Role.VIEWER),
    Act("no question", ["approve", "awake"], ("POST", "/approvals/awake/approve"), ("approve", "awake"), role=Role.APPROVER),
    Act(
        "one's own question", ["approve", "mine"], ("POST", "/approvals/mine/approve"), ("approve", "mine"),
        role=Role.APPROVER,
    ),
)  # fmt: skip
DONE: Final = (
    Act("verified again", ["verify", "awake", "--detach"], ("POST", "/tenants/awake/verify"), ("verify", "awake")),
    Act("sent again", ["resend", "awake", "--detach"], ("POST", "/tenants/awake/resend"), ("resend", "awake")),
    Act("cancelled", ["cancel", "busy", "--detach"], ("POST", "/runs/busy/cancel"), ("cancel", "busy")),
    Act(
        "approved", ["approve", "theirs", "--detach"], ("POST", "/approvals/theirs/approve"), ("approve", "theirs"),
        role=Role.APPROVER,
    ),
    Act("looked at", ["status", "awake"], ("GET", "/tenants/awake"), ("status", "awake"), role=Role.VIEWER),
)  # fmt: skip


def _world() -> World:
    world = World()

    async def settle() -> None:
        for name in ("awake", "busy", "mine", "theirs"):
            await add_tenant(world, name)
        await add_tenant(world, "asleep", state=TenantState.SUSPENDED)
        await world.control.requests.verify(GRACE, "busy")
        for name, who in (("mine", ADA), ("theirs", GRACE)):
            await world.control.approvals.request_deprovision(who, name, confirm=name, reason="it has ended")

    asyncio.run(settle())
    return world


def _rows(world: World, since: int) -> list[tuple[Any, ...]]:
    names = ("action", "result", "subdomain", "reason", "request_hash", "actor_name")
    return [tuple(_plain(row[name]) for name in names) for row in world.records.tables.audit[since:]]


def _plain(text: Any) -> Any:
    """Without what is another one each time: the number of a run."""
    return re.sub(r"-[0-9a-f]{8}\b", "-…", text) if isinstance(text, str) else text


def _on_every_surface(
    act: Act, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[set[str | None], list[list[tuple[Any, ...]]]]:
    said, rows = set(), []
    terminal = partial(say_at_terminal, monkeypatch=monkeypatch, capsys=capsys)
    for say in (terminal, say_over_http, say_in_slack):
        world = _world()
        before = len(world.records.tables.audit)
        said.add(_plain(say(world, act)))
        rows.append(_rows(world, before))
    return said, rows


@pytest.mark.parametrize("act", REFUSED, ids=lambda act: act.what)
def test_a_refusal_is_one_sentence_and_one_row_everywhere(
    act: Act, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said, (at_terminal, over_http, in_slack) = _on_every_surface(act, monkeypatch, capsys)
    assert len(said) == 1, said
    assert said != {None}
    assert at_terminal == over_http == in_slack
    assert [row[1] in {"refused", "not_allowed"} for row in over_http] == [True]


@pytest.mark.parametrize("act", DONE, ids=lambda act: act.what)
def test_the_same_act_leaves_the_same_rows_everywhere(
    act: Act, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said, (at_terminal, over_http, in_slack) = _on_every_surface(act, monkeypatch, capsys)
    assert said == {None}
    assert at_terminal == over_http == in_slack


@pytest.mark.parametrize(
    ("subdomain", "sentence"),
    [
        ("awake", "The subdomain awake is taken; choose another one, or see `tenantbot status awake`."),
        ("www", "The subdomain www is reserved for the platform; choose another one."),
    ],
)
def test_a_subdomain_that_can_t_be_had_is_refused_in_the_same_words(
    subdomain: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--company", "Customer Inc", "--subdomain", subdomain, "--email", "a@customer.com"]
    body = {"company_name": "Customer Inc", "subdomain": subdomain, "admin_email": "a@customer.com"}
    act = Act("provision", ["provision", *options], ("POST", "/tenants"), ("", ""), body)
    assert say_at_terminal(_world(), act, monkeypatch=monkeypatch, capsys=capsys) == sentence
    assert say_over_http(_world(), act) == sentence
    form = FormValues(company="Customer Inc", subdomain=subdomain, email="a@customer.com")
    assert sentence.partition("`")[0] in say_in_form(_world(), take_plan, form.to_json(), act.role)
