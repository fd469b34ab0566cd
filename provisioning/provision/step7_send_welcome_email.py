"""Step 7: Send welcome email (guide 14.3).

Mail can't be looked up after the fact: an outbox row, unique per (tenant, template, version), fixes the
Message-ID before the message goes out, and every repeat is that same message.
"""

from datetime import timedelta

from provisioning.domain.tenant import AdminUser, TenantRecord
from provisioning.engine.step import step
from provisioning.errors import Permanent, TenantbotError, Unclear
from provisioning.provision.ports import At
from provisioning.provision.welcome_email import welcome_email

TEMPLATE = "welcome"


@step(
    7,
    "Send welcome email",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=10),
    no_undo="an e-mail, once sent, can't be called back",
    detail=lambda recipient: f"to {recipient}",
)
async def send_welcome_email(at: At, record: TenantRecord, admin: AdminUser) -> str:
    return await send_once(at, record, admin, version=1)


async def send_once(at: At, record: TenantRecord, admin: AdminUser, *, version: int) -> str:
    """Send this version of the welcome e-mail unless it is out already; return the recipient."""
    async with at.ports.registry.transaction() as tx:
        row = await tx.outbox.ensure(
            record.tenant_id,
            template=TEMPLATE,
            version=version,
            recipient=admin.email,
            message_id=f"<{TEMPLATE}.{version}.{record.tenant_id}@{at.ports.policy.domain}>",
        )
        if row.state == "sent":
            return row.recipient
        sealed = await tx.tenants.temporary_password(at.subdomain)
        if sealed is None:
            raise Permanent(
                "The temporary password was erased before the e-mail went out; "
                f"`tenantbot resend {at.subdomain}` makes a new one."
            )
        await tx.outbox.mark(row.message_id, "sending")
    password = at.ports.vault.open(sealed, subdomain=at.subdomain, field="temporary_password")
    email = welcome_email(
        admin_name=admin.full_name,
        admin_email=admin.email,
        access_url=record.access_url,
        password=password,
        support_url=at.ports.policy.support_url,
        message_id=row.message_id,
    )
    try:
        await at.ports.mailer.send(email)
    except Unclear:
        raise  # it may be out
    except TenantbotError:
        async with at.ports.registry.transaction() as tx:
            await tx.outbox.mark(
                row.message_id, row.state
            )  # a clear no to this try says nothing of one before it
        raise
    async with at.ports.registry.transaction() as tx:
        await tx.outbox.mark(row.message_id, "sent")
    return row.recipient
