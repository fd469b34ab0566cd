"""One tenant of a round: the whole checklist over one session on its database and one connection to its URL."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.tenant import Tenant
from provisioning.errors import TenantbotError
from provisioning.ports import TenantDatabase
from provisioning.provision.ports import At
from provisioning.provision.probe_user import probe_user
from provisioning.provision.step8_verify_tenant import CHECKS, ROUNDS
from provisioning.provision.tenant_session import open_recorded_database
from provisioning.provision.verification import Checker, Subject, run_checks

_DOMAIN: Final = "example.net"
"""Reserved, and another than that of a single verification: neither removes the other's users."""

_PATIENCE: Final = timedelta(seconds=4)
"""Whoever is silent now is asked again at the end of the round."""

_UPLOAD_RESTS: Final = 0.2
"""Many are under way at once, so none is asked again and again whether it is done."""

_ONE_BY_ONE: Final[tuple[dict[str, Checker], ...]] = tuple(
    {name: check} for checks in ROUNDS for name, check in checks.items()
)


@dataclass(frozen=True)
class Look:
    """`database` tells it from every other; None: it could not be asked."""

    subdomain: str
    partner: str | None
    checklist: Checklist
    database: str | None


def accepted_elsewhere(checks: Sequence[Check]) -> bool:
    """Tell whether its token was taken at home and at its partner: that check fails in no other way but without a token."""
    outcome = {check.name: check.ok for check in checks}
    return outcome.get("foreign_token") is False and outcome.get("isolation") is True


async def look_at_tenant(at: At, tenant: Tenant, partner: str | None) -> Look:
    """Verify it. A tenant that can't even be begun with has failed, like one that fails a check."""
    try:
        async with await open_recorded_database(at) as database:
            inside = replace(at, ports=replace(at.ports, session=database))
            identity = await _identity(database)
            async with probe_user(inside, domain=_DOMAIN) as user:
                subject = Subject(
                    str(tenant.tenant_id),
                    user.email,
                    user.password,
                    user.vendors,
                    is_new=False,
                    partner=partner,
                    patience=_PATIENCE,
                    upload_rests=_UPLOAD_RESTS,
                )
                checklist = await run_checks(inside, subject, _ONE_BY_ONE, order=CHECKS)
            return Look(tenant.subdomain, partner, checklist, identity)
    except TenantbotError as fault:
        if fault.code == "database_unreachable":
            raise  # our own registry: that says nothing about the tenant
        failed = Check("database", "opens", fault.message, ok=False)
        return Look(tenant.subdomain, partner, Checklist((failed,)), None)


async def _identity(database: TenantDatabase) -> str | None:
    try:
        return await database.identity()
    except TenantbotError:
        return None
