"""What every step asks before it makes a tenant active."""

from provisioning.errors import Permanent
from provisioning.registry import Transaction


async def require_no_lockdown(tx: Transaction) -> None:
    """Raise Permanent in a lockdown. While there is none, none begins before this transaction ends.

    So a tenant that is made active is either refused here, or seen by the lockdown.
    """
    if (lockdown := await tx.lockdowns.in_force_from_now()) is not None:
        raise Permanent(lockdown.refusal, code="lockdown")
