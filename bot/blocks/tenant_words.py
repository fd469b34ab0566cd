"""One line about a tenant, wherever tenants are listed."""

from bot.blocks.kit import link
from bot.blocks.run_words import host
from bot.blocks.words import TENANT_MARKS, said
from provisioning.domain.tenant import Tenant, TenantState


def tenant_line(tenant: Tenant, access_url: str) -> str:
    return f"{mark(tenant)} *{said(tenant.company_name, 300)}* – {reading(tenant)}\n{link(access_url, host(access_url))}"


def mark(tenant: Tenant) -> str:
    """Green only when it reads plainly verified."""
    if tenant.state is TenantState.VERIFIED and tenant.reading != TenantState.VERIFIED:
        return TENANT_MARKS[TenantState.UNVERIFIED]
    return TENANT_MARKS[TenantState.PROVISIONING if tenant.is_being_made else tenant.state]


def reading(tenant: Tenant) -> str:
    return said(tenant.reading, 300)
