"""Tenant not found (guide 14.6): our row, the platform's copy of it, and what the tenant's own URL says it is."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus

from provisioning.diagnose.asks import NOT_PUT, Asks, Seen, Told
from provisioning.diagnose.fixes import ACTIVATE, LOCKDOWN, REPUBLISH, RETRY, by_hand
from provisioning.diagnose.subject import Subject
from provisioning.domain.diagnosis import Cause, Fix, Issue, Sure
from provisioning.domain.run import Run, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.ports import Answer, PublishedTenant


@dataclass(frozen=True)
class Evidence:
    """`published` has no value and no code where nothing is published (PLATFORM_REGISTRY=none)."""

    subdomain: str
    tenant: Tenant | None
    run: Run | None
    publishes: bool
    is_locked_down: bool = False
    published: Told[PublishedTenant | None] = NOT_PUT
    answer: Told[Answer] = NOT_PUT


async def examine(asks: Asks, subject: Subject) -> Cause | None:
    _, published, answer = await asyncio.gather(
        _our_row(asks, subject), _platforms_row(asks, subject), _own_url(asks, subject)
    )
    return conclude(
        Evidence(
            subject.subdomain,
            subject.tenant,
            subject.run,
            subject.ports.platform.publishes,
            subject.is_locked_down,
            published=published,
            answer=answer,
        )
    )


async def _our_row(asks: Asks, subject: Subject) -> None:
    async def row() -> Tenant | None:
        return subject.tenant

    await asks.put(
        "our_row",
        asked=f"{subject.subdomain} in our registry",
        expected="an active row, and no tombstone",
        question=row,
        read=lambda tenant: Seen(_row(tenant), ok=tenant is not None and tenant.is_active),
    )


async def _platforms_row(asks: Asks, subject: Subject) -> Told[PublishedTenant | None]:
    platform, asked = subject.ports.platform, f"{subject.subdomain} in the platform's registry"
    if not platform.publishes:
        asks.skip("platforms_row", asked=asked, why="not asked: PLATFORM_REGISTRY is none")
        return NOT_PUT
    return await asks.put(
        "platforms_row",
        asked=asked,
        expected="an active row" if subject.is_served else "no active row",
        question=lambda: platform.find(subject.subdomain),
        read=lambda row: Seen(_published(row), ok=(row is not None and row.is_active) == subject.is_served),
    )


async def _own_url(asks: Asks, subject: Subject) -> Told[Answer]:
    wanted = str(subject.tenant.tenant_id) if subject.tenant else ""
    return await asks.put(
        "tenant_header",
        asked=f"{subject.ports.app.url(subject.subdomain)}/api/health: which tenant is served there",
        expected=f"tenant {wanted}" if subject.is_served else "a refusal",
        question=lambda: subject.ports.app.health(subject.subdomain),
        read=lambda answer: Seen(_served(answer), ok=_is_right(answer, wanted, served=subject.is_served)),
    )


def conclude(seen: Evidence) -> Cause | None:
    return _ours(seen) or _theirs(seen) or _context(seen) or _silence(seen)


def _ours(seen: Evidence) -> Cause | None:
    tenant, name = seen.tenant, seen.subdomain
    if tenant is None:
        return _no_row(seen)
    if tenant.state is TenantState.DELETED:
        on = f" on {tenant.deleted_at:%Y-%m-%d}" if tenant.deleted_at else ""
        return _cause(
            "deleted",
            f"{name} was deleted{on}; what our registry has of it is its tombstone.",
            Sure.CERTAIN,
            by_hand(f"make it anew from its archive: tenantbot restore ARCHIVE --as-tenant {name}"),
        )
    if tenant.state is TenantState.PROVISIONING:
        return _unfinished(seen)
    if not tenant.is_active:
        who = f" by {tenant.suspended_by}" if tenant.suspended_by else ""
        why = f": {tenant.suspended_reason}" if tenant.suspended_reason else ""
        on = f" on {tenant.suspended_at:%Y-%m-%d}" if tenant.suspended_at else ""
        return _cause("suspended", f"{name} was suspended{on}{who}{why}.", Sure.CERTAIN, _switch_on(seen))
    return None


def _no_row(seen: Evidence) -> Cause:
    published = seen.published.value
    if published is None:
        return _cause(
            "unknown_tenant",
            f"There is no tenant {seen.subdomain}: neither our registry nor the platform has such a row.",
            Sure.CERTAIN if seen.published.code is None else Sure.LIKELY,
            by_hand("look for the right name: tenantbot list"),
        )
    return _cause(
        "not_registered",
        f"The platform has a tenant {seen.subdomain} that our registry does not know.",
        Sure.CERTAIN,
        by_hand(f"take it up: tenantbot import --subdomain {seen.subdomain} …"),
    )


def _unfinished(seen: Evidence) -> Cause:
    run = seen.run
    if run is not None and run.state is RunState.WAITING:
        why = run.error.message if run.error else "a person has to act"
        return _cause(
            "not_provisioned",
            f"{seen.subdomain} is not provisioned yet; its run waits: {why}",
            Sure.CERTAIN,
            RETRY,
        )
    return _cause(
        "not_provisioned",
        f"{seen.subdomain} is not provisioned yet" + (f"; its run is {run.state}." if run else "."),
        Sure.CERTAIN,
        by_hand(f"look at its run: tenantbot status {seen.subdomain}"),
    )


def _theirs(seen: Evidence) -> Cause | None:
    if not seen.publishes or seen.published.code is not None:
        return None
    row = seen.published.value
    if row is None:
        return _cause(
            "not_at_platform",
            f"Our registry has {seen.subdomain} as active, but the platform has no such tenant.",
            Sure.CERTAIN,
            REPUBLISH,
        )
    if not row.is_active:
        return _cause(
            "inactive_at_platform",
            f"Our registry has {seen.subdomain} as active, but the platform has it switched off.",
            Sure.CERTAIN,
            _switch_on(seen),
        )
    return None


def _switch_on(seen: Evidence) -> Fix:
    return (
        by_hand("lift the lockdown of all tenants: tenantbot lockdown lift")
        if seen.is_locked_down
        else ACTIVATE
    )


def _context(seen: Evidence) -> Cause | None:
    """The registries agree; what the tenant's own URL says of itself decides."""
    answer = seen.answer.value
    assert seen.tenant is not None
    if answer is None:
        return None
    if answer.tenant_id is not None and answer.tenant_id != str(seen.tenant.tenant_id):
        return _cause(
            "served_as_another",
            f"The URL of {seen.subdomain} is served as another tenant ({answer.tenant_id}).",
            Sure.CERTAIN,
            by_hand("look at the platform's tenant context middleware, such as TENANT_ID_OVERRIDE"),
            LOCKDOWN,
        )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and answer.tenant_id is None:
        return _cause(
            "application_failing",
            f"The registries are right, but the application at the URL of {seen.subdomain} fails ({answer.status}).",
            Sure.LIKELY,
            by_hand("look at the platform's log, and at its last deployment"),
        )
    if _is_refusal(answer):
        return _cause(
            "refused_at_its_url",
            f"Both registries have {seen.subdomain} as active, but its own URL refuses it ({answer.status}).",
            Sure.LIKELY,
            by_hand("look at the platform's tenant context middleware, and at its log"),
        )
    return None


