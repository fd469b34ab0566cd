"""A hash that is no protection at all, made in no time."""

import hashlib

from provisioning.domain.secret import Secret


class FakeHasher:
    """Implements the port PasswordHasher. `costs` lists what was asked for."""

    def __init__(self) -> None:
        self.costs: list[int] = []

    async def hash(self, password: Secret, *, cost: int) -> str:
        self.costs.append(cost)
        return fake_hash(password)


def fake_hash(password: Secret) -> str:
    return f"fake-hash-{hashlib.sha256(password.reveal().encode()).hexdigest()}"
