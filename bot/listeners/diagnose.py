"""Finding out what is wrong with a tenant: said at once that it is looked into, and answered when all was asked."""

from bot.blocks.diagnosis import asking_message, diagnosis_message, notice_asked_message
from bot.blocks.kit import Message
from bot.blocks.notices import started_message, trouble_message
from bot.desk import Desk
from bot.visit import Visit
from bot.words_typed import plain_text, subdomain_in
from provisioning.domain.actor import Role
from provisioning.domain.diagnosis import Issue
from provisioning.errors import TenantbotError


async def diagnose(desk: Desk, visit: Visit) -> Message | None:
    """`diagnose customerinc` and, if one likes, the issue: dns, database, not_found or leak."""
    await desk.control.gate.require(visit.actor, Role.OPERATOR, "diagnose")
    subdomain, issues = subdomain_in(visit.value, desk.domain), plain_text(visit.value).lower().split()[1:]
    if not subdomain:
        return trouble_message("Which tenant? For example `/tenant diagnose customerinc`.")
    if unknown := [word for word in issues if word not in {*Issue}]:
        known = ", ".join(issue.value for issue in Issue)
        return trouble_message(f"{unknown[0]} is no issue; without one all are looked into: {known}.")
    desk.errands.start(_look(desk, visit, subdomain, [Issue(word) for word in issues]))
    return None


async def repair(desk: Desk, visit: Visit) -> Message:
    """By the button that a diagnosis came with: `customerinc republish`."""
    subdomain, _, fix = visit.value.partition(" ")
    started = await desk.control.diagnoses.repair(visit.actor, subdomain, fix, origin=visit.origin)
    return started_message(started.run, desk.ops_channel, continued=started.continued)


async def ask_notice(desk: Desk, visit: Visit) -> Message:
    """By the button of a leak: a second person reads the notice before anybody gets it."""
    asked = await desk.control.notices.request(
        visit.actor, visit.value, reason="a leak was found by a diagnosis", origin=visit.origin
    )
    return notice_asked_message(asked, desk.ops_channel)


async def _look(desk: Desk, visit: Visit, subdomain: str, issues: list[Issue]) -> None:
    url = visit.request.response_url
    if url is None:
        return
    await desk.answers.answer(url, asking_message(subdomain, issues))
    try:
        message = diagnosis_message(
            await desk.control.diagnoses.diagnose(visit.actor, subdomain, issues=issues)
        )
    except TenantbotError as fault:
        message = trouble_message(fault.message)
    await desk.answers.answer(url, message)
