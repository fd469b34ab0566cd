"""Step 2: every tenant is verified, some at a time, and its token tried at another, which tries its own here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, cast

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.round import How, Leak, Verification, pair_up
from provisioning.domain.tenant import Tenant
from provisioning.engine.each import for_each, named
from provisioning.engine.step import step
from provisioning.ports import Platform
from provisioning.provision.ports import At
from provisioning.provision.verification import keep_verification
from provisioning.rounds.alarm import raise_alarm
from provisioning.rounds.one_tenant import Look, accepted_elsewhere, look_at_tenant
from provisioning.rounds.platform_list import PlatformList

_SHOWN: Final = 20


@dataclass(frozen=True)
class Verified:
    """The result in words, and how often tenants were found not to be kept apart."""

    said: str
    leaks: int


@step(
    2,
    "Verify every tenant",
    typical=timedelta(minutes=1),
    deadline=timedelta(hours=6),
    no_undo="a verification leaves nothing behind",
    detail=lambda verified: verified.said,
)
async def verify_everyone(at: At) -> Verified:
    """Entered again, it goes on with those that have no verdict of this round yet.

    Whoever fails is looked at a second time when all others are done: what was weather has passed by then.
    """
    async with at.ports.registry.transaction() as tx:
        tenants = await tx.tenants.verifiable()
        done = {one.subdomain for one in await tx.verifications.of_run(at.run_id)}
    partners = pair_up([one.subdomain for one in tenants], seed=at.run_id)
    round_ = _Round(await _with_list(at), partners)
    left = sorted((one for one in tenants if one.subdomain not in done), key=round_.order)
    unsure = [one for one in await round_.look(left, done="verified") if one is not None]
    await round_.look(unsure, done="looked at again", is_final=True)
    return await _conclude(at)


class _Round:
    def __init__(self, at: At, partners: dict[str, str]) -> None:
        self._at = at
        self._partners = partners
        self._turn = {name: place for place, name in enumerate(partners)}

    def order(self, tenant: Tenant) -> int:
        """Partners one after the other: each meets the other's connections."""
        return self._turn.get(tenant.subdomain, 0)

    async def look(
        self, tenants: Sequence[Tenant], *, done: str, is_final: bool = False
    ) -> Sequence[Tenant | None]:
        """Verify them; give those whose verdict is not kept yet."""

        async def act(tenant: Tenant) -> Tenant | None:
            return await self._look(tenant, is_final=is_final)

        return await for_each(
            self._at, tenants, act, done=done, at_once=self._at.ports.policy.verify_parallel
        )

    async def _look(self, tenant: Tenant, *, is_final: bool) -> Tenant | None:
        at = replace(self._at, subdomain=tenant.subdomain, note=_to_nobody)
        look = await look_at_tenant(at, tenant, self._partners.get(tenant.subdomain))
        leaks = _leaks(look)
        if look.checklist.failures and not leaks and not is_final:
            return tenant
        async with at.ports.registry.transaction() as tx:
            await at.hold(tx)
            await keep_verification(tx, at, look.checklist, database=look.database)
            await raise_alarm(tx, at, leaks)
        return None


async def _with_list(at: At) -> At:
    """Have the platform's list asked for once, and not once for every tenant."""
    listed = await PlatformList.of(at.ports.platform)
    return replace(at, ports=replace(at.ports, platform=cast("Platform", listed)))


async def _to_nobody(detail: str, *, lasting: bool = False) -> None:
    """The round says how far it is, not each of its tenants."""


async def _conclude(at: At) -> Verified:
    """Say it in numbers, with the failures by name; and who shares a database, whatever the platform believes."""
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        found = await tx.verifications.of_run(at.run_id)
        sharing = _sharing(found)
        await raise_alarm(tx, at, sharing)
        await tx.runs.store_checklist(at.run_id, _summary(found))
    bad = [one.subdomain for one in found if not one.ok]
    said = f"{len(found) - len(bad)} of {len(found)} verified" + (f"; not: {named(bad)}" if bad else "")
    return Verified(said, len(sharing) + sum(accepted_elsewhere(one.checks) for one in found))


def _leaks(look: Look) -> list[Leak]:
    if look.partner is None or not accepted_elsewhere(look.checklist.checks):
        return []
    told = f"A session of {look.subdomain} is accepted at {look.partner}."
    return [Leak(look.subdomain, look.partner, How.FOREIGN_TOKEN, told)]


def _sharing(found: Sequence[Verification]) -> list[Leak]:
    first_in: dict[str, str] = {}
    leaks = []
    for one in found:
        first = first_in.setdefault(one.database or one.subdomain, one.subdomain)
        if first != one.subdomain:
            told = f"Our own credentials of {first} and {one.subdomain} open one and the same database."
            leaks.append(Leak(first, one.subdomain, How.SHARED_DATABASE, told))
    return leaks


def _summary(found: Sequence[Verification]) -> Checklist:
    bad = [one for one in found if not one.ok]
    checks = [
        Check("tenants", f"{len(found)} verified", f"{len(found) - len(bad)} verified", ok=not bad),
        *(Check(one.subdomain, "verified", one.verdict, ok=False) for one in bad[:_SHOWN]),
    ]
    return Checklist(tuple(checks))
