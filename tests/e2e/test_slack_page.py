"""A newcomer at the page: from the empty channel to a verified tenant, and to an end that another person approves."""

import pytest

from tests.e2e.slack import admin_of
from tests.e2e.terminal import Terminal
from tests.integration.slack_page import PHONE, needs_browser, open_browser, open_page

pytestmark = [needs_browser, pytest.mark.usefixtures("bot")]

_RUN = 60_000  # milliseconds that a run may take


async def test_a_newcomer_gets_a_verified_tenant_and_another_person_approves_its_end(
    slack_terminal: Terminal,
) -> None:
    url = slack_terminal.document.slack_page.removesuffix("/page")
    async with open_browser() as browser:
        async with open_page(browser, url) as slack:
            await slack.type_command("/tenant provision Page Trial")
            await slack.modal.get_by_text("is free").wait_for()
            assert await slack.value_of("Subdomain") == "pagetrial"
            await slack.fill("Subdomain", "www")
            await slack.fill("First admin's e-mail address", admin_of("pagetrial"))
            await slack.submit()
            assert "reserved" in await slack.error_of("Subdomain")
            await slack.fill("Subdomain", "pagetrial")
            await slack.submit()
            await slack.modal.get_by_text("It costs").wait_for()
            await slack.submit()
            root = slack.message("Page Trial")
            await root.get_by_text("is verified, after").wait_for(timeout=_RUN)
            assert set((await slack.tasks("Page Trial")).values()) == {"complete"}
            await slack.open_thread("Page Trial")
            await slack.thread.get_by_text("foreign token").wait_for()
            assert await slack.overflow() == 0

        async with open_page(browser, url, size=PHONE) as slack:
            await slack.message("Page Trial").get_by_text("is verified, after").wait_for()
            assert await slack.overflow() == 0
            await slack.type_command("/tenant deprovision pagetrial")
            await slack.fill("Type the subdomain", "pagetrial")
            await slack.fill("Why?", "it was only a trial")
            await slack.submit()
            await slack.modal.get_by_text("An approver has until").wait_for()
            await slack.close_modal()

        async with open_page(browser, url, "approver") as slack:
            await slack.click("Approve", within="it was only a trial")
            await slack.confirm("Approve")
            await slack.click("Undo: bring it back", within="Deprovisioning Page Trial")
            await slack.message("Activating Page Trial").get_by_text("is verified").wait_for(timeout=_RUN)
