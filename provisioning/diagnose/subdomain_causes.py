"""From what the DNS, the certificate and the hosting provider said to why a subdomain does not resolve."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provisioning.diagnose.asks import NOT_PUT, Told
from provisioning.diagnose.fixes import add_record, by_hand
from provisioning.domain.diagnosis import Cause, Fix, Issue, Sure
from provisioning.ports import DnsAnswer
from provisioning.probes import CaaPolicy, Certificate, HostedDomain

HOSTS_AUTHORITY: Final = "letsencrypt.org"
"""Who issues the hosting provider's certificates (Vercel's documentation, CAA records)."""


@dataclass(frozen=True)
class Evidence:
    host: str
    target: str
    provider: str
    now: datetime
    name: Told[DnsAnswer] = NOT_PUT
    random: Told[DnsAnswer] = NOT_PUT
    authority: Told[DnsAnswer] = NOT_PUT
    wanted: Told[DnsAnswer] = NOT_PUT
    caa: Told[CaaPolicy | None] = NOT_PUT
    certificate: Told[Certificate] = NOT_PUT
    hosted: Told[HostedDomain | None] = NOT_PUT


def conclude(seen: Evidence) -> Cause | None:
    """From evidence to cause; what comes first in the way of a browser is blamed first."""
    return _resolution(seen) or _destination(seen) or _hosting_cause(seen) or _tls(seen) or _silence(seen)


def _resolution(seen: Evidence) -> Cause | None:
    name, authority, random = seen.name.value, seen.authority.value, seen.random.value
    if name is None:
        return _servers(seen)
    if name.exists:
        return None
    if authority is not None and authority.exists:
        return _cause(
            "not_propagated",
            f"{seen.host} is in the zone, but resolvers still remember that it was not.",
            Sure.LIKELY,
            _WAIT,
        )
    missing = add_record(seen.host, seen.target, seen.provider)
    if random is not None and random.exists:
        return _cause(
            "wildcard_shadowed",
            f"The wildcard answers for every name but {seen.host}: another record at or below that name "
            "(such as a TXT record of a verification) keeps the wildcard from it.",
            Sure.CERTAIN,
            missing,
        )
    return _cause(
        "no_record",
        f"{seen.host} does not exist: there is no record of that name, and no wildcard.",
        Sure.CERTAIN if random is not None else Sure.LIKELY,
        missing,
    )


def _servers(seen: Evidence) -> Cause | None:
    if seen.name.code is None:
        return None
    if seen.authority.value is not None:
        return _cause(
            "resolver_failing",
            f"The zone's own servers know {seen.host}, but the resolver gives no answer: {seen.name.words}",
            Sure.LIKELY,
            by_hand("look at the resolver of DNS_NAMESERVERS, or of this machine"),
        )
    return _cause(
        "servers_failing",
        f"No name server gives an answer about {seen.host}: {seen.name.words}",
        Sure.LIKELY,
        by_hand("look at the zone and its delegation where the domain is registered"),
    )


def _destination(seen: Evidence) -> Cause | None:
    name, authority = seen.name.value, seen.authority.value
    if name is None or leads_home(name, seen):
        return None
    if authority is not None and leads_home(authority, seen):
        return _cause(
            "not_propagated",
            f"The zone leads {seen.host} to {seen.target}, but resolvers still remember {where(name)}.",
            Sure.LIKELY,
            _WAIT,
        )
    return _cause(
        "wrong_target",
        f"{seen.host} leads to {where(name)}, not to {seen.target}.",
        Sure.CERTAIN if seen.wanted.value is not None else Sure.LIKELY,
        by_hand(f"correct the record where the zone is kept: {seen.host} CNAME {seen.target}"),
    )


def _hosting_cause(seen: Evidence) -> Cause | None:
    if seen.hosted.code is not None or seen.hosted is NOT_PUT:
        return None
    found = seen.hosted.value
    if found is not None and found.problem is None:
        return None
    problem = "does not have it" if found is None else f"does not serve it: {found.problem}"
    return _cause(
        "not_hosted",
        f"{seen.host} resolves, but the hosting project {problem}.",
        Sure.CERTAIN,
        by_hand(f"add or verify the domain {seen.host} in the hosting project"),
    )


def _tls(seen: Evidence) -> Cause | None:
    shown, policy = seen.certificate.value, seen.caa.value
    if forbids(policy):
        assert policy is not None
        now = "" if shown is None or shown.problem is None else ", and the present one is not valid"
        return _cause(
            "caa_forbids",
            f"The CAA record of {policy.name} allows certificates of {', '.join(policy.issuers) or 'nobody'} only, "
            f"so the hosting provider can't renew the one of {seen.host}{now}.",
            Sure.CERTAIN if now else Sure.LIKELY,
            by_hand(f'add this record: {policy.name} CAA 0 issue "{HOSTS_AUTHORITY}"'),
        )
    if shown is None or shown.problem is None:
        return None
    if shown.expires_at <= seen.now:
        return _cause(
            "certificate_expired",
            f"The certificate of {seen.host} expired on {shown.expires_at:%Y-%m-%d}.",
            Sure.CERTAIN,
            by_hand(f"renew the certificate of {seen.host} at the hosting provider"),
        )
    if not _covers(shown, seen.host):
        return _cause(
            "certificate_of_another",
            f"The server at {seen.host} shows a certificate for {', '.join(shown.names)}.",
            Sure.CERTAIN,
            by_hand(f"add the domain {seen.host} to the hosting project, which then issues its certificate"),
        )
    return _cause(
        "certificate_untrusted",
        f"The certificate of {seen.host}, issued by {shown.issuer}, is not trusted ({shown.problem}).",
        Sure.CERTAIN,
        by_hand("look at the certificate's chain at the hosting provider"),
    )


def _silence(seen: Evidence) -> Cause | None:
    if seen.certificate.code is not None:
        return _cause(
            "no_server",
            f"{seen.host} resolves rightly, but nobody answers there: {seen.certificate.words}",
            Sure.LIKELY,
            by_hand("look at the hosting provider's status page and at the project's deployment"),
        )
    return None


_WAIT: Final = by_hand("wait: it passes by itself once resolvers ask again, within 48 hours at most")


def _cause(code: str, sentence: str, sure: Sure, fix: Fix) -> Cause:
    return Cause(Issue.DNS, code, sentence, sure, (fix,))


def leads_home(answer: DnsAnswer, seen: Evidence) -> bool:
    if seen.target.rstrip(".") in answer.chain:
        return True
    wanted = seen.wanted.value
    return bool(answer.addresses) and wanted is not None and answer.addresses <= wanted.addresses


def where(answer: DnsAnswer) -> str:
    return (
        " → ".join((*answer.chain, *([", ".join(sorted(answer.addresses))] if answer.addresses else ())))
        or "nothing"
    )


def issuers(policy: CaaPolicy | None) -> str:
    return "none" if policy is None else f"{', '.join(policy.issuers) or 'nobody'} (at {policy.name})"


def forbids(policy: CaaPolicy | None) -> bool:
    return policy is not None and HOSTS_AUTHORITY not in policy.issuers


def _covers(shown: Certificate, host: str) -> bool:
    return host in shown.names or f"*.{host.partition('.')[2]}" in shown.names
