"""Sending the welcome e-mail again: a new temporary password, then one more version of the message."""

from datetime import timedelta

from provisioning.domain.tenant import AdminUser, TenantRecord
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.provision.step6_create_admin_user import ensure_temporary_password, insert_admin
from provisioning.provision.step7_send_welcome_email import send_once
from provisioning.provision.tenant_session import open_recorded_database


@step(
    1,
    "Set a new temporary password",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=10),
    no_undo="the old password is gone; send again to set another one",
    detail=lambda admin: admin.email,
)
async def renew_password(at: At, email: str) -> AdminUser:
    """Give the admin a new password, and the new e-mail address where one was asked for."""
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    if tenant is None:
        raise Permanent(f"There is no tenant {at.subdomain}.")
    password, _ = await ensure_temporary_password(at)
    async with await open_recorded_database(at) as database:
        if email != tenant.admin_email:
            await database.change_email(tenant.admin_email, email)
        row = await insert_admin(at, database, email, tenant.admin_name, password)
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.change_admin_email(at.subdomain, email)
    return AdminUser(user_id=row.user_id, email=row.email, full_name=row.full_name, via="SQL")


@step(
    2,
    "Send the welcome email again",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=10),
    no_undo="an e-mail, once sent, can't be called back",
    detail=lambda recipient: f"to {recipient}",
)
async def send_again(at: At, admin: AdminUser, version: int) -> str:
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    assert tenant is not None
    record = TenantRecord(
        tenant_id=tenant.tenant_id,
        subdomain=tenant.subdomain,
        access_url=at.ports.app.url(at.subdomain),
        published=tenant.platform_tenant_id is not None,
    )
    return await send_once(at, record, admin, version=version)
