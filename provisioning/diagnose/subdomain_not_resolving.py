"""Subdomain not resolving (guide 14.6): this name, a random one, the zone's own servers, the way to the platform, TLS."""

import asyncio
import secrets

from provisioning.diagnose.asks import NOT_PUT, Asks, Seen, Told
from provisioning.diagnose.subdomain_causes import (
    HOSTS_AUTHORITY,
    Evidence,
    conclude,
    forbids,
    issuers,
    leads_home,
    where,
)
from provisioning.diagnose.subject import Subject
from provisioning.domain.diagnosis import Cause
from provisioning.probes import Certificate, HostedDomain


async def examine(asks: Asks, subject: Subject) -> Cause | None:
    """All at once: no question needs another's answer."""
    dns, probes, host = subject.ports.dns, subject.probes, subject.host
    domain, target = subject.ports.policy.domain, subject.ports.policy.dns_target
    other = f"{secrets.token_hex(6)}.{domain}"
    async with asyncio.TaskGroup() as group:
        name = group.create_task(
            asks.put(
                "this_name",
                asked=f"{host}, as resolvers see it",
                expected=f"leads to {target}",
                question=lambda: dns.lookup(host),
                read=lambda answer: Seen(where(answer), ok=answer.exists),
            )
        )
        random = group.create_task(
            asks.put(
                "random_name",
                asked=f"{other}, which only a wildcard answers",
                expected="the wildcard leads it to the platform, or nothing does",
                question=lambda: dns.lookup(other),
                read=lambda answer: Seen(where(answer), ok=True),
            )
        )
        authority = group.create_task(
            asks.put(
                "authoritative_servers",
                asked=f"{host}, as the zone's own servers have it",
                expected=f"leads to {target}",
                question=lambda: dns.lookup_authoritative(host),
                read=lambda answer: Seen(where(answer), ok=answer.exists),
            )
        )
        wanted = group.create_task(
            asks.put(
                "dns_target",
                asked=f"{target}, where tenants' names lead",
                expected="addresses",
                question=lambda: dns.lookup(target),
                read=lambda answer: Seen(where(answer), ok=bool(answer.addresses)),
            )
        )
        caa = group.create_task(
            asks.put(
                "caa",
                asked=f"CAA of {host} and above",
                expected=f"none, or {HOSTS_AUTHORITY} among them",
                question=lambda: probes.caa.caa(host),
                read=lambda policy: Seen(issuers(policy), ok=not forbids(policy)),
            )
        )
        certificate = group.create_task(
            asks.put(
                "certificate",
                asked=f"the certificate at {subject.ports.app.url(subject.subdomain)}",
                expected=f"valid, for {host}",
                question=lambda: probes.certificates.shown_at(subject.ports.app.url(subject.subdomain)),
                read=lambda shown: Seen(_shown(shown), ok=shown.problem is None),
            )
        )
        hosted = group.create_task(_hosted(asks, subject))
    seen = Evidence(
        host=host,
        target=target,
        provider=subject.ports.zone.provider,
        now=subject.clock.now(),
        name=name.result(),
        random=random.result(),
        authority=authority.result(),
        wanted=wanted.result(),
        caa=caa.result(),
        certificate=certificate.result(),
        hosted=hosted.result(),
    )
    _judge_ways(asks, seen)
    return conclude(seen)


def _judge_ways(asks: Asks, seen: Evidence) -> None:
    """Whether a name leads to the platform is known only once the target's own addresses are."""
    for question, told in (("this_name", seen.name), ("authoritative_servers", seen.authority)):
        if told.value is not None:
            asks.judge(question, ok=leads_home(told.value, seen))


async def _hosted(asks: Asks, subject: Subject) -> Told[HostedDomain | None]:
    hosting, asked = subject.probes.hosting, f"{subject.host} at the hosting provider"
    if hosting is None:
        asks.skip("hosting", asked=asked, why="not asked: VERCEL_TOKEN and VERCEL_PROJECT_ID are not set")
        return NOT_PUT
    return await asks.put(
        "hosting",
        asked=asked,
        expected="there, and configured",
        question=lambda: hosting.domain(subject.host),
        read=lambda found: Seen(_hosting(found), ok=found is not None and found.problem is None),
    )


def _shown(shown: Certificate) -> str:
    said = f"for {', '.join(shown.names)}, by {shown.issuer}, until {shown.expires_at:%Y-%m-%d}"
    return said if shown.problem is None else f"{shown.problem}: {said}"


def _hosting(found: HostedDomain | None) -> str:
    return "not there" if found is None else found.problem or f"{found.name}, configured"
