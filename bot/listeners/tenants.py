"""Looking at tenants, and asking for what needs no form: verify, resend."""

import json

from bot.blocks.ids import NO_VALUE
from bot.blocks.kit import Message
from bot.blocks.notices import started_message, trouble_message
from bot.blocks.tenant_list import list_message, overview_message
from bot.blocks.tenant_status import status_message
from bot.desk import Desk
from bot.visit import Visit
from bot.words_typed import email_in, subdomain_in, text_and_page
from provisioning.control_plane.requests import Started

_PAGE = 10
_EVERYONE = "all"


async def status(desk: Desk, visit: Visit) -> Message:
    """One tenant or run; without a name all of them in numbers."""
    reference = subdomain_in(visit.value, desk.domain)
    if not reference or reference == NO_VALUE:
        return await overview(desk, visit)
    views = desk.control.views
    view = await views.status(visit.actor, reference)
    worker_alive = await views.worker_alive()
    return status_message(view, now=desk.clock.now(), worker_alive=worker_alive, reader=visit.actor)


async def overview(desk: Desk, visit: Visit) -> Message:
    return overview_message(await desk.control.views.fleet(visit.actor), now=desk.clock.now())


async def list_tenants(desk: Desk, visit: Visit) -> Message:
    text, page = text_and_page("" if visit.value == NO_VALUE else visit.value)
    return await _page(desk, visit, text, page)


async def turn_page(desk: Desk, visit: Visit) -> Message:
    wanted = json.loads(visit.value)
    return await _page(desk, visit, str(wanted["text"]), int(wanted["page"]))


async def verify(desk: Desk, visit: Visit) -> Message:
    """One tenant; or `verify all`, which goes over all of them."""
    subdomain = subdomain_in(visit.value, desk.domain)
    if not subdomain:
        return _which("verify")
    if subdomain == _EVERYONE:
        return _started(desk, await desk.control.rounds.start(visit.actor, origin=visit.origin))
    return _started(desk, await desk.control.requests.verify(visit.actor, subdomain, origin=visit.origin))


async def resend(desk: Desk, visit: Visit) -> Message:
    """`resend customerinc`, or with another address, which becomes the admin's."""
    name, _, rest = visit.value.strip().partition(" ")
    subdomain = subdomain_in(name, desk.domain)
    if not subdomain:
        return _which("resend")
    started = await desk.control.requests.resend(
        visit.actor, subdomain, email=email_in(rest), origin=visit.origin
    )
    return _started(desk, started)


async def _page(desk: Desk, visit: Visit, text: str, page: int) -> Message:
    views = desk.control.views
    tenants, total = await views.list(visit.actor, text=text, page=page, size=_PAGE)
    if not tenants and total:  # beyond the last page
        page = -(-total // _PAGE)
        tenants, total = await views.list(visit.actor, text=text, page=page, size=_PAGE)
    rows = [(tenant, views.access_url(tenant.subdomain)) for tenant in tenants]
    return list_message(rows, total, text, page, page_size=_PAGE)


def _started(desk: Desk, started: Started) -> Message:
    return started_message(started.run, desk.ops_channel, continued=started.continued)


def _which(verb: str) -> Message:
    return trouble_message(
        f"Which tenant? For example `/tenant {verb} customerinc`; `/tenant list` shows all."
    )
