"""Cross-tenant data leak (guide 14.6): does anything of one tenant open another, or stand open to everybody?"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.diagnose.asks import NOT_PUT, PATIENCE, Asks, Seen, Told, within
from provisioning.diagnose.credentials import Credentials, open_credentials
from provisioning.diagnose.foreign_token import TriedElsewhere, try_elsewhere
from provisioning.diagnose.leak_causes import Evidence, conclude
from provisioning.diagnose.subject import Subject
from provisioning.domain.diagnosis import Cause
from provisioning.domain.project import ProjectRef
from provisioning.domain.schema_files import EXPECTED_TABLES
from provisioning.errors import TenantbotError
from provisioning.ports import PublishedTenant
from provisioning.probes import DataAnswer

_CHAIN_PATIENCE = 8.0
"""Seconds for the session: a user is made, logs in, and asks twice."""


@dataclass(frozen=True)
class Neighbour:
    """Another tenant that is served; its project where our registry knows it."""

    subdomain: str
    ref: ProjectRef | None


async def examine(asks: Asks, subject: Subject) -> Cause | None:
    if subject.ref is None or subject.secrets is None or subject.secrets.address is None:
        asks.skip("database_url", asked="the tenant's database", why="not asked: it has none")
        return None
    opened, neighbour = _opened(subject), await _neighbour(subject)
    sealed_url, registered, session, key_elsewhere, readable = await asyncio.gather(
        _sealed_url(asks, subject, opened),
        _registered(asks, subject),
        _session(asks, subject, opened, neighbour),
        _key_elsewhere(asks, subject, opened, neighbour),
        _readable(asks, subject, opened),
    )
    return conclude(
        Evidence(
            subject.subdomain, subject.ports.projects.url(subject.ref), sealed_url, registered, session,
            key_elsewhere, neighbour.subdomain if neighbour else "", readable,
        )
    )  # fmt: skip


def _opened(subject: Subject) -> Credentials:
    """Whether they open is the database playbook's question."""
    try:
        return open_credentials(subject)
    except TenantbotError:
        return Credentials()


async def _neighbour(subject: Subject) -> Neighbour | None:
    """One that our registry knows comes first: of that one the project is known too."""
    async with subject.ports.registry.transaction() as tx:
        name = await tx.tenants.other_active(subject.subdomain)
        tenant = await tx.tenants.find(name) if name else None
    if tenant is not None:
        return Neighbour(tenant.subdomain, ProjectRef(tenant.project_ref) if tenant.project_ref else None)
    try:
        name = await within(PATIENCE, lambda: subject.ports.platform.other_active(subject.subdomain))
    except (TenantbotError, TimeoutError):
        return None
    return Neighbour(name, None) if name else None


async def _sealed_url(asks: Asks, subject: Subject, opened: Credentials) -> Told[str]:
    assert subject.ref is not None
    right = subject.ports.projects.url(subject.ref)
    if opened.url is None:
        asks.skip("database_url", asked="the sealed database URL", why="not asked: there is none that opens")
        return NOT_PUT
    url = opened.url.reveal()

    async def read() -> str:
        return url

    return await asks.put(
        "database_url",
        asked="the sealed database URL in our registry",
        expected=right,
        question=read,
        read=lambda found: Seen(
            "the project's own" if found == right else "another project's", ok=found == right
        ),
    )


async def _registered(asks: Asks, subject: Subject) -> Told[Sequence[PublishedTenant]]:
    assert subject.ref is not None
    platform, url = subject.ports.platform, subject.ports.projects.url(subject.ref)
    asked = "all tenants of the platform: which are served from this database"
    if not platform.publishes:
        asks.skip("shared_database", asked=asked, why="not asked: PLATFORM_REGISTRY is none")
        return NOT_PUT
    return await asks.put(
        "shared_database",
        asked=asked,
        expected=f"{subject.subdomain} alone, from {url}",
        question=platform.every,
        read=lambda rows: _sharing_seen(rows, subject.subdomain, url),
    )


async def _session(
    asks: Asks, subject: Subject, opened: Credentials, neighbour: Neighbour | None
) -> Told[TriedElsewhere]:
    asked = (
        f"a session of {subject.subdomain}, shown at {neighbour.subdomain if neighbour else 'another tenant'}"
    )
    address = subject.secrets.address if subject.secrets else None
    why = _why_no_session(subject, opened, neighbour)
    if why or neighbour is None or address is None:
        asks.skip("foreign_token", asked=asked, why=f"not asked: {why}")
        return NOT_PUT
    return await asks.put(
        "foreign_token",
        asked=asked,
        expected="accepted here, refused there",
        question=lambda: try_elsewhere(subject, address, opened, neighbour.subdomain),
        read=lambda tried: Seen(f"here {tried.here}, at {tried.other} {tried.there}", ok=not tried.accepted),
        patience=_CHAIN_PATIENCE,
    )


def _why_no_session(subject: Subject, opened: Credentials, neighbour: Neighbour | None) -> str:
    if neighbour is None:
        return "there is no other active tenant to try it at"
    if not subject.is_served:
        return "the tenant is not active"
    return "" if opened.passwords else "there is no password to the database"


async def _key_elsewhere(
    asks: Asks, subject: Subject, opened: Credentials, neighbour: Neighbour | None
) -> Told[DataAnswer]:
    asked = f"our service key, at the project of {neighbour.subdomain if neighbour else 'another tenant'}"
    key, ref = opened.service_key, neighbour.ref if neighbour else None
    if key is None or ref is None:
        why = "no other project of our registry to try it at" if key else "there is no key that opens"
        asks.skip("foreign_key", asked=asked, why=f"not asked: {why}")
        return NOT_PUT
    return await asks.put(
        "foreign_key",
        asked=asked,
        expected="refused",
        question=lambda: subject.probes.data_api.read(ref, "users", key),
        read=lambda answer: Seen(
            f"{answer.status}", ok=None if answer.accepted is None else not answer.accepted
        ),
    )


async def _readable(asks: Asks, subject: Subject, opened: Credentials) -> Told[Sequence[str]]:
    asked = f"each of {len(EXPECTED_TABLES)} tables, with the key for browsers"
    key, ref = opened.anon_key, subject.ref
    if key is None or ref is None:
        asks.skip("anon_key_reads", asked=asked, why="not asked: there is no key that opens")
        return NOT_PUT

    async def readable() -> Sequence[str]:
        tables = sorted(EXPECTED_TABLES)
        answers = await asyncio.gather(*(subject.probes.data_api.read(ref, one, key) for one in tables))
        return [table for table, answer in zip(tables, answers, strict=True) if answer.rows]

    return await asks.put(
        "anon_key_reads",
        asked=asked,
        expected="no row of any",
        question=readable,
        read=lambda found: Seen(f"rows of {', '.join(found)}" if found else "no row", ok=not found),
    )


def _sharing_seen(rows: Sequence[PublishedTenant], subdomain: str, url: str) -> Seen:
    own = next((row.database_url for row in rows if row.subdomain == subdomain), None)
    others = [
        row.subdomain
        for row in rows
        if row.database_url in {own, url} - {None} and row.subdomain != subdomain
    ]
    if others:
        return Seen(f"{', '.join([subdomain, *others])}, from {own or url}", ok=False)
    if own is None:
        return Seen(f"nobody else; {subdomain} is not there, or its URL is not told", ok=True)
    return Seen(f"{subdomain} alone, from {own}", ok=own == url)
