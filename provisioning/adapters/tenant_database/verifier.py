"""What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5802), made here so that the password itself is not sent."""

import hashlib
import hmac
import secrets
from base64 import b64encode
from typing import Final

from provisioning.domain.secret import Secret

_ITERATIONS: Final = 4096
"""PostgreSQL's own number; ours are random passwords, which gain nothing by more."""
_SALT_BYTES: Final = 16


def scram_verifier(password: Secret) -> str:
    """For passwords of plain letters and digits, which need no preparation."""
    salt = secrets.token_bytes(_SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.reveal().encode("ascii"), salt, _ITERATIONS)
    stored_key = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ITERATIONS}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def _text(data: bytes) -> str:
    return b64encode(data).decode()
