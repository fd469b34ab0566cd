"""What stands in an address or behind its question mark: ids, cursors, and how many lines a page has."""

from typing import Annotated

from fastapi import Depends, Path, Query

from provisioning.api.knock import Door
from provisioning.domain.page import CURSOR, Cursor

TENANT_ID = r"^[A-Za-z0-9][A-Za-z0-9-]{0,79}$"
RUN_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$"


async def _subdomain(
    control: Door,
    tenant: Annotated[
        str, Path(pattern=TENANT_ID, description="A tenant's id, or its subdomain.", examples=["customerinc"])
    ],
) -> str:
    return await control.views.subdomain(tenant)


async def _after(
    cursor: Annotated[
        str | None, Query(pattern=CURSOR, description="`next` of the page before this one.")
    ] = None,
) -> Cursor | None:
    return Cursor.read(cursor) if cursor else None


Subdomain = Annotated[str, Depends(_subdomain)]
"""Of the tenant in the address, whichever way it is named there."""

RunReference = Annotated[
    str,
    Path(
        pattern=RUN_ID,
        description="A run's id, or a subdomain: its open or latest run.",
        examples=["provision-customerinc-0a1b2c3d"],
    ),
]
After = Annotated[Cursor | None, Depends(_after)]
Limit = Annotated[int, Query(ge=1, le=100, description="So many lines at most.")]
