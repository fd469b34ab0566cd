"""From a request to a verified tenant, as a person does it: on the command line, with real processes."""

import re

import pytest

from tests.e2e.terminal import Terminal

STEPS = [
    "Create Supabase project",
    "Initialize database schema",
    "Seed default configurations",
    "Create tenant record",
    "Configure DNS",
    "Create initial admin user",
    "Send welcome email",
    "Verify & test",
]


async def test_one_command_takes_a_customer_from_a_request_to_a_verified_tenant(
    fresh_terminal: Terminal,
) -> None:
    terminal = fresh_terminal
    answer = await terminal.provision("customerinc")

    assert answer.code == 0, answer.err
    run = answer.document
    assert run["state"] == "succeeded"
    assert [step["title"] for step in run["steps"]] == STEPS
    assert {step["state"] for step in run["steps"]} == {"succeeded"}
    assert all(check["ok"] for check in run["checklist"])
    assert run["tenant"]["access_url"].startswith("https://customerinc.taskifai.test")
    assert run["tenant"]["is_active"] is True

    mail = await terminal.mail()
    assert [one["to"] for one in mail] == ["admin@customer.com"]
    assert "Welcome to TaskifAI" in mail[0]["subject"]

    # A second tenant beside the first, and both in the list.
    second = await terminal.provision("otherinc")
    assert second.code == 0, second.err
    listed = (await terminal.run("list", "--json")).document
    assert {tenant["subdomain"] for tenant in listed["tenants"]} == {"customerinc", "otherinc"}

    # Any time later: the same checklist, with no trace left in the tenant.
    verified = await terminal.run("verify", "customerinc", "--json")
    assert verified.code == 0, verified.err
    assert verified.document["kind"] == "verify"
    assert len(verified.document["checklist"]) == len(run["checklist"])

    # A lost e-mail: a new password, sent once more.
    resent = await terminal.run("resend", "customerinc", "--json")
    assert resent.code == 0, resent.err
    to_customer = [one for one in await terminal.mail() if "customerinc" in one["text"]]
    assert len({one["message_id"] for one in to_customer}) == 2
    assert len({re.search(r"Password: (\S+)", one["text"])[1] for one in to_customer}) == 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        (("--company", "", "--subdomain", "acme", "--email", "a@customer.com"), "company", "missing"),
        (("--company", "Acme", "--subdomain", "Ac", "--email", "a@customer.com"), "subdomain", "3 to 50"),
        (("--company", "Acme", "--subdomain", "www", "--email", "a@customer.com"), "subdomain", "reserved"),
        (("--company", "Acme", "--subdomain", "a--b", "--email", "a@customer.com"), "subdomain", "hyphens"),
        (("--company", "Acme", "--subdomain", "acme", "--email", "nobody"), "email", "not an e-mail"),
        (
            ("--company", "Acme", "--subdomain", "acme", "--email", "a@customer.com", "--region", "mars"),
            "region",
            "region",
        ),
        (
            ("--company", "Acme", "--subdomain", "acme", "--email", "a@customer.com", "--vendors", "zara"),
            "vendors",
            "boxnox",
        ),
    ],
)
async def test_a_wrong_field_gets_one_message_and_nothing_is_made(
    terminal: Terminal, arguments: tuple[str, ...], field: str, words: str
) -> None:
    answer = await terminal.run("provision", *arguments, "--json")

    assert answer.code == 2
    assert answer.document["error"]["field"] == field
    assert words in answer.document["error"]["message"]
    assert "Traceback" not in answer.err
    assert (await terminal.run("status", "acme", "--json")).document["error"]["code"] == "unknown"


async def test_a_viewer_may_not_provision_and_the_refusal_is_audited(terminal: Terminal) -> None:
    answer = await terminal.provision("acme", "--as", "viewer")

    assert answer.code == 2
    assert answer.document["error"]["code"] == "not_allowed"
    async with terminal.registry() as registry:
        assert await registry.fetchval("select count(*) from audit_log where result = 'not_allowed'") >= 1


async def test_a_dry_run_answers_every_question_and_changes_nothing(terminal: Terminal) -> None:
    answer = await terminal.provision("acme", "--dry-run")

    assert answer.code == 0, answer.err
    names = {question["name"] for question in answer.document["questions"]}
    assert {"subdomain", "Supabase token", "organization", "region", "DNS", "mail", "archive"} <= names
    assert answer.document["monthly_cost"] == 10
    assert (await terminal.run("status", "acme", "--json")).document["error"]["code"] == "unknown"
