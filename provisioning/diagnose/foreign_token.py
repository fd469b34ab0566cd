"""A session of one tenant, tried at another. It takes a user, who exists for this question only.

One that a killed diagnosis leaves behind is removed by the next verification, as its own are; a diagnosis removes
none but its own, since a verification may be under way.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from provisioning.diagnose.credentials import Credentials, log_in
from provisioning.diagnose.subject import Subject
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret, new_password
from provisioning.errors import Permanent, Transient
from provisioning.ports import Answer
from provisioning.provision.probe_user import PROBE_DOMAIN
from provisioning.provision.verification import field

_BCRYPT_COST: Final = 4


@dataclass(frozen=True)
class TriedElsewhere:
    """What the same session was told here and at another tenant."""

    other: str
    here: int
    there: int

    @property
    def accepted(self) -> bool:
        return _is_success(self.there)


async def try_elsewhere(
    subject: Subject, address: DatabaseAddress, opened: Credentials, other: str
) -> TriedElsewhere:
    """Log in here, show the session there. Raises Transient when there is no session to try it with."""
    try:
        return await _try(subject, address, opened, other)
    except Permanent as fault:  # it says nothing about the other tenant
        raise Transient(f"Nobody could be made to try it: {fault.message}", code=fault.code) from fault


async def _try(subject: Subject, address: DatabaseAddress, opened: Credentials, other: str) -> TriedElsewhere:
    app = subject.ports.app
    async with _user(subject, address, opened) as (email, password):
        answer = await app.login(subject.subdomain, email=email, password=password)
        token = _token(answer)
        here = await app.batches(subject.subdomain, token)
        if not here.is_success:
            raise Transient(f"A session of {subject.subdomain} is refused there itself ({here.status}).")
        there = await app.batches(other, token)
    return TriedElsewhere(other, here.status, there.status)


def _token(answer: Answer) -> Secret:
    token = field(answer.data, "access_token")
    if not answer.is_success or not isinstance(token, str):
        raise Transient(f"Nobody could log in to try a session elsewhere ({answer.status}).")
    return Secret(token)


@asynccontextmanager
async def _user(
    subject: Subject, address: DatabaseAddress, opened: Credentials
) -> AsyncIterator[tuple[str, Secret]]:
    email, password = f"tenantbot-probe-{secrets.token_hex(6)}@{PROBE_DOMAIN}", new_password(24)
    hashed = await subject.ports.hasher.hash(password, cost=_BCRYPT_COST)
    async with log_in(subject, address, opened.passwords) as database:
        await database.ensure_user(
            email=email, password_hash=hashed, full_name="Diagnosis probe", role="analyst"
        )
        try:
            yield email, password
        finally:
            await database.remove_user(email)


def _is_success(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004
