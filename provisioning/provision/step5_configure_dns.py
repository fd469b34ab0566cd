"""Step 5: Configure DNS (guide 14.3).

Resolves rightly, through the wildcard or by a record of its own: nothing to do. Missing: the CNAME is added where
we may write to the zone, else the exact record is named and the run looks again by itself, with growing gaps.
"""

import secrets
from datetime import timedelta

from provisioning.engine.step import step
from provisioning.engine.waiting import wait_until
from provisioning.errors import NeedsPerson, Permanent, Transient
from provisioning.ports import Dns, DnsAnswer
from provisioning.provision.ports import At, Policy

SAY_SO_AFTER = timedelta(minutes=10)
GIVE_UP_AFTER = timedelta(hours=48)
OUR_COMMENT = "tenantbot "
"""How the comment of every record begins that a run has made."""
_FIRST_GAP, _LONGEST_GAP = 15.0, 3600.0


async def remove_dns_record(at: At) -> str:
    """Undo: remove the record if we made one."""
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    if tenant is None or not tenant.dns_record_made:
        return "no record was made"
    await at.ports.zone.remove_cname(_host(at), comment=_comment(at))
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.mark_dns_record(at.subdomain, made=False)
    return f"removed the CNAME of {_host(at)}"


@step(
    5,
    "Configure DNS",
    typical=timedelta(seconds=10),
    deadline=GIVE_UP_AFTER,
    undo=remove_dns_record,
    undoes="remove the DNS record, where this run made one",
    detail=lambda said: said,
)
async def configure_dns(at: At) -> str:
    try:
        return await _ensure_resolves(at)
    except Transient as fault:
        if at.clock.now() < at.started_at + SAY_SO_AFTER:
            raise
        raise _ask_for_person(at, fault.message) from fault  # waiting in the open, not in a worker's slot


async def _ensure_resolves(at: At) -> str:
    host, target = _host(at), at.ports.policy.dns_target
    answer = await at.ports.dns.lookup(host)
    if answer.exists:
        return await where_it_leads(at.ports.dns, at.ports.policy, answer)
    if at.ports.zone.provider == "none":
        raise _ask_for_person(at, f"{host} does not resolve. Add this record: {host} CNAME {target}")
    await _add_record(at)
    return await _wait_until_visible(at)


async def where_it_leads(dns: Dns, policy: Policy, answer: DnsAnswer) -> str:
    """Say how a name that resolves leads to the platform; raises Permanent when it does not."""
    target = policy.dns_target
    if target.rstrip(".") in answer.chain:
        wildcard = await dns.lookup(f"{secrets.token_hex(8)}.{policy.domain}")
        return f"resolves to {target}" + (" through the wildcard" if wildcard.chain == answer.chain else "")
    wanted = await dns.lookup(target)
    if answer.addresses and answer.addresses <= wanted.addresses:
        return f"resolves to the addresses of {target}"
    raise Permanent(
        f"{answer.name} resolves to {', '.join(answer.chain or sorted(answer.addresses))}, not to {target}; "
        f"correct that record to: {answer.name} CNAME {target}. Then retry.",
        code="wrong_record",
    )


async def _add_record(at: At) -> None:
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.mark_dns_record(at.subdomain, made=True)
    await at.ports.zone.ensure_cname(_host(at), at.ports.policy.dns_target, comment=_comment(at))
    await at.note(f"added the CNAME of {_host(at)}; waiting for the zone's own servers")


async def _wait_until_visible(at: At) -> str:
    host = _host(at)

    async def visible() -> DnsAnswer | None:
        answer = await at.ports.dns.lookup_authoritative(host)
        return answer if answer.exists else None

    try:
        await wait_until(at.clock, visible, deadline=at.started_at + SAY_SO_AFTER, late=lambda: "not visible")
    except Transient as fault:
        if fault.code != "late":
            raise
        provider = at.ports.zone.provider
        message = (
            f"The CNAME of {host} was added at {provider}, but its servers do not show it after 10 minutes."
        )
        raise _ask_for_person(at, message) from fault
    return f"added CNAME {host} → {at.ports.policy.dns_target}"


def _ask_for_person(at: At, message: str) -> NeedsPerson | Permanent:
    if at.clock.now() > at.started_at + GIVE_UP_AFTER:
        return Permanent(f"{message} (nothing changed for 48 hours; retry once it is there).", code="dns")
    gap = min(_LONGEST_GAP, _FIRST_GAP * 2 ** min(at.attempt - 1, 12))
    return NeedsPerson(message, recheck_after=gap)


def _host(at: At) -> str:
    return f"{at.subdomain}.{at.ports.policy.domain}"


def _comment(at: At) -> str:
    """Name the tenant, not the run: another run of it, such as its deprovision, removes the record."""
    return OUR_COMMENT + at.subdomain
