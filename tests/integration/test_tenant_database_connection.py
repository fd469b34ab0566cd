"""Connecting to tenant databases: what a pooler refuses, and what is encrypted."""

import re
import ssl
from pathlib import Path

import pytest
import trustme

from provisioning.adapters.tenant_database import PostgresTenantDatabases
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret, new_password
from provisioning.errors import Permanent, TenantbotError, Transient
from sandbox.postgres import PostgresServer
from tests.integration.refusing_pooler import RefusingPooler

USER = "postgres.abcdefghijklmnopqrst"
PASSWORD = new_password(32)

# Another spelling of 127.0.0.1: a host that does not look like this machine, so encryption is asked for.
ELSEWHERE = "127.1"


async def refused(
    host: str, port: int, databases: PostgresTenantDatabases | None = None, password: Secret = PASSWORD
) -> TenantbotError:
    """Return the error that connecting ends in."""
    address = DatabaseAddress(host, port, USER, "postgres")
    with pytest.raises(TenantbotError) as caught:
        async with (databases or PostgresTenantDatabases()).open(address, password):
            pass
    assert password.reveal() not in repr(caught.value)
    assert "postgresql://" not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("sqlstate", "message", "kind", "code"),
    [
        ("XX000", "Tenant or user not found", Transient, "not_ready"),
        ("XX000", f"(ENOTFOUND) tenant/user {USER} not found", Transient, "not_ready"),
        ("XX000", "MaxClientsInSessionMode: max clients reached", Transient, "transient"),
        ("57P03", "the database system is starting up", Transient, "transient"),
        ("53300", "sorry, too many clients already", Transient, "transient"),
        ("28P01", f'password authentication failed for user "{USER}"', Permanent, "bad_credentials"),
        ("28000", "no pg_hba.conf entry for host", Permanent, "bad_credentials"),
        ("XX000", "(EADDRNOTALLOWED) address not in tenant allow_list", Permanent, "network_restricted"),
        ("3D000", 'database "postgres" does not exist', Permanent, "database"),
    ],
)
async def test_judges_a_refusal_by_what_must_be_done(
    sqlstate: str, message: str, kind: type[TenantbotError], code: str
) -> None:
    async with RefusingPooler(sqlstate, message).running() as pooler:
        fault = await refused("127.0.0.1", pooler.port)
    assert type(fault) is kind
    assert fault.code == code


async def test_names_the_network_restrictions() -> None:
    async with RefusingPooler("XX000", "(EADDRNOTALLOWED) not in allow_list").running() as pooler:
        assert "network restrictions" in (await refused("127.0.0.1", pooler.port)).message


async def test_a_wrong_password_on_a_real_server_is_permanent(postgres_server: PostgresServer) -> None:
    fault = await refused(postgres_server.host, postgres_server.port)
    assert type(fault) is Permanent
    assert fault.code == "bad_credentials"


async def test_a_connection_closed_without_a_word_is_transient() -> None:
    async with RefusingPooler("", "", closes_silently=True).running() as pooler:
        assert type(await refused("127.0.0.1", pooler.port)) is Transient


async def test_nobody_listening_is_transient() -> None:
    async with RefusingPooler("", "").running() as pooler:
        closed = pooler.port
    assert type(await refused("127.0.0.1", closed)) is Transient


async def test_a_host_without_an_address_is_transient() -> None:
    assert type(await refused("pooler.invalid", 5432)) is Transient


# --- Encryption -----------------------------------------------------------------------------------


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(file)
    return file


def encrypting(authority: trustme.CA, name: str) -> RefusingPooler:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return RefusingPooler("28P01", "password authentication failed", tls=context)


async def test_encrypts_without_a_ca_file(authority: trustme.CA) -> None:
    async with encrypting(authority, "another.example").running() as pooler:
        assert (await refused(ELSEWHERE, pooler.port)).code == "bad_credentials"
    assert pooler.encrypted_logins == 1


async def test_verifies_certificate_and_name_with_a_ca_file(authority: trustme.CA, ca_file: Path) -> None:
    databases = PostgresTenantDatabases(ca_file=ca_file)
    async with encrypting(authority, ELSEWHERE).running() as pooler:
        assert (await refused(ELSEWHERE, pooler.port, databases)).code == "bad_credentials"
    assert pooler.encrypted_logins == 1


@pytest.mark.parametrize("fault", ["name", "authority"])
async def test_logs_in_nowhere_when_the_certificate_is_wrong(
    authority: trustme.CA, ca_file: Path, fault: str
) -> None:
    databases = PostgresTenantDatabases(ca_file=ca_file)
    name, signer = ("another.example", authority) if fault == "name" else (ELSEWHERE, trustme.CA())
    async with encrypting(signer, name).running() as pooler:
        error = await refused(ELSEWHERE, pooler.port, databases)
    assert type(error) is Permanent
    assert error.code == "bad_certificate"
    assert pooler.encrypted_logins == 0


async def test_refuses_a_server_elsewhere_that_does_not_encrypt() -> None:
    async with RefusingPooler("28P01", "never said").running() as pooler:
        error = await refused(ELSEWHERE, pooler.port)
    assert type(error) is Permanent
    assert re.search("no encryption", error.message)
