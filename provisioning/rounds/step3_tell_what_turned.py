"""Step 3: people are told, once, who has turned bad and who is well again; an alarm that is over is closed."""

from datetime import timedelta

from provisioning.domain.round import Mood, Notice, NoticeId, NoticeKind
from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.registry import Transaction
from provisioning.rounds.alarm import close_alarm


@step(
    3,
    "Tell what has changed",
    typical=timedelta(seconds=1),
    deadline=timedelta(minutes=10),
    no_undo="what is told is told",
    detail=lambda said: said,
)
async def tell_what_turned(at: At, leaks: int) -> str:
    """One transaction: whoever is marked as told of is in a notice, and nobody is told of twice.

    `leaks` counts what this round has found of tenants that are not kept apart.
    """
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        bad = await tx.verifications.turned_bad(at.run_id)
        well = await tx.verifications.turned_well(at.run_id)
        await _tell(tx, at, NoticeKind.UNWELL, tuple(bad))
        await _tell(tx, at, NoticeKind.WELL, tuple(well))
        is_over = not leaks and await close_alarm(tx, at)
    said = f"{len(bad)} turned bad, {len(well)} well again"
    return f"{said}; kept apart again" if is_over else said


async def _tell(tx: Transaction, at: At, kind: NoticeKind, tenants: tuple[Mood, ...]) -> None:
    if tenants:
        name = NoticeId(f"{kind}-{at.run_id}")
        await tx.notices.add(Notice(name, kind, at.clock.now(), tenants=tenants))
