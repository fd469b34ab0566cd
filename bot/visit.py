"""One request of Slack's, read once: who, where, what, and how to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

from bot.allowlist import Caller
from provisioning.domain.actor import Actor

Body = Mapping[str, Any]
Place = Literal["message", "modal", "home"]


@dataclass(frozen=True)
class Request:
    """What a payload says. `key` names this very request: the same one sent again has the same key."""

    caller: Caller
    key: str | None
    place: Place
    value: str
    trigger_id: str
    response_url: str | None
    view: Mapping[str, Any]

    def with_value(self, value: str) -> Self:
        return replace(self, value=value)


@dataclass(frozen=True)
class Visit:
    """A request of somebody who has been let in."""

    actor: Actor
    request: Request

    @property
    def value(self) -> str:
        """The words after a verb, or what a button carries."""
        return self.request.value

    @property
    def origin(self) -> dict[str, Any]:
        """What a run that is asked for here remembers of it."""
        caller = self.request.caller
        return {"surface": "slack", "team": caller.team, "user": caller.user, "channel": caller.channel}


def read_command(body: Body, signature: str | None) -> Request:
    return Request(
        caller=Caller(
            user=str(body.get("user_id", "")),
            team=body.get("team_id"),
            enterprise=body.get("enterprise_id"),
            channel=body.get("channel_id"),
        ),
        key=_key(body, signature),
        place="message",
        value=str(body.get("text") or ""),
        trigger_id=str(body.get("trigger_id", "")),
        response_url=body.get("response_url"),
        view={},
    )


def read_interaction(body: Body, signature: str | None, *, value: str = "") -> Request:
    """A click or a submission. `value` is what the clicked element carries."""
    user, view = body.get("user") or {}, body.get("view") or {}
    team = user.get("team_id") or (body.get("team") or {}).get("id")
    urls = body.get("response_urls") or ()
    return Request(
        caller=Caller(
            user=str(user.get("id", "")),
            team=team,
            enterprise=(body.get("enterprise") or {}).get("id"),
            channel=(body.get("channel") or {}).get("id"),
        ),
        key=_key(body, signature),
        place=_place(body, view),
        value=value,
        trigger_id=str(body.get("trigger_id", "")),
        response_url=body.get("response_url") or next((one["response_url"] for one in urls), None),
        view=view,
    )


def read_event(body: Body) -> Request:
    """The Home tab was opened. Slack signs no person for an event; it only shows them their own tab."""
    event = body.get("event") or {}
    return Request(
        caller=Caller(
            user=str(event.get("user", "")),
            team=body.get("team_id"),
            enterprise=body.get("enterprise_id"),
            channel=None,
        ),
        key=body.get("event_id"),
        place="home",
        value="",
        trigger_id="",
        response_url=None,
        view={},
    )


def _place(body: Body, view: Mapping[str, Any]) -> Place:
    if view:
        return "home" if view.get("type") == "home" else "modal"
    in_channel = (body.get("channel") or {}).get("id") or body.get("response_url")
    return "message" if in_channel else "home"


def _key(body: Body, signature: str | None) -> str | None:
    """A signature is made once; over Socket Mode there is none, and the trigger is as unique."""
    if signature:
        return f"signature {signature}"
    trigger = body.get("trigger_id")
    return f"trigger {trigger}" if trigger else None
