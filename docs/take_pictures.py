"""Takes the pictures of this folder anew: a sandbox, its Slack page, and a browser.

Needs chromium, and Pillow, which the extra `pictures` brings. Run it from a clone: `.venv/bin/python -m docs.take_pictures`.
"""

import asyncio

from docs import tenant_life, verbs_seen
from docs.camera import fresh_sandbox, save
from tests.integration.slack_page import PHONE, SlackPage, open_browser, open_page


async def main() -> None:
    async with fresh_sandbox() as document, open_browser() as browser:
        url = document.slack_page.removesuffix("/page")
        async with open_page(browser, url) as slack:
            await _until_connected(slack)
            await tenant_life.provision(slack)
            await slack.go_to("tenantbot")
            await slack.page.get_by_text("Provision a tenant").first.wait_for()
            await save(slack.page, "home")
            await slack.go_to("ops")
            await tenant_life.suspend(slack)
            await verbs_seen.runs(slack)
            await verbs_seen.failure(slack, document)
            await verbs_seen.a_forgotten_project(document)
            await verbs_seen.answers(slack)
            await verbs_seen.diagnosis(slack, document)
            await tenant_life.ask_for_the_end(slack, "7 days (usual)")
        async with open_page(browser, url, "approver") as slack:
            await tenant_life.approve(slack)
        async with open_page(browser, url) as slack:
            await tenant_life.undo(slack)
            await tenant_life.ask_for_the_end(slack, "none: begin at once")
        async with open_page(browser, url, "approver") as slack:
            await tenant_life.see_the_end(slack)
        async with open_page(browser, url) as slack:
            await tenant_life.restore(slack)
        async with open_page(browser, url, size=PHONE) as slack:
            await slack.page.get_by_text("is verified, after").last.wait_for()
            await save(slack.page, "phone")
        async with open_page(browser, url, "approver") as slack:
            await verbs_seen.lockdown(slack)


async def _until_connected(slack: SlackPage) -> None:
    await slack.page.get_by_text("is not connected").wait_for(state="hidden")
    await slack.page.wait_for_timeout(500)


if __name__ == "__main__":
    asyncio.run(main())
