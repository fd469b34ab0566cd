"""From what was tried across tenants to the leak that it proves; silence proves nothing, and is told as that."""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.diagnose.asks import NOT_PUT, Told
from provisioning.diagnose.fixes import LOCKDOWN, NOTIFY, READ_KEYS, REPUBLISH, by_hand
from provisioning.diagnose.foreign_token import TriedElsewhere
from provisioning.domain.diagnosis import Cause, Fix, Issue, Sure
from provisioning.ports import PublishedTenant
from provisioning.probes import DataAnswer


@dataclass(frozen=True)
class Evidence:
    """`readable` are the tables of which the key for browsers gets rows."""

    subdomain: str
    url: str
    sealed_url: Told[str] = NOT_PUT
    registered: Told[Sequence[PublishedTenant]] = NOT_PUT
    session: Told[TriedElsewhere] = NOT_PUT
    key_elsewhere: Told[DataAnswer] = NOT_PUT
    neighbour: str = ""
    readable: Told[Sequence[str]] = NOT_PUT


def conclude(seen: Evidence) -> Cause | None:
    """Each of these is a leak by itself; nothing here is concluded from silence."""
    return _accepted(seen) or _shared(seen) or _wrong(seen) or _open(seen) or _silence(seen)


def _accepted(seen: Evidence) -> Cause | None:
    session, key = seen.session.value, seen.key_elsewhere.value
    if session is not None and session.accepted:
        return _cause(
            "foreign_token_accepted",
            f"A session of {seen.subdomain} is accepted at {session.other}: the platform does not keep tenants apart.",
            LOCKDOWN,
            by_hand(
                "look at the platform's tenant context middleware: it must refuse a token of another tenant"
            ),
            NOTIFY,
            affected=(session.other,),
        )
    if key is not None and key.accepted:
        return _cause(
            "foreign_key_accepted",
            f"The service key of {seen.subdomain} opens the project of {seen.neighbour}.",
            READ_KEYS,
            LOCKDOWN,
            NOTIFY,
            affected=(seen.neighbour,),
        )
    return None


def _shared(seen: Evidence) -> Cause | None:
    rows = seen.registered.value or ()
    own = next((row.database_url for row in rows if row.subdomain == seen.subdomain), None)
    served_from = own or seen.url
    others = tuple(
        row.subdomain for row in rows if row.database_url == served_from and row.subdomain != seen.subdomain
    )
    if others:
        return _cause(
            "shared_database",
            f"The platform serves {seen.subdomain} and {', '.join(others)} from one database ({served_from}).",
            REPUBLISH,
            LOCKDOWN,
            NOTIFY,
            affected=others,
        )
    if own is not None and own != seen.url:
        return _cause(
            "wrong_project",
            f"The platform serves {seen.subdomain} from {own}, and not from its own project {seen.url}.",
            REPUBLISH,
            LOCKDOWN,
            NOTIFY,
        )
    return None


def _wrong(seen: Evidence) -> Cause | None:
    if seen.sealed_url.value is None or seen.sealed_url.value == seen.url:
        return None
    return _cause(
        "sealed_url_of_another",
        f"The database URL that is sealed in our registry is not that of the project of {seen.subdomain}.",
        READ_KEYS,
        NOTIFY,
    )


def _open(seen: Evidence) -> Cause | None:
    if not seen.readable.value:
        return None
    tables = ", ".join(seen.readable.value)
    secured = " ".join(f"alter table {name} enable row level security;" for name in seen.readable.value)
    return _cause(
        "anon_key_reads",
        f"Anybody can read {tables} of {seen.subdomain}: the key for browsers gets rows of it.",
        by_hand(
            f"in the SQL editor of its project: {secured} revoke all on {tables} from anon;",
        ),
        NOTIFY,
    )


def _silence(seen: Evidence) -> Cause | None:
    unheard = next(
        (
            one
            for one in (seen.session, seen.registered, seen.key_elsewhere, seen.readable)
            if one.code is not None
        ),
        None,
    )
    if unheard is None:
        return None
    return Cause(
        Issue.LEAK,
        "not_answered",
        f"Whether {seen.subdomain} is kept apart from others can't be told: {unheard.words}",
        Sure.UNCLEAR,
        (by_hand("look at what did not answer, then diagnose again"),),
    )


def _cause(code: str, sentence: str, *fixes: Fix, affected: tuple[str, ...] = ()) -> Cause:
    return Cause(Issue.LEAK, code, sentence, Sure.CERTAIN, fixes, affected)
