"""The way from a request of Slack's to an answer: acknowledge, act once, let in or refuse, do, say.

Nothing stands between a request and its acknowledgement but reading it, because Slack waits three seconds
and then tells the person that we failed. Only a submitted form is answered in its acknowledgement.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.allowlist import NotAdmitted
from bot.blocks.kit import Message, View
from bot.blocks.notices import notice_view, refusal_message, trouble_message
from bot.blocks.within_reach import message_for
from bot.desk import Desk
from bot.in_time import in_time
from bot.outbox.errors import SlackError
from bot.visit import Request, Visit
from provisioning.errors import Refused, TenantbotError, Transient

log = structlog.get_logger(__name__)

Reply = Mapping[str, Any]
Act = Callable[[Desk, Visit], Awaitable[Message | None]]
"""Does what a command or a click asks for, and returns what to say to whoever asked."""
Take = Callable[[Desk, Visit], Awaitable[Reply]]
"""Takes a submitted form, and returns what becomes of its view."""

CLOSE_ALL: Final[Reply] = {"response_action": "clear"}

_ACT_SECONDS: Final = 8.0
_TAKE_SECONDS: Final = 2.4
_ONCE_SECONDS: Final = 1.0
_TOO_SLOW: Final = (
    "The registry's database does not answer, so I can't tell whether that was done. "
    "Look with `/tenant status` in a minute."
)


def show(view: View) -> Reply:
    return {"response_action": "update", "view": view}


def point_out(errors: Mapping[str, str]) -> Reply:
    return {"response_action": "errors", "errors": dict(errors)}


class Reception:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def serve(self, ack: AsyncAck, request: Request, act: Act, *, destructive: bool = False) -> None:
        """Acknowledge a command or a click, and do it afterwards."""
        await ack()
        if self._is_new_here(request):
            self._desk.errands.start(self._serve(request, act, destructive=destructive))

    async def take(self, ack: AsyncAck, request: Request, take: Take, *, destructive: bool = False) -> None:
        """Answer a submitted form within the time that Slack gives."""
        if self._is_new_here(request):
            answering = self._answer(ack, request, take, destructive=destructive)
            await self._desk.errands.see_through(answering)
        else:
            await ack()

    async def _answer(self, ack: AsyncAck, request: Request, take: Take, *, destructive: bool) -> None:
        try:
            reply = await in_time(_TAKE_SECONDS, self._take(request, take, destructive=destructive))
        except TimeoutError:
            reply = show(notice_view("Not now", _TOO_SLOW))
        await ack(dict(reply))

    async def _serve(self, request: Request, act: Act, *, destructive: bool) -> None:
        try:
            message = await in_time(_ACT_SECONDS, self._act(request, act, destructive=destructive))
        except TimeoutError:
            message = trouble_message(_TOO_SLOW)
        except TenantbotError as fault:
            message = _in_words(fault)
        except SlackError as fault:
            log.warning("Slack did not take it", method=fault.method, code=fault.code)
            message = trouble_message(f"Slack did not take it: {fault.message}")
        except Exception as fault:  # noqa: BLE001 - the last resort: whoever asked is answered, whatever happens
            message = trouble_message(_unforeseen(fault))
        if message is not None:
            await self.say(request, message)

    async def _act(self, request: Request, act: Act, *, destructive: bool) -> Message | None:
        if not await self._is_new_anywhere(request):
            return None
        visit = await self._admit(request, destructive=destructive)
        message = await act(self._desk, visit) if visit else None
        return message_for(visit.actor, message) if visit and message else None

    async def _take(self, request: Request, take: Take, *, destructive: bool) -> Reply:
        try:
            if not await self._is_new_anywhere(request):
                return {}
            visit = await self._desk_admits(request, destructive=destructive)
            return await take(self._desk, visit)
        except NotAdmitted as refusal:
            await self._record(refusal, request)
            return show(notice_view("Not allowed", refusal.message))
        except TenantbotError as fault:
            title = "Refused" if isinstance(fault, Refused) else "Not now"
            return show(notice_view(title, fault.message))
        except SlackError as fault:
            return show(notice_view("Not now", f"Slack did not take it: {fault.message}"))
        except Exception as fault:  # noqa: BLE001 - as above
            return show(notice_view("Not now", _unforeseen(fault)))

    async def say(self, request: Request, message: Message) -> None:
        """Answer whoever asked, and nobody else, where they asked."""
        try:
            if request.response_url:
                await self._desk.answers.answer(request.response_url, message)
            elif request.trigger_id:
                view = notice_view("tenantbot", message.text)
                view["blocks"] = [block for block in message.blocks if block["type"] != "table"]
                method = "views.push" if request.place == "modal" else "views.open"
                await self._desk.calls.call(method, within=2.0, trigger_id=request.trigger_id, view=view)
        except SlackError as fault:
            log.warning("answer not delivered", method=fault.method, code=fault.code)

    def _is_new_here(self, request: Request) -> bool:
        return request.key is None or self._desk.seen.first_time(request.key)

    async def _is_new_anywhere(self, request: Request) -> bool:
        """Ask the door, which hears from all processes. While its database is away nothing lasting can be done."""
        if request.key is None:
            return True
        try:
            return await in_time(_ONCE_SECONDS, self._desk.control.gate.first_time(request.key))
        except (Transient, TimeoutError):
            return True

    async def _admit(self, request: Request, *, destructive: bool) -> Visit | None:
        try:
            return await self._desk_admits(request, destructive=destructive)
        except NotAdmitted as refusal:
            await self.say(request, refusal_message(refusal.message))
            await self._record(refusal, request)
            return None

    async def _desk_admits(self, request: Request, *, destructive: bool) -> Visit:
        visit = Visit(await self._desk.allowlist.admit(request.caller, destructive=destructive), request)
        structlog.contextvars.bind_contextvars(actor=visit.actor.label)  # each request is a task of its own
        return visit

    async def _record(self, refusal: NotAdmitted, request: Request) -> None:
        log.warning("turned away", user=refusal.actor.id, team=refusal.actor.team, code=refusal.code)
        action = f"slack.{request.place}"
        with suppress(Transient, TimeoutError):
            await in_time(
                _ONCE_SECONDS, self._desk.control.gate.refuse(refusal.actor, action, refusal.message)
            )


def _in_words(fault: TenantbotError) -> Message:
    refused = isinstance(fault, Refused) and fault.code == "not_allowed"
    return refusal_message(fault.message) if refused else trouble_message(fault.message)


def _unforeseen(fault: Exception) -> str:
    """Keep the traceback for the log, and give people a word by which it is found there."""
    reference = secrets.token_hex(4)
    log.error("unforeseen", reference=reference, exc_info=fault)
    return f"Something went wrong that I did not foresee (reference {reference} in the log). Nothing is lost; try again."
