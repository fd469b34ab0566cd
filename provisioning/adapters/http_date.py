"""What time it is elsewhere, as the Date of an HTTP answer says: right to a second."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from provisioning.adapters.http import send
from provisioning.errors import Transient


async def http_date(client: httpx.AsyncClient, *, service: str, check: str) -> datetime:
    """Ask for the root, whatever it answers. Raises Transient where nothing, or no date, comes back."""
    response = await send(client, "HEAD", "/", service=service, check=check)
    try:
        said = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError as fault:
        raise Transient(f"{service} tells no time; check {check}.", code="no_date") from fault
    return said if said.tzinfo else said.replace(tzinfo=UTC)
