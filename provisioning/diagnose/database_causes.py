"""From what a tenant's database and its project said to why there is no connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.diagnose.asks import NOT_PUT, Told
from provisioning.diagnose.credentials import Credentials
from provisioning.diagnose.fixes import READ_KEYS, REPUBLISH, RESTORE_PROJECT, ROTATE, SEAL_ANEW, by_hand
from provisioning.domain.diagnosis import Cause, Fix, Issue, Sure
from provisioning.domain.project import DatabaseAddress
from provisioning.ports import Answer, DnsAnswer, FoundProject, ServiceHealth
from provisioning.probes import DataAnswer


@dataclass(frozen=True)
class Evidence:
    subdomain: str
    recorded: DatabaseAddress
    opened: Told[Credentials] = NOT_PUT
    status: Told[FoundProject | None] = NOT_PUT
    health: Told[Sequence[ServiceHealth]] = NOT_PUT
    pooler: Told[DatabaseAddress] = NOT_PUT
    host: Told[DnsAnswer] = NOT_PUT
    login: Told[str] = NOT_PUT
    service_key: Told[DataAnswer] = NOT_PUT
    anon_key: Told[DataAnswer] = NOT_PUT
    platform: Told[Answer] = NOT_PUT


_PAUSED: Final = "INACTIVE"
_GONE: Final = frozenset({"GOING_DOWN", "REMOVED"})
_FAILED: Final = frozenset({"INIT_FAILED", "RESTORE_FAILED", "PAUSE_FAILED"})
_UP: Final = frozenset({"ACTIVE_HEALTHY", "ACTIVE_UNHEALTHY"})
_PAYMENT_REQUIRED, _PROJECT_PAUSED = 402, 540
"""Supabase's answers for a project that is held back, and for one that is paused."""


def conclude(seen: Evidence) -> Cause | None:
    """The project first: while it is not up, nothing else can be right."""
    return _sealed(seen) or _project(seen) or _quota(seen) or _login(seen) or _keys(seen) or _rest(seen)


def _sealed(seen: Evidence) -> Cause | None:
    if seen.opened.code is None:
        return None
    return _cause(
        "sealed_values",
        f"The sealed credentials of {seen.subdomain} do not open: {seen.opened.words}",
        Sure.CERTAIN,
        SEAL_ANEW,
    )


def _project(seen: Evidence) -> Cause | None:
    found = seen.status.value
    status = found.status if found else ""
    if (found is None and seen.status is not NOT_PUT and seen.status.code is None) or status in _GONE:
        return _cause(
            "project_gone",
            f"The Supabase project of {seen.subdomain} does not exist any more.",
            Sure.CERTAIN,
            by_hand(
                f"bury its record: tenantbot orphans {seen.subdomain}",
                f"if it has a backup, make it anew: tenantbot restore ARCHIVE --as-tenant {seen.subdomain}",
            ),
        )
    if status == _PAUSED or (found is None and _says(seen, _PROJECT_PAUSED)):
        return _cause(
            "project_paused",
            f"The Supabase project of {seen.subdomain} is paused.",
            Sure.CERTAIN if status else Sure.LIKELY,
            RESTORE_PROJECT,
        )
    if status in _FAILED:
        return _cause(
            "project_failed",
            f"The Supabase project of {seen.subdomain} is in the state {status}, which only Supabase can end.",
            Sure.CERTAIN,
            by_hand("ask Supabase's support, naming the project's ref"),
        )
    if status and status not in _UP:
        return _cause(
            "project_not_up",
            f"The Supabase project of {seen.subdomain} is {status} at this moment.",
            Sure.CERTAIN,
            by_hand("wait until it is ACTIVE_HEALTHY again"),
        )
    return None


def _quota(seen: Evidence) -> Cause | None:
    by_api = next(
        (one.words for one in (seen.status, seen.health, seen.pooler) if one.code == "payment_required"), None
    )
    by_data = next(
        (
            told.value.words
            for told in (seen.service_key, seen.anon_key)
            if told.value and told.value.status == _PAYMENT_REQUIRED
        ),
        None,
    )
    words = by_api or by_data
    if words is None:
        return None
    return _cause(
        "over_quota",
        f"Supabase holds the project of {seen.subdomain} back over its quota or its bill: {words.rstrip('.')}.",
        Sure.CERTAIN,
        by_hand("look at the organization's billing page at Supabase: raise the limit, or pay the bill"),
    )


