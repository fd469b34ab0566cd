"""The pipeline of a notice: one step, entered as often as need be, and one e-mail to each admin."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from provisioning.domain.approval import ApprovalState
from provisioning.domain.incident import AffectedTenant, affected_in, incident_print
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.notices.notice_email import notice_email
from provisioning.ports import Email
from provisioning.provision.outbox_mail import send_once
from provisioning.provision.ports import At, ProvisionPorts
from provisioning.registry import OutboxRow, Transaction


@step(
    1,
    "Notify the admins",
    typical=timedelta(seconds=10),
    deadline=timedelta(hours=2),
    no_undo="an e-mail, once sent, can't be called back",
    detail=lambda told: f"to {', '.join(told)}",
)
async def notify_admins(at: At, path: str, fingerprint: str, message: str) -> list[str]:
    """Send exactly what was approved: about this file, to whom it names, each of them once."""
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        approval = await tx.approvals.find_of_run(at.run_id)
    if approval is None or approval.state is not ApprovalState.APPROVED:
        raise Permanent("Nobody has approved this notice; nothing was sent.", code="not_approved")
    if at.ports.backups is None:
        raise Permanent("ARCHIVE_URL is not set any more; nothing was sent.", code="no_archive")
    incident = await at.ports.backups.read(path)
    if incident_print(incident) != fingerprint:
        raise Permanent(f"{path} is not what was approved; nothing was sent. Ask again.", code="changed")
    return [await _tell(at, incident, one, message) for one in affected_in(incident) if one.admin_email]


async def _tell(at: At, incident: Mapping[str, Any], tenant: AffectedTenant, message: str) -> str:
    assert tenant.tenant_id is not None
    assert tenant.admin_email is not None

    async def write(tx: Transaction, row: OutboxRow) -> Email:  # noqa: ARG001 - all it needs was approved with it
        return notice_email(
            incident,
            tenant,
            message=message,
            access_url=at.ports.app.url(tenant.subdomain),
            support_url=at.ports.policy.support_url,
            message_id=row.message_id,
        )

    return await send_once(
        at,
        UUID(tenant.tenant_id),
        template=f"incident-{incident['incident']}",
        version=1,
        recipient=tenant.admin_email,
        write=write,
    )


async def notify(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    await run.step(
        notify_admins, str(data["incident"]), str(data["fingerprint"]), str(data.get("message", ""))
    )


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every incident
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The step has recorded all there is."""


NOTIFY: Final = Pipeline(
    kind=RunKind.NOTIFY,
    steps=(notify_admins,),
    walk=notify,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
