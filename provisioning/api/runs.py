"""Runs: looked at and decided about."""

from typing import Annotated, Final

from fastapi import APIRouter, Path

from provisioning.api.answers import RunAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.words import RUN_ID
from provisioning.documents import Document, run_document

router: Final = APIRouter(prefix="/admin/runs", tags=["runs"], route_class=Knock)

RunReference = Annotated[
    str,
    Path(
        pattern=RUN_ID,
        description="A run's id, or a subdomain: its open or latest run.",
        examples=["provision-customerinc-0a1b2c3d"],
    ),
]


@router.get("/{run}", response_model=RunAnswer)
async def get_run(run: RunReference, actor: Caller, control: Door) -> Document:
    """Show one run with its steps."""
    found, tenant = await control.views.run(actor, run)
    return run_document(found, tenant, control.views.access_url(found.subdomain))
