"""Suspend a tenant: take a live session, switch the tenant off, prove that neither login nor session works any more."""

from dataclasses import dataclass
from datetime import timedelta

from provisioning.domain.secret import Sealed, Secret
from provisioning.engine.step import step
from provisioning.errors import TenantbotError
from provisioning.lifecycle.suspension_proof import prove_suspension
from provisioning.lifecycle.switch import switch
from provisioning.provision.ports import At
from provisioning.provision.probe_user import make_probe_user, remove_probe_users
from provisioning.provision.verification import field


@dataclass(frozen=True)
class LiveSession:
    """A customer's way in, as it was before: valid credentials, and a token where the tenant still gave one."""

    email: str
    password: Sealed
    token: Sealed | None
    said: str


@step(
    1,
    "Take a live session",
    typical=timedelta(seconds=2),
    deadline=timedelta(minutes=2),
    no_undo="the probe user is removed again",
    detail=lambda session: session.said,
)
async def take_session(at: At) -> LiveSession:
    """Log in as a probe user, so that the proof is made with a session that did work. A silent tenant is suspended too."""
    return await open_session(at)


async def open_session(at: At) -> LiveSession:
    user = await make_probe_user(at)
    token, said = await _log_in(at, user.email, user.password)
    seal = at.ports.vault.seal
    return LiveSession(
        email=user.email,
        password=seal(user.password, subdomain=at.subdomain, field="probe_password"),
        token=None if token is None else seal(token, subdomain=at.subdomain, field="probe_token"),
        said=said,
    )


@step(
    2,
    "Suspend tenant",
    typical=timedelta(seconds=2),
    deadline=timedelta(minutes=5),
    no_undo="`activate` switches the tenant on again",
    detail=lambda said: said,
)
async def suspend_tenant(at: At, reason: str) -> str:
    """Make the record inactive here first, then at the platform; both may be asked twice."""
    return await switch_off(at, reason)


async def switch_off(at: At, reason: str) -> str:
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.suspend(at.subdomain, reason=reason, by=at.requested_by)
    return await switch(at, active=False)


@step(
    3,
    "Prove the suspension",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=2),
    no_undo="a proof leaves nothing behind",
    detail=lambda verdict: verdict,
)
async def prove_suspended(at: At, session: LiveSession) -> str:
    return await prove_refused(at, session)


async def prove_refused(at: At, session: LiveSession) -> str:
    """Prove it with this session, and remove the probe user."""
    vault = at.ports.vault
    password = vault.open(session.password, subdomain=at.subdomain, field="probe_password")
    token = (
        None
        if session.token is None
        else vault.open(session.token, subdomain=at.subdomain, field="probe_token")
    )
    try:
        return await prove_suspension(at, email=session.email, password=password, token=token)
    finally:
        await remove_probe_users(at)


async def _log_in(at: At, email: str, password: Secret) -> tuple[Secret | None, str]:
    try:
        answer = await at.ports.app.login(at.subdomain, email=email, password=password)
    except TenantbotError as fault:
        return None, f"none, as the tenant does not answer: {fault.message}"
    token = field(answer.data, "access_token")
    if not answer.is_success or not isinstance(token, str):
        return None, f"none, as the login is refused already ({answer.status})"
    return Secret(token), "logged in as a probe user"
