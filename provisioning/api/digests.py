"""The digest: as it would be now, and posted in its channel at once."""

from typing import Any, Final

from fastapi import APIRouter

from provisioning.api.answers import SentDigestAnswer
from provisioning.api.knock import Caller, Door, Knock

router: Final = APIRouter(prefix="/admin/digest", tags=["digest"], route_class=Knock)


@router.get("", response_model=dict[str, Any])
async def preview_digest(actor: Caller, control: Door) -> dict[str, Any]:
    """Show the digest as it would be now; nothing is posted."""
    return (await control.digests.preview(actor)).to_json()


@router.post("", status_code=202, response_model=SentDigestAnswer)
async def send_digest(actor: Caller, control: Door) -> dict[str, Any]:
    """Have it posted in its channel, by whichever process posts there."""
    row = await control.digests.send(actor)
    return {"digest_id": row.digest_id, "state": row.state.value, "digest": row.digest.to_json()}
