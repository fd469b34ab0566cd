"""The page of the Slack stand-in in a real browser, driven by what a person does there."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("playwright.async_api", reason="The page's tests drive a browser with playwright.")
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

__all__ = ["PHONE", "Browser", "SlackPage", "expect", "needs_browser", "open_browser", "open_page"]

CHROMIUM = (
    os.environ.get("TENANTBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="There is no chromium to open the page with.")
PHONE = (360, 740)
_PATIENCE = 10_000  # milliseconds until what does not come is missing
_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def open_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_page(
    browser: Browser, url: str, person: str = "operator", *, size: tuple[int, int] = (1280, 800)
) -> AsyncIterator["SlackPage"]:
    """Open a window as somebody; a script error in it fails the test."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
    context.set_default_timeout(_PATIENCE)
    page = await context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    slack = SlackPage(page, url)
    try:
        await slack.be(person)
        yield slack
    finally:
        await context.close()
        assert failures == [], failures  # a script error explains best what else went wrong


class SlackPage:
    """One window of the page. Verbs wait for what they need, and `see` for what is to come."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url

    @property
    def room(self) -> Locator:
        return self.page.get_by_role("main")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def modal(self) -> Locator:
        return self.page.locator("dialog.modal")

    async def be(self, person: str, room: str = "") -> None:
        """Become the person of this name (viewer, operator, approver, approver2), in a room by its id."""
        await self.page.goto(f"{self._url}/page#{person}" + (f"/{room}" if room else ""))
        await self.page.wait_for_function("name => location.hash.slice(1).split('/')[0] === name", arg=person)
        await expect(self.page.locator(f"[data-person='{person}']")).to_be_visible()
        await self._arrive(room)

    async def go_to(self, room: str) -> None:
        """Follow the sidebar to a channel or the app, or a tab of the app."""
        drawer = self.page.get_by_role("button", name="Channels", exact=True)
        link = self.page.get_by_role("link", name=re.compile(rf"^{re.escape(room)}( unread)?$"))
        if await drawer.is_visible() and not await link.is_visible():
            await drawer.click()
        address = await link.get_attribute("href") or ""
        await link.click()
        await self._arrive(address.partition("/")[2])

    async def say(self, text: str) -> None:
        """Type into the composer of the thread where one is open, else of the room, and send."""
        composer = (self.thread if await self.thread.is_visible() else self.room).locator("textarea")
        await composer.last.fill(text)
        await composer.last.press("Enter")

    async def type_command(self, text: str) -> None:
        """Type a slash command into the channel's composer and send it."""
        composer = self.room.locator(".composer textarea")
        await composer.fill(text)
        await composer.press("Enter")

    async def fill(self, label: str, value: str) -> None:
        await self._field(label).fill(value)

    async def choose(self, label: str, option: str) -> None:
        """Choose in a menu, a searching field, or among boxes and circles."""
        field = self._field(label)
        tag = await field.evaluate("node => node.tagName")
        if tag == "SELECT":
            await field.select_option(label=option)
        elif tag == "FIELDSET":
            await field.get_by_label(option).check()
        else:
            await field.fill(option)
            await self._scope.get_by_role("option", name=option).first.click()

    async def value_of(self, label: str) -> str:
        return await self._field(label).input_value()

    async def error_of(self, label: str) -> str:
        """Return what is said to be wrong with a field, once it is said."""
        field = self._field(label).locator("xpath=ancestor-or-self::*[contains(@class, 'field')][1]")
        return await field.locator(".field-problem").inner_text()

    async def submit(self) -> None:
        await self.modal.locator("[type=submit]").click()

    async def close_modal(self) -> None:
        """Close the modal on top, and wait until it is closed for everyone."""
        async with self.page.expect_response(lambda answer: answer.url.endswith("/close")):
            await self.page.keyboard.press("Escape")

    async def click(self, text: str, *, within: str = "") -> None:
        """Click the newest button or link of this name, in the newest message with these words where given."""
        scope = self.message(within) if within else self._scope
        button = scope.get_by_role("button", name=text, exact=True)
        await button.or_(scope.get_by_role("link", name=text, exact=True)).last.click()

    async def confirm(self, text: str) -> None:
        await self.page.get_by_role("alertdialog").get_by_role("button", name=text, exact=True).click()

    async def open_thread(self, text: str) -> None:
        """Open the thread of the newest message with these words."""
        await self.message(text).hover()
        await self.message(text).get_by_role("link", name="Reply in thread").click()
        await expect(self.thread).to_be_visible()

    def message(self, text: str) -> Locator:
        """Return the newest message with these words: in the thread where one is open, else in the room."""
        return self.page.locator(".thread .message, .room-pane .message").filter(has_text=text).last

    async def messages(self) -> list[str]:
        """Return the words of the room's messages, oldest first."""
        return await self.room.locator(".message-body").all_inner_texts()

    async def replies(self) -> list[str]:
        """Return the words of the open thread's messages, its root first."""
        return await self.thread.locator(".message-body").all_inner_texts()

    async def tasks(self, within: str) -> dict[str, str]:
        """Return the tasks of a message's plan, each with how it stands."""
        rows = await self.message(within).locator(".task-head").all()
        names = [(await row.text_content() or "").rpartition(", ") for row in rows]
        return {title: status for title, _, status in names}

    async def see(self, text: str) -> Locator:
        """Wait until these words are to be seen, and return where."""
        found = self.page.locator("#page").get_by_text(text).last
        await expect(found).to_be_visible()
        return found

    async def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        wide: int = await self.page.evaluate(
            "() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth"
        )
        return max(wide, 0)

    async def _arrive(self, room: str) -> None:
        there = f"[data-room='{room}']" if room else ""
        await expect(self.page.locator(f"main{there}:not([aria-busy])")).to_be_visible()

    @property
    def _scope(self) -> Locator:
        """Return where a person's hands are: a modal has the page to itself."""
        return self.page.locator("dialog.modal, body:not(:has(dialog.modal))").first

    def _field(self, label: str) -> Locator:
        exact = self._scope.get_by_label(label, exact=True)
        optional = self._scope.get_by_label(f"{label} (optional)", exact=True)
        return exact.or_(optional).first
