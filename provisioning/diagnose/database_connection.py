"""Database connection fails (guide 14.6): the sealed credentials are opened and each tried, and the project is looked at."""

import asyncio
import ipaddress
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from provisioning.diagnose.asks import NOT_PUT, Asks, Seen, Told
from provisioning.diagnose.credentials import Credentials, log_in, open_credentials
from provisioning.diagnose.database_causes import Evidence, address_words, conclude, is_restricted
from provisioning.diagnose.subject import Subject
from provisioning.domain.diagnosis import Cause
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.secret import Secret, new_password
from provisioning.errors import Transient
from provisioning.ports import Answer, DnsAnswer, FoundProject, ServiceHealth
from provisioning.probes import DataAnswer

_NOBODY: Final = "tenantbot-nobody@example.com"
"""An address that no tenant has: a login with it is refused by whoever could look it up."""
_TABLE: Final = "users"


async def examine(asks: Asks, subject: Subject) -> Cause | None:
    if subject.ref is None or subject.secrets is None or subject.secrets.address is None:
        asks.skip("sealed_credentials", asked="the tenant's credentials", why="not asked: it has no database")
        return None
    ref, address = subject.ref, subject.secrets.address
    opened = await _open(asks, subject)
    async with asyncio.TaskGroup() as group:
        status = group.create_task(_status(asks, subject, ref))
        health = group.create_task(_health(asks, subject, ref))
        pooler = group.create_task(_pooler(asks, subject, ref, address))
        host = group.create_task(_host(asks, subject, address))
        login = group.create_task(_connect(asks, subject, address, opened.value))
        service_key = group.create_task(_key(asks, subject, ref, "service_key", opened.value))
        anon_key = group.create_task(_key(asks, subject, ref, "anon_key", opened.value))
        platform = group.create_task(_platform(asks, subject))
    return conclude(
        Evidence(
            subdomain=subject.subdomain,
            recorded=address,
            opened=opened,
            status=status.result(),
            health=health.result(),
            pooler=pooler.result(),
            host=host.result(),
            login=login.result(),
            service_key=service_key.result(),
            anon_key=anon_key.result(),
            platform=platform.result(),
        )
    )


async def _open(asks: Asks, subject: Subject) -> Told[Credentials]:
    async def opened() -> Credentials:
        return open_credentials(subject)

    return await asks.put(
        "sealed_credentials",
        asked="the sealed URL, keys and password in our registry",
        expected="all open with our keys",
        question=opened,
        read=lambda _: Seen("all open", ok=True),
    )


async def _status(asks: Asks, subject: Subject, ref: ProjectRef) -> Told[FoundProject | None]:
    return await asks.put(
        "project_status",
        asked=f"project {ref} at Supabase",
        expected="ACTIVE_HEALTHY",
        question=lambda: subject.ports.projects.status(ref),
        read=lambda found: Seen(
            found.status if found else "no such project",
            ok=found is not None and found.status == "ACTIVE_HEALTHY",
        ),
    )


async def _health(asks: Asks, subject: Subject, ref: ProjectRef) -> Told[Sequence[ServiceHealth]]:
    return await asks.put(
        "project_services",
        asked=f"the services of {ref}",
        expected="all ACTIVE_HEALTHY",
        question=lambda: subject.ports.projects.health(ref),
        read=lambda found: Seen(_unwell(found) or "all ACTIVE_HEALTHY", ok=not _unwell(found)),
    )


async def _pooler(
    asks: Asks, subject: Subject, ref: ProjectRef, recorded: DatabaseAddress
) -> Told[DatabaseAddress]:
    return await asks.put(
        "pooler_address",
        asked=f"the session pooler of {ref}",
        expected=address_words(recorded),
        question=lambda: subject.ports.projects.address(ref),
        read=lambda found: Seen(address_words(found), ok=found == recorded),
    )


async def _host(asks: Asks, subject: Subject, address: DatabaseAddress) -> Told[DnsAnswer]:
    try:
        ipaddress.ip_address(address.host)
    except ValueError:
        return await asks.put(
            "database_host",
            asked=f"{address.host} in the DNS",
            expected="an IPv4 address",
            question=lambda: subject.ports.dns.lookup(address.host),
            read=lambda answer: Seen(
                ", ".join(sorted(answer.addresses)) or "nothing",
                ok=any(":" not in one for one in answer.addresses),
            ),
        )
    asks.skip("database_host", asked=address.host, why="not asked: it is an address already")
    return NOT_PUT


async def _connect(
    asks: Asks, subject: Subject, address: DatabaseAddress, opened: Credentials | None
) -> Told[str]:
    if opened is None or not opened.passwords:
        asks.skip("login", asked=address_words(address), why="not asked: there is no password to try")
        return NOT_PUT

    async def version() -> str:
        async with log_in(subject, address, opened.passwords) as database:
            return await database.schema_version() or "none"

    return await asks.put(
        "login",
        asked=f"{address_words(address)}, with the sealed password",
        expected="lets us in",
        question=version,
        read=lambda version: Seen(f"lets us in; schema {version}", ok=True),
    )


async def _key(
    asks: Asks, subject: Subject, ref: ProjectRef, name: str, opened: Credentials | None
) -> Told[DataAnswer]:
    key: Secret | None = getattr(opened, name, None)
    if key is None:
        asks.skip(name, asked=f"the sealed {name.replace('_', ' ')}", why="not asked: there is none to try")
        return NOT_PUT
    return await asks.put(
        name,
        asked=f"the Data API of {ref}, with the sealed {name.replace('_', ' ')}",
        expected="takes the key",
        question=lambda: subject.probes.data_api.read(ref, _TABLE, key),
        read=lambda answer: Seen(_key_words(answer), ok=False if is_restricted(answer) else answer.accepted),
    )


async def _platform(asks: Asks, subject: Subject) -> Told[Answer]:
    """A login of nobody: the platform must open the tenant's database to refuse it."""
    asked = "the platform, by a login that nobody has"
    if not subject.is_served:
        asks.skip("platform_login", asked=asked, why="not asked: the tenant is not active")
        return NOT_PUT
    app, subdomain = subject.ports.app, subject.subdomain

    async def log_in_as_nobody() -> Answer:
        answer = await app.login(subdomain, email=_NOBODY, password=new_password(16))
        if _is_failing(answer) and _is_failing(health := await app.health(subdomain)):
            raise Transient(f"The application answers {health.status} to everything, whatever its database.")
        return answer

    return await asks.put(
        "platform_login",
        asked=asked,
        expected="refused (401), as the platform opens the tenant's database",
        question=log_in_as_nobody,
        read=lambda answer: Seen(f"{answer.status}: {answer.text[:120]}", ok=_looked_up(answer)),
    )


def _is_failing(answer: Answer) -> bool:
    return answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _looked_up(answer: Answer) -> bool | None:
    if _is_failing(answer):
        return False
    return True if answer.status == HTTPStatus.UNAUTHORIZED else None


def _unwell(found: Sequence[ServiceHealth]) -> str:
    return ", ".join(f"{one.name} {one.status}" for one in found if one.status != "ACTIVE_HEALTHY")


def _key_words(answer: DataAnswer) -> str:
    taken = {True: "takes the key", False: "refuses the key", None: "says nothing about the key"}
    return f"{taken[answer.accepted]} ({answer.status}{': ' if answer.words else ''}{answer.words})"
