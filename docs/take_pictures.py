"""Takes the pictures of this folder anew: a sandbox, its Slack page, and a browser.

Needs chromium, and Pillow, which the extra `pictures` brings. Run it from a clone: `.venv/bin/python -m docs.take_pictures`.
"""

import asyncio
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page

from sandbox.document import SandboxDocument
from tests.integration.slack_page import PHONE, SlackPage, open_browser, open_page

_HERE = Path(__file__).parent / "pictures"
_START_SECONDS = 90
_RUN_MILLISECONDS = 60_000


async def main() -> None:
    _HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tenantbot-pictures-") as folder:
        home = Path(folder) / "home"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "sandbox", "--home", str(home), stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await _take(await _address(home))
        finally:
            process.terminate()
            await process.wait()


async def _address(home: Path) -> str:
    async with asyncio.timeout(_START_SECONDS):
        while (document := SandboxDocument.load(home)) is None:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.2)
    return document.slack_page.removesuffix("/page")


async def _take(url: str) -> None:
    async with open_browser() as browser:
        async with open_page(browser, url) as slack:
            await _until_connected(slack.page)
            await _provision(slack)
            await slack.go_to("tenantbot")
            await slack.page.get_by_text("Provision a tenant").first.wait_for()
            await _save(slack.page, "home")
            await slack.go_to("ops")
            await _suspend(slack)
            await _ask_for_the_end(slack, "7 days (usual)")
        async with open_page(browser, url, "approver") as slack:
            await _approve(slack)
        async with open_page(browser, url) as slack:
            await _undo(slack)
            await _ask_for_the_end(slack, "none: begin at once")
        async with open_page(browser, url, "approver") as slack:
            await _see_the_end(slack)
        async with open_page(browser, url) as slack:
            await _restore(slack)
        async with open_page(browser, url, size=PHONE) as slack:
            await slack.page.get_by_text("is verified, after").last.wait_for()
            await _save(slack.page, "phone")


async def _provision(slack: SlackPage) -> None:
    page = slack.page
    await slack.type_command("/tenant provision Customer Inc")
    await page.get_by_text("is free").wait_for()
    await slack.fill("First admin's e-mail address", "admin@customer.com")
    await _save(page, "form")
    await slack.submit()
    await page.get_by_text("It costs").wait_for()
    await _save(page, "plan")
    await slack.submit()
    await page.get_by_text("step 1 of 8", exact=False).first.wait_for()
    await _save(page, "progress")
    await page.get_by_text("is verified, after").first.wait_for(timeout=_RUN_MILLISECONDS)
    await page.get_by_text("replies").first.wait_for()
    await slack.open_thread("Customer Inc")
    await slack.thread.get_by_text("Tenant ID").first.wait_for()
    await _save(page, "thread")


async def _suspend(slack: SlackPage) -> None:
    await _switch(slack, "suspend", "The invoice of October is not paid.")
    await slack.message("Suspending").get_by_text("is suspended").first.wait_for(timeout=_RUN_MILLISECONDS)
    await _save(slack.page, "suspend")
    await _switch(slack, "activate", "The invoice is paid.")
    await slack.message("Activating").get_by_text("is verified").first.wait_for(timeout=_RUN_MILLISECONDS)


async def _switch(slack: SlackPage, verb: str, reason: str) -> None:
    await slack.type_command(f"/tenant {verb} customerinc")
    await slack.modal.get_by_text("Why?").wait_for()
    await slack.fill("Why?", reason)
    await slack.submit()


async def _ask_for_the_end(slack: SlackPage, grace: str) -> None:
    await slack.type_command("/tenant deprovision customerinc")
    await slack.modal.get_by_text("Type the subdomain").wait_for()
    await slack.fill("Type the subdomain", "customerinc")
    await slack.fill("Why?", "The customer has left; their contract ended in October.")
    await slack.choose("Grace period", grace)
    await slack.submit()
    await slack.modal.get_by_text("An approver has until").wait_for()
    await slack.close_modal()


async def _approve(slack: SlackPage) -> None:
    page = slack.page
    await page.get_by_role("button", name="Approve").first.wait_for()
    await page.get_by_text("asks for the end of").first.scroll_into_view_if_needed()
    await _save(page, "approval")
    await slack.click("Approve")
    await slack.confirm("Approve")
    await page.get_by_text("Undo: bring it back").wait_for(timeout=_RUN_MILLISECONDS)
    await _save(page, "grace")


async def _undo(slack: SlackPage) -> None:
    await slack.click("Undo: bring it back")
    await slack.page.get_by_text("is brought back").first.wait_for(timeout=_RUN_MILLISECONDS)
    await slack.message("Activating").get_by_text("is verified").first.wait_for(timeout=_RUN_MILLISECONDS)


async def _see_the_end(slack: SlackPage) -> None:
    await slack.page.get_by_role("button", name="Approve").first.wait_for()
    await slack.click("Approve")
    await slack.confirm("Approve")
    await slack.page.get_by_text("is deleted, after").first.wait_for(timeout=_RUN_MILLISECONDS)
    await _save(slack.page, "deprovision")


async def _restore(slack: SlackPage) -> None:
    page = slack.page
    await slack.type_command("/tenant restore customerinc")
    await slack.modal.get_by_text("Leave it empty for its own").wait_for()
    await slack.fill("Why?", "They signed again.")
    await slack.submit()
    await slack.modal.get_by_text("It costs").wait_for()
    await _save(page, "restore")
    await slack.submit()
    await slack.message("Restoring").get_by_text("is verified, after").wait_for(timeout=_RUN_MILLISECONDS)
    await _save(page, "restored")


async def _until_connected(page: Page) -> None:
    await page.get_by_text("is not connected").wait_for(state="hidden")
    await page.wait_for_timeout(500)


async def _save(page: Page, name: str) -> None:
    """Save what is to be seen in 256 colours, which such a page does with: a third of the bytes."""
    await page.wait_for_timeout(400)  # animations end
    shot = await page.screenshot()
    Image.open(BytesIO(shot)).convert("RGB").quantize(256).save(_HERE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
