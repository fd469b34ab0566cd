"""Slack as a person uses it: commands, forms, buttons, threads and the Home tab, over the stand-in's page.

Waiting means looking until it is there. `slack_record` checks whatever is seen here.
"""

import asyncio
import html
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

import httpx

from sandbox.document import SandboxDocument
from sandbox.slack.workspace import OPERATOR, OPS
from tests.block_kit import elements_of, words_of

Message = dict[str, Any]
View = dict[str, Any]
T = TypeVar("T")

PATIENCE = 60.0
_LOOK_SECONDS = 0.1
_OF_NOBODY = ("status", "verify", "retry", "rollback", "cancel", "resend")
_EVERYTHING = ("", "help", "list", "status", "lst", *(f"{verb} nobody-here" for verb in _OF_NOBODY))


@dataclass(frozen=True)
class Slack:
    """One person at the page; `be` makes them another one."""

    page: httpx.AsyncClient
    api: str
    bot_token: str
    person: str = OPERATOR
    channel: str = OPS

    def be(self, person: str, *, channel: str = OPS) -> Self:
        return replace(self, person=person, channel=channel)

    async def run_command(self, line: str) -> None:
        """Type a command; it is acknowledged within the three seconds that Slack waits."""
        said = await self._post(f"{self._here}/commands", text=line)
        assert said == {"ok": True}, (line, said)

    async def ask(self, line: str) -> Message:
        """Type a command and wait for the answer that only this person sees."""
        return await self._answer(lambda: self.run_command(line))

    async def open(self, line: str) -> View:
        """Type a command and wait for the form that it opens."""
        return await self._next_view(lambda: self.run_command(line))

    async def press(self, shown: Message | View, label: str) -> None:
        """Press a button, of a message, a modal or the Home tab; the click is acknowledged in time."""
        said = await self._post(f"{self._place(shown)}/actions", **_button(shown, label))
        while shown.get("type") == "home" and said.get("error") == "action_not_found":
            shown = await self.until_home(label)  # it was drawn anew between our look and our click
            said = await self._post(f"{self._place(shown)}/actions", **_button(shown, label))
        assert said == {"ok": True}, (label, said)

    async def press_for_answer(self, message: Message, label: str) -> Message:
        return await self._answer(lambda: self.press(message, label))

    async def press_for_view(self, shown: Message | View, label: str) -> View:
        return await self._next_view(lambda: self.press(shown, label))

    async def type(self, view: View, field: str, value: str) -> None:
        """Type into a field that tells the app of every letter."""
        at = {"block_id": _block_of(view, field), "action_id": field, "value": value}
        said = await self._post(f"{self._place(view)}/actions", **at)
        assert said == {"ok": True}, said

    async def submit(self, view: View, **values: Any) -> dict[str, str]:
        """Submit a form with these fields filled; return the errors beside its fields, by field."""
        blocks = {_block_of(view, field): field for field in values}
        entered = {block: {field: values[field]} for block, field in blocks.items()}
        said = await self._post(f"{self._place(view)}/submit", values=entered)
        errors: dict[str, str] = said.get("errors", {})
        assert said["ok"] or errors, said
        return {blocks[block]: text for block, text in errors.items()}

    async def messages(self) -> list[Message]:
        return await self._messages(f"{self._here}/messages")

    async def thread(self, root: Message) -> list[Message]:
        """What was said under a message, oldest first."""
        found = await self._messages(f"{self._here}/threads/{root['ts']}")
        return [message for message in found if message["ts"] != root["ts"]]

    async def views(self) -> list[View]:
        """The modals that the person has before them, the top one last."""
        found: list[View] = (await self._get(f"/people/{self.person}/views"))["views"]
        return found

    async def close_views(self) -> None:
        if views := await self.views():
            await self._post(f"{self._place(views[-1])}/close", everything=True)

    async def home(self) -> View | None:
        found: View | None = (await self._get(f"/people/{self.person}/home"))["view"]
        return found

    async def open_home(self, *words: str) -> View:
        """Open the Home tab and wait until it shows these words."""
        assert (await self._post(f"/people/{self.person}/home"))["ok"]
        return await self.until_home(*words)

    async def until_home(self, *words: str) -> View:
        return await until(self.home, lambda view: _shows(view, words), words)

    async def until_view(self, *words: str) -> View:
        """Wait until the modal on top shows these words, on its buttons too."""
        return await until(self._top, lambda view: _shows(view, words), words)

    async def roots(self, subdomain: str, kind: str = "provision") -> list[Message]:
        """The channel's messages that report a run of this tenant; a deleted one is none any more."""
        return [
            message
            for message in await self.messages()
            if _run_of(message).startswith(f"{kind}-{subdomain}-") and not message["is_deleted"]
        ]

    async def until_root(self, subdomain: str, *words: str, kind: str = "provision") -> Message:
        """Wait until the one message that reports the tenant's run shows these words."""

        async def look() -> Message | None:
            found = await self.roots(subdomain, kind)
            assert len(found) <= 1, found
            return found[0] if found else None

        return await until(look, lambda root: _shows(root, words), words)

    async def until_thread(self, root: Message, *words: str) -> list[Message]:
        """Wait until the thread's last message shows these words."""

        def is_there(thread: list[Message]) -> bool:
            return bool(thread) and _shows(thread[-1], words)

        return await until(lambda: self.thread(root), is_there, words)

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call the Web API with the app's own token."""
        headers = {"authorization": f"Bearer {self.bot_token}"}
        said: dict[str, Any] = (
            await self.page.post(f"{self.api}{method}", json=arguments, headers=headers)
        ).json()
        assert said["ok"], said
        return said

    async def change_settings(self, **changes: Any) -> None:
        said = (await self.page.patch("/settings", json=changes)).json()
        assert "error" not in said, said

    async def change_group(self, group: str, *members: str) -> None:
        said = (await self.page.put(f"/groups/{group}/members", json={"users": members})).json()
        assert said["ok"], said

    async def deliveries(self) -> list[dict[str, Any]]:
        """What was handed to the app, the latest first."""
        found: list[dict[str, Any]] = (await self._get("/deliveries"))["deliveries"]
        return found

    @property
    def _here(self) -> str:
        return f"/people/{self.person}/channels/{self.channel}"

    def _place(self, shown: Message | View) -> str:
        if "ts" in shown:
            return f"{self._here}/messages/{shown['ts']}"
        return f"/people/{self.person}/views/{shown['id']}"

    async def _top(self) -> View | None:
        return next(reversed(await self.views()), None)

    async def _answer(self, act: Callable[[], Awaitable[None]]) -> Message:
        before = {message["ts"] for message in await self.messages()}

        async def look() -> list[Message]:
            new = [message for message in await self.messages() if message["ts"] not in before]
            return [message for message in new if message["is_ephemeral"]]

        await act()
        return (await until(look, bool, "an answer"))[0]

    async def _next_view(self, act: Callable[[], Awaitable[None]]) -> View:
        before = {view["id"] for view in await self.views()}
        await act()
        return await until(self._top, lambda view: view["id"] not in before, "another view")

    async def _messages(self, path: str) -> list[Message]:
        found: list[Message] = (await self._get(path))["messages"]
        return found

    async def _get(self, path: str) -> Any:
        answer = await self.page.get(path)
        answer.raise_for_status()
        return answer.json()

    async def _post(self, path: str, **body: Any) -> dict[str, Any]:
        said: dict[str, Any] = (await self.page.post(path, json=body)).json()
        return said


