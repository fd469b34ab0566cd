"""The tenant's sealed credentials, opened to be tried."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from provisioning.diagnose.subject import Subject
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent
from provisioning.ports import TenantDatabase
from provisioning.provision.tenant_session import BAD_CREDENTIALS


@dataclass(frozen=True)
class Credentials:
    """While the password is being changed there are two, of which one opens."""

    url: Secret | None = None
    anon_key: Secret | None = None
    service_key: Secret | None = None
    passwords: tuple[Secret, ...] = ()


def open_credentials(subject: Subject) -> Credentials:
    """Raises Permanent when one of them opens with none of our keys, or belongs elsewhere."""
    stored, vault, subdomain = subject.secrets, subject.ports.vault, subject.subdomain
    assert stored is not None

    def opened(sealed: Sealed | None, field: str) -> Secret | None:
        return None if sealed is None else vault.open(sealed, subdomain=subdomain, field=field)

    passwords = (opened(one, "project_password") for one in (stored.password, stored.next_password))
    return Credentials(
        url=opened(stored.database_url, "database_url"),
        anon_key=opened(stored.anon_key, "anon_key"),
        service_key=opened(stored.service_key, "service_key"),
        passwords=tuple(password for password in passwords if password is not None),
    )


@asynccontextmanager
async def log_in(
    subject: Subject, address: DatabaseAddress, passwords: tuple[Secret, ...]
) -> AsyncIterator[TenantDatabase]:
    """Open the database with the first password that it takes. Raises what it says to the last one."""
    async with AsyncExitStack() as stack:
        for left, password in reversed([*enumerate(reversed(passwords))]):
            try:
                database = await stack.enter_async_context(subject.ports.databases.open(address, password))
            except Permanent as fault:
                if fault.code != BAD_CREDENTIALS or left == 0:
                    raise
            else:
                yield database
                return
