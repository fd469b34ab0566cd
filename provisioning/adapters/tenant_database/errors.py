"""What PostgreSQL, Supabase's pooler and the network say, in the words of `provisioning.errors`.

Only the server's message is taken over; it never holds the password, and an address is no DSN.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from provisioning.errors import Permanent, TenantbotError, Transient

_UNKNOWN_YET = ("tenant or user not found", "enotfound")
_NOT_ALLOWED = "eaddrnotallowed"
_BAD_LOGIN = ("28P01", "28000")
_LOCKED = "55P03"
_PASSING = ("08", "40", "53", "57", "XX")
"""SQLSTATE classes that pass by themselves: connection, rollback, resources, operator, internal error.

The last one is the pooler's only word, for a full pool as for a database that is still waking up.
"""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise our errors for what goes wrong inside. `doing` begins the sentence: `Seeding a tenant`."""
    try:
        yield
    except asyncpg.PostgresError as fault:
        raise from_server(fault, doing) from fault
    except ssl.SSLCertVerificationError as fault:
        raise Permanent(
            f"{doing} was refused by us: its certificate is not valid ({fault.verify_message}).",
            code="bad_certificate",
        ) from fault
    except TimeoutError as fault:
        raise Transient(f"{doing} took too long.") from fault
    except OSError as fault:
        raise _from_network(fault, doing) from fault
    except asyncpg.InterfaceError as fault:
        if isinstance(
            fault, ValueError
        ):  # an argument that can't be sent: a defect, not the connection's end
            raise
        raise Transient(f"{doing} failed: the connection was lost.") from fault


def from_server(fault: asyncpg.PostgresError, doing: str) -> TenantbotError:
    """Judge by the text first, for the pooler's sake."""
    text = str(fault.args[0]) if fault.args else type(fault).__name__
    state = fault.sqlstate or ""
    if any(words in text.lower() for words in _UNKNOWN_YET):
        return Transient(f"{doing} failed: the pooler does not know the project (yet).", code="not_ready")
    if _NOT_ALLOWED in text.lower():
        return Permanent(
            f"{doing} is forbidden by the project's network restrictions; "
            "allow this machine's address under Database settings, Network restrictions.",
            code="network_restricted",
        )
    if state in _BAD_LOGIN:
        return Permanent(f"{doing} failed: user or password refused.", code="bad_credentials")
    if state == _LOCKED:
        return Transient(f"{doing} failed: somebody else holds what it needs ({text}).", code="locked")
    if state.startswith(_PASSING):
        return Transient(f"{doing} failed: {text}")
    return Permanent(f"{doing} failed: {text}", code="database")


def _from_network(fault: OSError, doing: str) -> TenantbotError:
    if "rejected SSL upgrade" in str(fault):
        return Permanent(f"{doing} failed: the server offers no encryption.", code="no_encryption")
    return Transient(f"{doing} failed: {fault}")
