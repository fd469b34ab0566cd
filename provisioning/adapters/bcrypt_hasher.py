"""Password hashes that the platform's login verifies: bcrypt, `$2b$`."""

import asyncio

import bcrypt

from provisioning.domain.secret import Secret
from provisioning.errors import Permanent

LONGEST_PASSWORD = 72
"""In bytes: bcrypt reads no further."""


class BcryptHasher:
    """Implements the port PasswordHasher."""

    async def hash(self, password: Secret, *, cost: int) -> str:
        text = password.reveal().encode()
        if len(text) > LONGEST_PASSWORD:
            raise Permanent(f"A password may have {LONGEST_PASSWORD} bytes; this one has {len(text)}.")
        return (await asyncio.to_thread(_hash, text, cost)).decode("ascii")


def _hash(password: bytes, cost: int) -> bytes:
    return bcrypt.hashpw(password, bcrypt.gensalt(cost, prefix=b"2b"))
