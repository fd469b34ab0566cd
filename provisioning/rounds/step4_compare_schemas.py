"""Step 4: by the clock, every tenant's schema and seeds are compared with its own version, and a difference is told once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from provisioning.domain.drift import TenantDrift
from provisioning.domain.round import Mood, Notice, NoticeId, NoticeKind
from provisioning.domain.tenant import Tenant
from provisioning.engine.each import for_each, named
from provisioning.engine.step import step
from provisioning.lifecycle.drift import look_at
from provisioning.provision.ports import At
from provisioning.registry import Transaction

_MOST_TOLD: Final = 3


@step(
    4,
    "Compare schemas",
    typical=timedelta(minutes=2),
    deadline=timedelta(hours=6),
    no_undo="a comparison leaves nothing behind",
    detail=lambda said: said,
)
async def compare_schemas(at: At, *, is_due: bool) -> str:
    """A tenant that could not be looked at proves nothing, so nobody is told of it."""
    if not is_due:
        return "schemas are compared on schedule; `fleet drift` does it now"
    async with at.ports.registry.transaction() as tx:
        tenants = await tx.tenants.verifiable()
    files = await at.ports.schema.files()

    async def look(tenant: Tenant) -> TenantDrift:
        return await look_at(at.ports, tenant.subdomain, files)

    found = await for_each(at, tenants, look, done="compared", at_once=at.ports.policy.verify_parallel)
    drifted = tuple(
        Mood(one.subdomain, _told(one.findings))
        for one in sorted(found, key=lambda one: one.subdomain)
        if one.findings
    )
    unseen = [one.subdomain for one in found if one.fault is not None]
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await _tell(tx, at, drifted)
    said = f"{len(found) - len(unseen)} compared, {len(drifted)} drifted"
    return f"{said}; not looked at: {named(unseen)}" if unseen else said


async def _tell(tx: Transaction, at: At, drifted: tuple[Mood, ...]) -> None:
    """One notice at a time: it says who differs now, and is closed when nobody does."""
    told = await tx.notices.open(NoticeKind.DRIFT)
    if told is None:
        if drifted:
            name = NoticeId(f"{NoticeKind.DRIFT}-{at.run_id}")
            await tx.notices.add(Notice(name, NoticeKind.DRIFT, at.clock.now(), tenants=drifted))
    elif not drifted:
        await tx.notices.change(replace(told, closed_at=at.clock.now()))
    elif told.tenants != drifted:
        await tx.notices.change(replace(told, tenants=drifted))


def _told(findings: Sequence[str]) -> str:
    more = len(findings) - _MOST_TOLD
    return "; ".join(findings[:_MOST_TOLD]) + (f"; and {more} more" if more > 0 else "")