def _login(seen: Evidence) -> Cause | None:
    match seen.login.code:
        case None:
            return _moved(seen, works=True) if seen.login.value is not None else None
        case "bad_credentials":
            return _cause(
                "password_refused",
                f"The database of {seen.subdomain} refuses the password that our registry has: it was changed elsewhere.",
                Sure.CERTAIN,
                ROTATE,
            )
        case "network_restricted":
            return _cause(
                "network_restricted",
                f"The network restrictions of the project of {seen.subdomain} keep this machine out.",
                Sure.CERTAIN,
                by_hand("allow this machine's address: Supabase, Database settings, Network restrictions"),
            )
        case "bad_certificate" | "no_encryption":
            return _cause(
                "database_tls",
                f"No encrypted connection to the database of {seen.subdomain} can be trusted: {seen.login.words}",
                Sure.CERTAIN,
                by_hand("compare SUPABASE_CA_FILE with the root certificates of Supabase's dashboard"),
            )
    return _moved(seen, works=False) or _unreachable(seen)


def _moved(seen: Evidence, *, works: bool) -> Cause | None:
    pooler = seen.pooler.value
    if pooler is None or pooler == seen.recorded:
        return None
    still = ", while the old one still works" if works else ""
    return _cause(
        "pooler_moved",
        f"Supabase has moved the database of {seen.subdomain} to {address_words(pooler)}; "
        f"our registry still has {address_words(seen.recorded)}{still}.",
        Sure.LIKELY if works else Sure.CERTAIN,
        READ_KEYS,
    )


def _unreachable(seen: Evidence) -> Cause:
    host, addresses = seen.recorded.host, seen.host.value.addresses if seen.host.value else frozenset()
    if seen.host.value is not None and not addresses:
        return _cause(
            "host_not_resolving", f"The database host {host} does not resolve.", Sure.CERTAIN, READ_KEYS
        )
    if addresses and all(":" in one for one in addresses):
        return _cause(
            "ipv6_only",
            f"The database host {host} has IPv6 addresses only, and can't be reached from here: {seen.login.words}",
            Sure.LIKELY,
            READ_KEYS,
        )
    if seen.login.code == "not_ready":
        return _cause(
            "pooler_unaware",
            f"The pooler at {host} does not know the project of {seen.subdomain}.",
            Sure.LIKELY,
            READ_KEYS,
        )
    return _unwell(seen) or _cause(
        "database_silent",
        f"The database of {seen.subdomain} does not answer: {seen.login.words}",
        Sure.LIKELY if seen.status.value else Sure.UNCLEAR,
        by_hand("look at the project's health and at Supabase's status page"),
    )


def _keys(seen: Evidence) -> Cause | None:
    refused = [name for name in ("service_key", "anon_key") if _refuses(getattr(seen, name))]
    if refused:
        names = " and the ".join(name.replace("_", " ") for name in refused)
        return _cause(
            "key_refused",
            f"The Data API of {seen.subdomain} refuses the {names} that our registry has: replaced or revoked elsewhere.",
            Sure.CERTAIN,
            READ_KEYS,
        )
    platform = seen.platform.value
    if platform is not None and platform.status >= 500 and seen.service_key.value is not None:  # noqa: PLR2004
        return _cause(
            "platform_credentials",
            f"Our credentials open the database of {seen.subdomain}, but the platform can't ({platform.status}): "
            "its copy of them is another one.",
            Sure.LIKELY,
            REPUBLISH,
        )
    return None


def _rest(seen: Evidence) -> Cause | None:
    if unwell := _unwell(seen):
        return unwell
    unheard = next(
        (
            one
            for one in (seen.status, seen.health, seen.pooler, seen.service_key, seen.anon_key)
            if one.code is not None
        ),
        None,
    )
    if unheard is None:
        return None
    return _cause(
        "not_answered",
        f"Whether the database of {seen.subdomain} is well can't be told: {unheard.words}",
        Sure.UNCLEAR,
        by_hand("look at what did not answer, then diagnose again"),
    )


def _unwell(seen: Evidence) -> Cause | None:
    unwell = [one for one in seen.health.value or () if one.status != "ACTIVE_HEALTHY"]
    if not unwell:
        return None
    return _cause(
        "services_unhealthy",
        f"Supabase says of the project of {seen.subdomain}: "
        + ", ".join(f"{one.name} {one.status}" for one in unwell)
        + ".",
        Sure.LIKELY,
        by_hand("look at the project's health at Supabase; it mostly passes, else restart the project there"),
    )


def _cause(code: str, sentence: str, sure: Sure, fix: Fix) -> Cause:
    return Cause(Issue.DATABASE, code, sentence, sure, (fix,))


def address_words(address: DatabaseAddress) -> str:
    return f"{address.user} at {address.host}:{address.port}"


def is_restricted(answer: DataAnswer) -> bool:
    return answer.status in {_PAYMENT_REQUIRED, _PROJECT_PAUSED}


def _says(seen: Evidence, status: int) -> bool:
    return _is(seen.service_key, status) or _is(seen.anon_key, status)


def _is(told: Told[DataAnswer], status: int) -> bool:
    return told.value is not None and told.value.status == status


def _refuses(told: Told[DataAnswer]) -> bool:
    return told.value is not None and told.value.accepted is False
