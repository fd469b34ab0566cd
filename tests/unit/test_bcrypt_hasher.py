"""Password hashes: what the platform's login verifies."""

import bcrypt
import pytest

from provisioning.adapters.bcrypt_hasher import BcryptHasher
from provisioning.domain.secret import Secret, new_password
from provisioning.errors import Permanent

CHEAPEST = 4


async def test_makes_a_hash_that_bcrypt_verifies() -> None:
    password = new_password(20)
    made = await BcryptHasher().hash(password, cost=CHEAPEST)
    assert bcrypt.checkpw(password.reveal().encode(), made.encode())
    assert not bcrypt.checkpw(b"another", made.encode())


async def test_writes_prefix_and_cost_as_the_platform_reads_them() -> None:
    assert (await BcryptHasher().hash(new_password(20), cost=CHEAPEST)).startswith("$2b$04$")


async def test_salts_every_hash_anew() -> None:
    password = new_password(20)
    hasher = BcryptHasher()
    assert await hasher.hash(password, cost=CHEAPEST) != await hasher.hash(password, cost=CHEAPEST)


async def test_refuses_a_password_that_bcrypt_would_cut() -> None:
    with pytest.raises(Permanent, match="72 bytes; this one has 74"):
        await BcryptHasher().hash(Secret("é" * 37), cost=CHEAPEST)
