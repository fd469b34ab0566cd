"""Step 7: Send welcome email (guide 14.3), once per version, whatever crashes."""

from datetime import timedelta

from provisioning.domain.tenant import AdminUser, TenantRecord
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.ports import Email
from provisioning.provision import outbox_mail
from provisioning.provision.ports import At
from provisioning.provision.welcome_email import welcome_email
from provisioning.registry import OutboxRow, Transaction

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

    async def write(tx: Transaction, row: OutboxRow) -> Email:
        sealed = await tx.tenants.temporary_password(at.subdomain)
        if sealed is None:
            raise Permanent(
                "The temporary password was erased before the e-mail went out; "
                f"`tenantbot resend {at.subdomain}` makes a new one."
            )
        return welcome_email(
            admin_name=admin.full_name,
            admin_email=admin.email,
            access_url=record.access_url,
            password=at.ports.vault.open(sealed, subdomain=at.subdomain, field="temporary_password"),
            support_url=at.ports.policy.support_url,
            message_id=row.message_id,
        )

    return await outbox_mail.send_once(
        at, record.tenant_id, template=TEMPLATE, version=version, recipient=admin.email, write=write
    )
