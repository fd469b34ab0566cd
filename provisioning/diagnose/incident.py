"""Collects what a leak leaves behind: recent queries, our audit rows, the probes; of every tenant that it concerns."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from provisioning.diagnose.asks import within
from provisioning.diagnose.credentials import log_in, open_credentials
from provisioning.diagnose.subject import Subject, read_subject
from provisioning.domain.diagnosis import Cause, Diagnosis, Issue
from provisioning.domain.incident import AffectedTenant, incident_name
from provisioning.domain.redaction import redact
from provisioning.errors import TenantbotError

SECONDS: Final = 4.0
"""For each of the things collected: what does not answer by then is named as not read."""
LOG_SPAN: Final = timedelta(hours=24)
"""As much as the Management API gives at once."""
_MOST: Final = 200
_PASSWORD: Final = re.compile("password", re.IGNORECASE)

Document = dict[str, Any]


async def collect(subject: Subject, found: Diagnosis) -> Document:
    """The whole incident as one document, without a secret in it."""
    leaks = [cause for cause in found.causes if cause.issue is Issue.LEAK]
    names = list(dict.fromkeys([subject.subdomain, *(name for leak in leaks for name in leak.affected)]))
    subjects = [await _subject_of(subject, name) for name in names]
    queries = await asyncio.gather(*(_queries(one) for one in subjects))
    rows = await asyncio.gather(*(_or_why(partial(_audit_rows, one)) for one in subjects))
    document = {
        "incident": incident_name(found.subdomain, found.made_at),
        "at": found.made_at.isoformat(),
        "subdomain": found.subdomain,
        "causes": [_cause(cause) for cause in leaks],
        "affected": [asdict(_affected(one)) for one in subjects],
        "probes": [asdict(probe) for probe in found.probes],
        "queries": dict(zip(names, queries, strict=True)),
        "audit": dict(zip(names, rows, strict=True)),
    }
    cleaned: Document = _clean(document)
    return cleaned


async def _subject_of(subject: Subject, name: str) -> Subject:
    if name == subject.subdomain:
        return subject
    return await read_subject(name, ports=subject.ports, probes=subject.probes, clock=subject.clock)


def _affected(subject: Subject) -> AffectedTenant:
    tenant = subject.tenant
    if tenant is None:
        return AffectedTenant(subject.subdomain, "not in our registry")
    return AffectedTenant(
        tenant.subdomain, tenant.company_name, str(tenant.tenant_id), tenant.admin_name, tenant.admin_email
    )


async def _queries(subject: Subject) -> Document:
    log, statements = await asyncio.gather(
        _or_why(partial(_log, subject)), _or_why(partial(_statements, subject))
    )
    return {"log_of_24_hours": log, "statements_by_time": statements}


async def _log(subject: Subject) -> list[Document]:
    if subject.ref is None:
        return []
    now = subject.clock.now()
    lines = await subject.probes.logs.recent_queries(subject.ref, since=now - LOG_SPAN, until=now)
    return [asdict(line) for line in lines if not _PASSWORD.search(line.text)]


async def _statements(subject: Subject) -> list[Document]:
    if subject.ref is None or subject.secrets is None or subject.secrets.address is None:
        return []
    async with log_in(subject, subject.secrets.address, open_credentials(subject).passwords) as database:
        found = await database.statements(limit=_MOST)
    return [asdict(one) for one in found if not _PASSWORD.search(one.query)]


async def _audit_rows(subject: Subject) -> list[Document]:
    async with subject.ports.registry.transaction() as tx:
        rows, _ = await tx.audit.newest(subdomain=subject.subdomain, before=None, limit=_MOST)
    return [row.content() for row in rows]


async def _or_why(read: Callable[[], Awaitable[list[Document]]]) -> list[Document] | str:
    """An incident is kept with what there is; what can't be read says so in its place."""
    try:
        return await within(SECONDS, read)
    except TimeoutError:
        return f"not read: no answer within {SECONDS:.0f} s"
    except TenantbotError as fault:
        return f"not read: {fault.message}"


def _cause(cause: Cause) -> Document:
    return asdict(replace(cause, fixes=())) | {"fixes": [fix.label for fix in cause.fixes]}


def _clean(value: Any) -> Any:
    """No text in the file holds what looks like a secret."""
    match value:
        case str():
            return redact(str(value))
        case Mapping():
            return {name: _clean(one) for name, one in value.items()}
        case list() | tuple():
            return [_clean(one) for one in value]
        case _:
            return value