@asynccontextmanager
async def open_slack(document: SandboxDocument) -> AsyncIterator[Slack]:
    page = f"{document.slack_page}/api"
    async with httpx.AsyncClient(base_url=page, timeout=30, trust_env=False) as client:
        yield Slack(client, document.slack_api, document.slack_bot_token)


async def ask_for_tenant(slack: Slack, subdomain: str) -> None:
    """Provision a tenant by the form: what to fill in, the plan, the start."""
    form = await slack.open(f"/tenant provision Company of {subdomain}")
    assert await slack.submit(form, subdomain=subdomain, email=admin_of(subdomain)) == {}
    await slack.submit(await slack.until_view("It costs", "Back to the form"))
    assert await slack.views() == []


async def ask_everything(slack: Slack) -> list[Message]:
    """Type every command that needs no form, all at once; return the answers, one for each."""
    before = {message["ts"] for message in await slack.messages()}
    await asyncio.gather(*(slack.run_command(f"/tenant {words}".rstrip()) for words in _EVERYTHING))

    async def look() -> list[Message]:
        return [message for message in await slack.messages() if message["ts"] not in before]

    answers = await until(look, lambda found: len(found) >= len(_EVERYTHING), "an answer to everything")
    assert [message["is_ephemeral"] for message in answers] == [True] * len(_EVERYTHING)
    return answers


def admin_of(subdomain: str) -> str:
    """An address of its own, by which a fault of the mail server can be for one tenant only."""
    return f"{subdomain}@customer.com"


def shown_in(shown: Message | View) -> str:
    """Every word in it, on its buttons and in its title too."""
    titles = [shown[name]["text"] for name in ("title", "submit") if isinstance(shown.get(name), dict)]
    titles += [element["text"]["text"] for element in elements_of(shown) if element["type"] == "button"]
    return html.unescape("\n".join([shown.get("text", ""), *titles, words_of(shown)]))


def _shows(shown: Message | View, words: tuple[str, ...]) -> bool:
    return all(word in shown_in(shown) for word in words)


def _run_of(message: Message) -> str:
    return str(message.get("metadata", {}).get("event_payload", {}).get("key", ""))


def _button(shown: Message | View, label: str) -> dict[str, str]:
    """How a click names the button with this label."""
    return next(
        {"block_id": block["block_id"], "action_id": element["action_id"]}
        for block in shown["blocks"]
        for element in elements_of({"blocks": [block]})
        if element["type"] == "button" and element["text"]["text"] == label
    )


def _block_of(view: View, field: str) -> str:
    return next(
        str(block["block_id"])
        for block in view["blocks"]
        if block.get("element", {}).get("action_id") == field
    )


async def until(look: Callable[[], Awaitable[T | None]], is_there: Callable[[T], bool], wanted: object) -> T:
    """Look until it is there."""
    found: T | None = None
    try:
        async with asyncio.timeout(PATIENCE):
            while (found := await look()) is None or not is_there(found):
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise AssertionError(f"{wanted} did not come; there is {found}") from None
    return found
