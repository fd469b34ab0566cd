"""The dry run: every question answered, nothing changed."""

from collections.abc import Callable

import pytest

from provisioning.control_plane.plans import Plan
from provisioning.domain.question import Question
from provisioning.errors import InvalidRequest, Permanent, Refused, Transient
from tests.fakes.dns import TARGET
from tests.fakes.wire import COMMIT
from tests.fakes.worker import FakeWorker
from tests.fakes.world import DOMAIN, OPERATOR, RAW_REQUEST, SUBDOMAIN, VIEWER, World, world_with

QUESTIONS = ["subdomain", "Supabase token", "organization", "region", "platform", "DNS", "mail", "archive"]


async def plan(world: World, **fields: str) -> Plan:
    return await world.control.plans.provision(OPERATOR, {**RAW_REQUEST, **fields})


def answers(made: Plan) -> dict[str, Question]:
    return {question.name: question for question in made.questions}


async def test_asks_every_question_and_changes_nothing(world: World) -> None:
    before = (world.records.tables, len(world.projects.made), dict(world.platform.records))

    made = await plan(world)

    assert made.ready
    assert list(answers(made)) == QUESTIONS
    assert all(question.ok and question.answer for question in made.questions)
    assert len(made.steps) == 8
    assert made.monthly_cost == 10
    assert (world.records.tables, len(world.projects.made), dict(world.platform.records)) == before
    assert world.mailer.mailbox == []


async def test_says_what_one_more_project_costs(world: World) -> None:
    assert "10 USD a month" in answers(await plan(world))["organization"].answer


async def test_a_wrong_request_is_refused_before_any_question(world: World) -> None:
    with pytest.raises(InvalidRequest):
        await plan(world, subdomain="www")

    assert world.wire.calls == [COMMIT]  # the refusal's


async def test_a_viewer_may_not_plan(world: World) -> None:
    with pytest.raises(Refused):
        await world.control.plans.provision(VIEWER, RAW_REQUEST)


def free_plan(world: World) -> None:
    world.projects.plan = "free"


def expired_token(world: World) -> None:
    world.wire.fail("projects.check_token", Permanent("The token has expired.", code="token"))


def region_gone(world: World) -> None:
    world.projects.region_codes = ("us-east-1",)


def published_already(world: World) -> None:
    world.platform.add(SUBDOMAIN, "https://another.supabase.co")


def mail_refused(world: World) -> None:
    world.mailer.login_works = False


def dns_silent(world: World) -> None:
    world.wire.fail("dns.lookup", Transient("No name server answers."))


def zone_closed(world: World) -> None:
    world.dns.wildcard = None
    world.wire.fail("zone.check_access", Permanent("The zone's token may not write."))


def archive_closed(world: World) -> None:
    world.wire.fail("archive.check_access", Permanent("The archive can't be used."))


def leads_elsewhere(world: World) -> None:
    world.zone.add(f"{SUBDOMAIN}.{DOMAIN}", "elsewhere.test")


@pytest.mark.parametrize(
    ("spoil", "name", "words"),
    [
        (free_plan, "organization", "SUPABASE_ALLOW_FREE_PLAN"),
        (expired_token, "Supabase token", "has expired"),
        (region_gone, "region", "eu-west-1 is not offered"),
        (published_already, "platform", "already has a tenant customerinc"),
        (mail_refused, "mail", "MAIL_URL"),
        (dns_silent, "DNS", "No name server answers"),
        (zone_closed, "DNS", "may not write"),
        (archive_closed, "archive", "can't be used"),
        (leads_elsewhere, "DNS", "elsewhere.test"),
    ],
)
async def test_what_stands_in_the_way_is_said_and_the_rest_is_asked_too(
    world: World, spoil: Callable[[World], None], name: str, words: str
) -> None:
    spoil(world)

    made = await plan(world)

    assert not made.ready
    assert [question.name for question in made.questions if question.ok is False] == [name]
    assert words in answers(made)[name].answer


async def test_a_taken_subdomain_is_said(world: World, worker: FakeWorker) -> None:
    await worker.provision()

    found = answers(await plan(world))

    assert found["subdomain"].ok is False
    assert "taken by Customer Inc (verified)" in found["subdomain"].answer


async def test_what_deserves_a_look_does_not_stand_in_the_way() -> None:
    world = World(has_archive=False)
    world.platform.publishes = False
    world.dns.wildcard, world.zone.provider = None, "none"

    made = await plan(world)

    assert made.ready
    found = answers(made)
    assert [name for name, question in found.items() if question.ok is None] == ["platform", "DNS", "archive"]
    assert f"{SUBDOMAIN}.{DOMAIN} CNAME {TARGET}" in found["DNS"].answer
    assert "ARCHIVE_URL" in found["archive"].answer


async def test_says_how_the_name_resolves(world: World) -> None:
    assert answers(await plan(world))["DNS"].answer.endswith("through the wildcard")
    world.dns.wildcard = None
    assert "will be added at cloudflare" in answers(await plan(world))["DNS"].answer
    world.zone.add(f"{SUBDOMAIN}.{DOMAIN}", TARGET)
    assert answers(await plan(world))["DNS"].answer.endswith("by a record of its own")


async def test_a_free_organization_may_be_allowed() -> None:
    world = world_with(allow_free_plan=True)
    world.projects.plan = "free"

    assert (await plan(world)).ready


async def test_says_what_a_roll_back_would_undo_in_its_order(world: World, worker: FakeWorker) -> None:
    world.wire.fail("app.register", Permanent("The application refuses."))
    await worker.provision()
    plan = await world.control.plans.rollback(OPERATOR, SUBDOMAIN)
    assert [phrase.split(" the ")[1].split(",")[0].split(" from")[0] for phrase in plan.undo] == [
        "DNS record",
        "tenant record",
        "Supabase project",
    ]
    assert plan.monthly_cost == world.policy.monthly_cost


async def test_plans_no_roll_back_that_would_be_refused(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    with pytest.raises(Refused, match="only a waiting run"):
        await world.control.plans.rollback(OPERATOR, SUBDOMAIN)
