"""Do tenants' names lead to the platform: is the domain delegated, is there a wildcard, is its certificate good?"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from provisioning.doctor.finding import Finding, advised, not_checked
from provisioning.doctor.surroundings import Surroundings
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.provision.step5_configure_dns import where_it_leads

DELEGATION: Final = "DNS delegation"
WILDCARD: Final = "DNS wildcard"
ZONE: Final = "DNS zone"
CERTIFICATE: Final = "certificate"

SOON: Final = timedelta(days=14)


async def check_dns(at: Surroundings) -> Sequence[Finding]:
    zone = [] if at.zone.provider == "none" else [_zone(at)]
    return await asyncio.gather(_delegation(at), _wildcard(at), *zone)


async def _delegation(at: Surroundings) -> Finding:
    """Ask the servers that the world is sent to, about a name that only they can answer for."""
    try:
        await at.dns.lookup_authoritative(_any_host(at))
    except Transient as fault:
        return Finding(
            DELEGATION,
            False,
            _in_short(fault),
            "Check DNS_NAMESERVERS, and that this machine may ask them. If it may: at the registrar of "
            f"{at.policy.domain} name the servers of its DNS provider, then wait an hour.",
        )
    return Finding(DELEGATION, True, f"the servers responsible for {at.policy.domain} answer")


async def _wildcard(at: Surroundings) -> Finding:
    host, record = _any_host(at), f"*.{at.policy.domain} CNAME {at.policy.dns_target}"
    try:
        answer = await at.dns.lookup(host)
        if answer.exists:
            await where_it_leads(at.dns, at.policy, answer)
            return Finding(
                WILDCARD, True, f"any name under {at.policy.domain} leads to {at.policy.dns_target}"
            )
    except Permanent as fault:
        return Finding(WILDCARD, False, _in_short(fault), f"Correct the record to: {record}")
    except Transient as fault:
        return Finding(
            WILDCARD, False, _in_short(fault), "Check DNS_NAMESERVERS, and that this machine may ask them."
        )
    if at.zone.provider == "none":
        return Finding(
            WILDCARD,
            False,
            f"there is none: {host} does not resolve, so every tenant's record waits for a person",
            f"Add {record}; or set DNS_PROVIDER, to have each record added.",
        )
    return Finding(WILDCARD, None, f"there is none; each tenant gets a record at {at.zone.provider}")


async def _zone(at: Surroundings) -> Finding:
    try:
        await at.zone.check_access()
    except TenantbotError as fault:
        return advised(ZONE, fault, "Check the token of the DNS provider, and which zone it is for.")
    return Finding(ZONE, True, f"{at.zone.provider} lets us read the zone's records")


async def check_certificate(at: Surroundings) -> Sequence[Finding]:
    """Look at the certificate that a new tenant would be served with, as a browser does."""
    label = _label()
    try:
        expires = await at.app.certificate_expiry(label)
    except Permanent as fault:
        return [advised(CERTIFICATE, fault, "Look at the wildcard domain at the hosting provider.")]
    except Transient as fault:
        return [not_checked(CERTIFICATE, _in_short(fault))]
    if expires is None:
        return [Finding(CERTIFICATE, None, "tenants are served without encryption (TASKIFAI_URL_TEMPLATE)")]
    left = expires - at.clock.now()
    advice = "The hosting provider renews it by itself, if the DNS still lets it; look at the wildcard domain there."
    return [
        Finding(
            CERTIFICATE,
            left > SOON,
            f"good for {at.app.url('*')} until {expires:%Y-%m-%d}, for {left.days} days",
            "" if left > SOON else advice,
        )
    ]


def _in_short(fault: TenantbotError) -> str:
    """Of what each server answered, the first one is enough."""
    return fault.message.partition("; ")[0]


def _any_host(at: Surroundings) -> str:
    return f"{_label()}.{at.policy.domain}"


def _label() -> str:
    """A name that nobody has."""
    return f"tenantbot-{secrets.token_hex(6)}"
