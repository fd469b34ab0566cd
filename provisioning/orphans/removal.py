"""Removes one orphan that a second person has approved. Looked at once more: it must still be the one that was shown."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from provisioning.domain.approval import ApprovalState
from provisioning.domain.orphan import Orphan, OrphanKind, orphan_print
from provisioning.domain.project import ProjectRef
from provisioning.domain.run import RunKind
from provisioning.domain.tenant import TenantState
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.orphans.finding import find_orphans
from provisioning.provision.ports import At, ProvisionPorts
from provisioning.provision.step5_configure_dns import OUR_COMMENT
from provisioning.registry import Transaction


@step(
    1,
    "Remove orphan",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=30),
    no_undo="what is removed can't be brought back",
    detail=lambda said: said,
)
async def remove_orphan(at: At, ref: str) -> str:
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        approval = await tx.approvals.find_of_run(at.run_id)
    if approval is None or approval.state is not ApprovalState.APPROVED:
        raise Permanent("Nobody has approved this run; nothing was removed.", code="not_approved")
    found = [one for one in await find_orphans(at.ports) if one.ref == ref]
    if not found and await _is_gone(at, OrphanKind(approval.request["kind"]), ref):
        return f"{ref} was gone already"
    if not found or orphan_print(found[0]) != approval.tenant_print:
        raise Permanent(
            f"{ref} is not the orphan any more that was approved; nothing was removed. Ask again.",
            code="changed",
        )
    if not found[0].is_ours and approval.request.get("confirm") != ref:
        raise Permanent(
            f"Nobody has confirmed {ref} by typing it; nothing was removed.", code="not_confirmed"
        )
    return await _remove(at, found[0])


async def _is_gone(at: At, kind: OrphanKind, ref: str) -> bool:
    match kind:
        case OrphanKind.SECOND_PROJECT | OrphanKind.PROJECT:
            return await at.ports.projects.status(ProjectRef(ref)) is None
        case OrphanKind.DNS_RECORD:
            records = await at.ports.zone.list_records(comment_start=OUR_COMMENT)
            return all(record.name != ref for record in records)
        case OrphanKind.RECORD:
            async with at.ports.registry.transaction() as tx:
                tenant = await tx.tenants.find_by_project(ref)
            return tenant is None or tenant.state is TenantState.DELETED


async def _remove(at: At, orphan: Orphan) -> str:
    match orphan.kind:
        case OrphanKind.SECOND_PROJECT | OrphanKind.PROJECT:
            await at.ports.projects.delete(ProjectRef(orphan.ref))
            return f"deleted project {orphan.ref} ({orphan.name})"
        case OrphanKind.DNS_RECORD:
            for record in await at.ports.zone.list_records(comment_start=OUR_COMMENT):
                if record.name == orphan.ref:
                    await at.ports.zone.remove_cname(record.name, comment=record.comment)
            return f"removed the CNAME of {orphan.ref}"
        case OrphanKind.RECORD:
            assert orphan.subdomain is not None
            return await _bury(at, orphan.subdomain)


async def _bury(at: At, subdomain: str) -> str:
    """A tenant without a project serves nobody and can't be backed up: what is left is its tombstone."""
    host = f"{subdomain}.{at.ports.policy.domain}"
    await at.ports.zone.remove_cname(host, comment=OUR_COMMENT + subdomain)
    said = []
    platform = at.ports.platform
    if platform.publishes and (published := await platform.find(subdomain)) is not None:
        said.append(await platform.withdraw(published.tenant_id))
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.mark_dns_record(subdomain, made=False)
        await tx.tenants.bury(subdomain)
    return "; ".join([*said, f"{subdomain} is buried, its credentials erased; the subdomain stays reserved"])


async def remove(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    await run.step(remove_orphan, str(data["ref"]))


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every orphan
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The step has recorded all there is."""


REMOVE_ORPHAN: Final = Pipeline(
    kind=RunKind.REMOVE_ORPHAN,
    steps=(remove_orphan,),
    walk=remove,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