def _silence(seen: Evidence) -> Cause | None:
    unheard = seen.published if seen.published.code else seen.answer if seen.answer.code else None
    if unheard is None:
        return None
    return _cause(
        "not_answered",
        f"Whether the platform serves {seen.subdomain} can't be told: {unheard.words}",
        Sure.UNCLEAR,
        by_hand("look at what did not answer, then diagnose again"),
    )


def _cause(code: str, sentence: str, sure: Sure, *fixes: Fix) -> Cause:
    return Cause(Issue.NOT_FOUND, code, sentence, sure, fixes)


def _row(tenant: Tenant | None) -> str:
    if tenant is None:
        return "no row"
    return f"{tenant.state}, {'active' if tenant.is_active else 'not active'}"


def _published(row: PublishedTenant | None) -> str:
    return (
        "no row" if row is None else f"{'active' if row.is_active else 'not active'}, tenant {row.tenant_id}"
    )


def _served(answer: Answer) -> str:
    whose = f"tenant {answer.tenant_id}, by {answer.tenant_id_from}" if answer.tenant_id else "no tenant"
    return f"{whose} ({answer.status})"


def _is_right(answer: Answer, wanted: str, *, served: bool) -> bool | None:
    if not served:
        return not answer.is_success
    if answer.tenant_id is None and not _is_refusal(answer):
        return None  # a platform that does not say whom it serves, or a failing server
    return answer.tenant_id == wanted


def _is_refusal(answer: Answer) -> bool:
    """Tell a tenant that is refused from a path that is not there: the platform answers 404 to both."""
    if answer.tenant_id is not None or answer.is_success:
        return False
    says_so = answer.status == HTTPStatus.NOT_FOUND and "tenant" in answer.text.lower()
    return says_so or answer.status == HTTPStatus.FORBIDDEN
