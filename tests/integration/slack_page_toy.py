"""A small app behind the page: a form with rules, a Home tab, buttons, suggestions, a stack of modals."""

import html
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from sandbox.slack.workspace import OPS
from tests.integration.slack_stand_in import Slack, button, modal, new_app, section, text_input

TITLES = ("Create project", "Initialize schema", "Configure DNS", "Verify tenant")
REGIONS = [
    {"text": {"type": "plain_text", "text": region}, "value": region} for region in ("Europe", "America")
]
ON_EACH_CHARACTER = {"trigger_actions_on": ["on_character_entered"]}


@dataclass
class Toy:
    """What the app has heard, in order."""

    heard: list[str] = field(default_factory=list)
    submitted: list[dict[str, Any]] = field(default_factory=list)


def plan(done: int, *, running: bool = True) -> dict[str, Any]:
    tasks = []
    for index, title in enumerate(TITLES):
        current = "in_progress" if running and index == done else "pending"
        status = "complete" if index < done else current
        tasks.append(
            {"task_id": title, "title": title, "status": status, "details": rich(f"All about {title}")}
        )
    return {"type": "plan", "title": f"Provisioning, {done} done", "tasks": tasks}


def rich(text: str) -> dict[str, Any]:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}],
    }


def form(address: str = "…") -> dict[str, Any]:
    subdomain = {
        "type": "plain_text_input",
        "action_id": "it",
        "dispatch_action_config": ON_EACH_CHARACTER,
        "min_length": 3,
    }
    vendors = {
        "type": "multi_external_select",
        "action_id": "it",
        "min_query_length": 2,
    }
    return modal(
        text_input("company", "Company"),
        text_input("subdomain", "Subdomain", element=subdomain, dispatch_action=True),
        section(f"Will be at {address}", block_id="address"),
        text_input(
            "region",
            "Region",
            element={"type": "static_select", "action_id": "it", "options": REGIONS},
        ),
        text_input("vendors", "Vendors", element=vendors, optional=True),
        callback_id="provision",
        notify_on_close=True,
    )


def toy_app(slack: Slack) -> tuple[AsyncApp, Toy]:
    app, toy = new_app(slack), Toy()
    _commands(app)
    _form(app, toy)
    _buttons(app, toy)
    _home(app)
    return app, toy


def _commands(app: AsyncApp) -> None:
    @app.command("/tenant")
    async def run(ack: Any, body: dict[str, Any], client: Any) -> None:
        if body["text"] != "provision":
            await ack(text=f"You typed _{body['text']}_")
        else:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=form())


def _form(app: AsyncApp, toy: Toy) -> None:
    @app.action({"block_id": "subdomain", "action_id": "it"})
    async def preview(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        address = f"{body['actions'][0]['value']}.taskifai.test"
        await client.views_update(view_id=body["view"]["id"], view=form(address))

    @app.options("it")
    async def suggest(ack: Any, body: dict[str, Any]) -> None:
        names = [
            name for name in ("Acme", "Acorn", "Zebra") if name.lower().startswith(body["value"].lower())
        ]
        await ack(options=[{"text": {"type": "plain_text", "text": n}, "value": n.lower()} for n in names])

    @app.view("provision")
    async def submit(ack: Any, body: dict[str, Any], view: dict[str, Any], client: Any) -> None:
        values = {name: block["it"] for name, block in view["state"]["values"].items()}
        if values["subdomain"]["value"] == "taken":
            await ack(response_action="errors", errors={"subdomain": "This one is taken."})
            return
        await ack()
        toy.submitted.append(values)
        words = f"*{html.escape(values['company']['value'], quote=False)}* for <@{body['user']['id']}>"
        blocks = [section(words), plan(0), button("details", "1")]
        await client.chat_postMessage(channel=OPS, text=words, blocks=blocks)

    @app.view_closed("provision")
    async def close(ack: Any) -> None:
        await ack()
        toy.heard.append("closed")


def _buttons(app: AsyncApp, toy: Toy) -> None:
    @app.action("details")
    async def tell(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        toy.heard.append(f"details for {body['user']['name']}")
        await client.chat_postEphemeral(channel=OPS, user=body["user"]["id"], text="A word in your ear")

    @app.action("stack")
    async def stack(ack: Any, body: dict[str, Any], client: Any) -> None:
        await ack()
        opening = client.views_push if body.get("view", {}).get("type") == "modal" else client.views_open
        depth = len(toy.heard) + 1
        toy.heard.append(f"stacked {depth}")
        await opening(
            trigger_id=body["trigger_id"], view=modal(section(f"Sheet {depth}"), button("stack", "1"))
        )


def _home(app: AsyncApp) -> None:
    @app.event("app_home_opened")
    async def publish(event: dict[str, Any], client: Any) -> None:
        blocks = [section("Your fleet: *2 tenants*"), button("stack", "1")]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.event("message")
    @app.event("app_mention")
    async def listen() -> None: ...
