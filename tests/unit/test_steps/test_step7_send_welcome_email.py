"""Step 7: the guide's e-mail, once."""

import re
from html import unescape

import pytest

from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient, Unclear
from provisioning.ports import Email
from provisioning.provision.step7_send_welcome_email import send_welcome_email
from provisioning.provision.welcome_email import welcome_email
from provisioning.registry import OutboxRow
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import EMAIL, SUBDOMAIN, World

# The guide's text (14.3, step 7), with its example's names filled in.
PLAIN = """\
Hi John Doe,

Your TaskifAI account has been successfully created!

Access your dashboard:
https://customerinc.taskifai.com

Login Credentials:
Email: admin@customer.com
Password: fakeTemporaryPassword123

Getting Started:
1. Log in and change your password
2. Upload your first sales data file
3. Explore the AI chat assistant
4. Configure external dashboards

Need help? Reply to this email or visit docs.taskifai.com

Welcome aboard!
The TaskifAI Team
"""


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=7)


async def outbox(world: World, stage: Stage) -> OutboxRow | None:
    async with world.records.transaction() as tx:
        return await tx.outbox.latest(stage.record.tenant_id, template="welcome")


async def test_sends_url_and_login_to_the_admin(world: World, stage: Stage) -> None:
    assert await send_welcome_email.act(stage.at, stage.record, stage.admin) == EMAIL

    (email,) = world.mailer.mailbox
    assert email.to == EMAIL
    assert email.subject == "Welcome to TaskifAI - Your Account is Ready!"
    password = re.search(r"Password: (\w+)", email.text)
    assert password is not None
    login = await world.app.login(SUBDOMAIN, email=EMAIL, password=Secret(password[1]))
    assert login.is_success
    assert stage.record.access_url in email.text
    row = await outbox(world, stage)
    assert row is not None
    assert (row.state, row.recipient, row.message_id) == ("sent", EMAIL, email.message_id)


async def test_entered_twice_it_is_sent_once(world: World, stage: Stage) -> None:
    await send_welcome_email.act(stage.at, stage.record, stage.admin)

    assert await send_welcome_email.act(stage.at, stage.record, stage.admin) == EMAIL

    assert len(world.mailer.mailbox) == 1


async def test_a_message_that_may_have_been_accepted_is_repeated_as_the_same_message(
    world: World, stage: Stage
) -> None:
    world.wire.fail("mailer.send", Unclear("The answer was lost."), after_effect=True)
    with pytest.raises(Unclear):
        await send_welcome_email.act(stage.at, stage.record, stage.admin)

    await send_welcome_email.act(stage.at, stage.record, stage.admin)

    first, second = world.mailer.mailbox
    assert first == second
    assert len(world.mailer.message_ids) == 1


async def test_the_message_is_noted_before_it_goes_out(world: World, stage: Stage) -> None:
    seen = []

    async def look() -> None:
        seen.append(await outbox(world, stage))

    world.wire.once_before("mailer.send", look)

    await send_welcome_email.act(stage.at, stage.record, stage.admin)

    (row,) = seen
    assert row is not None
    assert row.state == "sending"
    assert row.message_id == world.mailer.mailbox[0].message_id


async def test_the_message_id_is_well_formed_and_names_the_tenant(world: World, stage: Stage) -> None:
    await send_welcome_email.act(stage.at, stage.record, stage.admin)

    (message_id,) = world.mailer.message_ids
    assert message_id == f"<welcome.1.{stage.record.tenant_id}@taskifai.test>"


async def test_after_a_clear_no_the_message_is_not_taken_for_one_that_may_be_out(
    world: World, stage: Stage
) -> None:
    world.wire.fail("mailer.send", Permanent("Address refused.", code="address_refused"))
    with pytest.raises(Permanent):
        await send_welcome_email.act(stage.at, stage.record, stage.admin)

    row = await outbox(world, stage)

    assert row is not None
    assert row.state == "pending"
    assert world.mailer.mailbox == []


async def test_a_clear_no_after_an_unclear_answer_leaves_the_message_as_one_that_may_be_out(
    world: World, stage: Stage
) -> None:
    world.wire.fail("mailer.send", Unclear("The answer was lost."), after_effect=True)
    with pytest.raises(Unclear):
        await send_welcome_email.act(stage.at, stage.record, stage.admin)
    world.wire.fail("mailer.send", Permanent("Address refused.", code="address_refused"))
    with pytest.raises(Permanent):
        await send_welcome_email.act(stage.at, stage.record, stage.admin)

    row = await outbox(world, stage)

    assert row is not None
    assert row.state == "sending"


async def test_a_mail_server_that_is_away_is_left_to_the_engine(world: World, stage: Stage) -> None:
    world.wire.fail("mailer.send", Transient("The mail server is away."))
    with pytest.raises(Transient):
        await send_welcome_email.act(stage.at, stage.record, stage.admin)

    await send_welcome_email.act(stage.at, stage.record, stage.admin)

    assert len(world.mailer.mailbox) == 1


async def test_without_the_password_it_says_how_to_get_a_new_one(world: World, stage: Stage) -> None:
    async with world.records.transaction() as tx:
        await tx.tenants.store_temporary_password(SUBDOMAIN, None)

    with pytest.raises(Permanent, match=f"tenantbot resend {SUBDOMAIN}"):
        await send_welcome_email.act(stage.at, stage.record, stage.admin)

    assert world.mailer.mailbox == []


def test_the_plain_text_is_the_guides_word_for_word() -> None:
    email = welcome_email(
        admin_name="John Doe",
        admin_email="admin@customer.com",
        access_url="https://customerinc.taskifai.com",
        password=Secret("fakeTemporaryPassword123"),
        support_url="https://docs.taskifai.com",
        message_id="<fake@taskifai.test>",
    )

    assert email.text == PLAIN
    assert email.subject == "Welcome to TaskifAI - Your Account is Ready!"


def test_the_html_says_the_same() -> None:
    email = _email(admin_name="John Doe")

    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", email.html.partition("<body")[2])).split())
    for line in filter(None, PLAIN.splitlines()):
        wanted = re.sub(r"^\d\. ", "", line)
        assert wanted in words
    assert 'href="https://customerinc.taskifai.com"' in email.html
    assert 'href="https://docs.taskifai.com"' in email.html


def test_what_a_person_typed_is_escaped_in_the_html_and_not_in_the_text() -> None:
    name = '<b>Jo & "Ann"</b> {{ temporary_password }}'

    email = _email(admin_name=name)

    assert f"Hi {name}," in email.text
    assert "<b>Jo" not in email.html
    assert "&lt;b&gt;Jo &amp; &#34;Ann&#34;&lt;/b&gt; {{ temporary_password }}" in email.html


def test_the_representation_of_a_message_hides_its_body() -> None:
    assert "fakeTemporaryPassword123" not in repr(_email(admin_name="John Doe"))


def test_it_has_no_undo_and_says_why() -> None:
    assert send_welcome_email.undo is None
    assert send_welcome_email.no_undo == "an e-mail, once sent, can't be called back"
    assert send_welcome_email.detail(EMAIL) == f"to {EMAIL}"


def _email(*, admin_name: str) -> Email:
    return welcome_email(
        admin_name=admin_name,
        admin_email="admin@customer.com",
        access_url="https://customerinc.taskifai.com",
        password=Secret("fakeTemporaryPassword123"),
        support_url="docs.taskifai.com",
        message_id="<fake@taskifai.test>",
    )
