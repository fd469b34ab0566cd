"""The alarm about tenants that are not kept apart: one at a time, to which is added what is found besides."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from provisioning.domain.actor import ENGINE
from provisioning.domain.round import Leak, Notice, NoticeId, NoticeKind
from provisioning.provision.ports import At
from provisioning.registry import AuditEntry, Transaction

_MOST: Final = 100
"""So many are named, and audited one by one; that there are more is beyond doubt by then."""


async def raise_alarm(tx: Transaction, at: At, leaks: Sequence[Leak]) -> None:
    """Tell people at once of what they have not been told of."""
    if not leaks:
        return
    open_alarm = await tx.notices.open(NoticeKind.LEAK)
    known = open_alarm.leaks if open_alarm else ()
    seen = {(one.subdomain, one.other, one.how) for one in known}
    new = [one for one in leaks if (one.subdomain, one.other, one.how) not in seen][
        : max(0, _MOST - len(known))
    ]
    if not new:
        return
    if open_alarm is None:
        name = NoticeId(f"leak-{secrets.token_hex(4)}")
        await tx.notices.add(Notice(name, NoticeKind.LEAK, at.clock.now(), leaks=tuple(new)))
    else:
        await tx.notices.change(replace(open_alarm, leaks=(*known, *new)))
    for leak in new:
        await tx.audit.append(ENGINE, _entry(at, leak))


async def close_alarm(tx: Transaction, at: At) -> bool:
    """A whole round has found nothing of it any more."""
    open_alarm = await tx.notices.open(NoticeKind.LEAK)
    if open_alarm is None:
        return False
    await tx.notices.change(replace(open_alarm, closed_at=at.clock.now()))
    await tx.audit.append(ENGINE, AuditEntry("isolation.apart", "accepted", run_id=at.run_id))
    return True


def _entry(at: At, leak: Leak) -> AuditEntry:
    return AuditEntry(
        action="isolation.leak",
        result="failed",
        subdomain=leak.subdomain,
        run_id=at.run_id,
        reason=leak.told,
        details={"other": leak.other, "how": leak.how},
    )
