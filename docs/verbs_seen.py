"""Pictures of single verbs: the message that answers, or that tells of the run."""

import secrets
from typing import Final

import httpx

from docs.camera import RUN_MILLISECONDS, save
from sandbox.document import SandboxDocument
from tests.integration.slack_page import SlackPage

_ANSWERS: Final = {
    "status": ("status customerinc", "Last verification"),
    "list": ("list", "Tenants 1"),
    "audit": ("audit customerinc", "Audit log about customerinc"),
    "digest": ("digest", "Slowest step"),
    "orphans": ("orphans", "Trial of last year"),
    "fleet": ("fleet", "schema version"),
    "import": ("import", "made by hand"),
}
"""By the picture's name: what is typed, and words of the answer."""

_RUNS: Final = {
    "verify": ("verify customerinc", "Verifying", "is verified"),
    "verify-all": ("verify all", "Verifying all", "All looked at"),
    "resend": ("resend customerinc", "Sending the welcome", "is on its way"),
    "rotate": ("rotate customerinc", "credentials", "open nothing any more"),
}
"""By the picture's name: what is typed, words of the message that tells of the run, and words of its end."""


async def answers(slack: SlackPage) -> None:
    for name, (command, words) in _ANSWERS.items():
        await slack.type_command(f"/tenant {command}")
        await slack.message(words).wait_for(timeout=RUN_MILLISECONDS)
        await save(slack.message(words), name)


async def runs(slack: SlackPage) -> None:
    for name, (command, title, end) in _RUNS.items():
        await slack.type_command(f"/tenant {command}")
        await slack.page.wait_for_timeout(700)
        if await slack.modal.count():
            await slack.submit()
        await slack.message(title).get_by_text(end).first.wait_for(timeout=RUN_MILLISECONDS)
        await save(slack.message(title), name)


async def failure(slack: SlackPage, document: SandboxDocument) -> None:
    """A run that waits for a person, and its end: what was made goes again."""
    await _plant(document, service="mail", kind="5xx", path="grace@other.com", times=1)
    await slack.type_command("/tenant provision Other Inc")
    await slack.page.get_by_text("is free").wait_for()
    await slack.fill("First admin's e-mail address", "grace@other.com")
    await slack.submit()
    await slack.page.get_by_text("It costs").wait_for()
    await slack.submit()
    await slack.message("Other Inc").get_by_text("Waiting for").wait_for(timeout=RUN_MILLISECONDS)
    await save(slack.message("Other Inc"), "retry")
    await slack.click("Roll back", within="Other Inc")
    await slack.modal.get_by_text("delete the Supabase project").wait_for()
    await save(slack.modal, "rollback")
    await slack.submit()
    await slack.message("Other Inc").get_by_text("is left").first.wait_for(timeout=RUN_MILLISECONDS)


async def diagnosis(slack: SlackPage, document: SandboxDocument) -> None:
    await _plant(document, service="platform", kind="tenant-gone", path="customerinc")
    await slack.type_command("/tenant diagnose customerinc")
    await slack.message("Publish it again").wait_for(timeout=RUN_MILLISECONDS)
    await save(slack.page, "diagnose")
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.delete(document.faults)).raise_for_status()


async def a_forgotten_project(document: SandboxDocument) -> None:
    """Make what `orphans` is to find: somebody's project that no tenant uses."""
    headers = {"authorization": f"Bearer {document.supabase_token}"}
    async with httpx.AsyncClient(
        base_url=document.supabase_api, headers=headers, trust_env=False, timeout=60
    ) as client:
        organization, *_ = (await client.get("/v1/organizations")).json()
        project = {
            "name": "TaskifAI - Trial of last year",
            "organization_slug": organization["slug"],
            "db_pass": secrets.token_hex(16),
            "region_selection": {"type": "specific", "code": "eu-central-1"},
        }
        (await client.post("/v1/projects", json=project)).raise_for_status()


async def lockdown(slack: SlackPage) -> None:
    await slack.type_command("/tenant lockdown A customer sees another one's figures.")
    await slack.modal.get_by_text("Type").first.wait_for()
    await save(slack.modal, "lockdown")


async def _plant(document: SandboxDocument, **fault: str | int) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.post(document.faults, json=fault)).raise_for_status()
