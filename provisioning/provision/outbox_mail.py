"""Sending an e-mail once, whatever crashes.

Mail can't be looked up after the fact: an outbox row, unique per (tenant, template, version), fixes the
Message-ID before the message goes out, and every repeat is that same message.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from provisioning.errors import TenantbotError, Unclear
from provisioning.ports import Email
from provisioning.provision.ports import At
from provisioning.registry import OutboxRow, Transaction


async def send_once(
    at: At,
    tenant_id: UUID,
    *,
    template: str,
    version: int,
    recipient: str,
    write: Callable[[Transaction, OutboxRow], Awaitable[Email]],
) -> str:
    """Send this version of a template to a tenant unless it is out already; return the recipient.

    `write` makes the message, to the row's recipient; what it raises leaves the row as it was.
    """
    async with at.ports.registry.transaction() as tx:
        row = await tx.outbox.ensure(
            tenant_id,
            template=template,
            version=version,
            recipient=recipient,
            message_id=f"<{template}.{version}.{tenant_id}@{at.ports.policy.domain}>",
        )
        if row.state == "sent":
            return row.recipient
        email = await write(tx, row)
        await tx.outbox.mark(row.message_id, "sending")
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
