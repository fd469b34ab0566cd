"""Answering a submitted form in time, and once more when what it asks for takes longer than Slack waits."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from bot.blocks.kit import View
from bot.blocks.notices import notice_view
from bot.desk import Desk
from bot.reception import Reply, show
from bot.visit import Visit
from provisioning.errors import TenantbotError

_SECONDS: Final = 1.8


async def reply_in_time(
    desk: Desk, visit: Visit, work: Coroutine[Any, Any, Reply], *, waiting: View, done: View
) -> Reply:
    """Return what the work replies, or show `waiting` and put the reply in its place later.

    `done` stands for a reply that would close the modal: nobody may close it then but the person.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.wait_for(asyncio.shield(task), _SECONDS)
    except TimeoutError:
        desk.errands.start(_reply_later(desk, visit, task, done))
        return show(waiting)


async def _reply_later(desk: Desk, visit: Visit, task: "asyncio.Future[Reply]", done: View) -> None:
    try:
        reply = await task
    except TenantbotError as fault:
        view = notice_view("Not done", fault.message)
    else:
        view = reply.get("view") or _in_words(reply) or done
    await desk.calls.call("views.update", view_id=visit.request.view["id"], view=view)


def _in_words(reply: Reply) -> View | None:
    """Errors that come too late to stand beside their inputs."""
    errors = reply.get("errors") or {}
    return notice_view("Not done", " ".join(errors.values())) if errors else None
