"""What rests sealed, in memory: values by table, and the keys that sealed them."""

from collections.abc import Sequence

from provisioning.domain.keyring import Keyring, UnknownKey, new_key
from provisioning.domain.secret import Secret
from provisioning.ports import AddedKey, ProcessKeys, SealedPlace


class FakeSealing:
    """Implements the port Sealing. `follows` says whether the keys are ours to change."""

    def __init__(self) -> None:
        self.keys: list[Secret] = [new_key()]
        self.values: dict[str, list[str]] = {}
        self.others: list[ProcessKeys] = []
        self.follows = True

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.keys)

    def put(self, table: str, text: str) -> None:
        self.values.setdefault(table, []).append(self.keyring.seal(text))

    def names(self) -> Sequence[str]:
        return self.keyring.names

    async def count(self) -> Sequence[SealedPlace]:
        return [self._count(table, values) for table, values in self.values.items()]

    async def renew(self) -> int:
        renewed = 0
        for values in self.values.values():
            for at, value in enumerate(values):
                if (new := self.keyring.renewed(value)) is not None:
                    values[at] = new
                    renewed += 1
        return renewed

    async def processes(self) -> Sequence[ProcessKeys]:
        return self.others

    async def add_key(self) -> AddedKey:
        key = new_key()
        if self.follows:
            self.keys.insert(0, key)
        return AddedKey(key, in_place=self.follows)

    async def drop_older_keys(self) -> bool:
        if self.follows:
            del self.keys[1:]
        return self.follows

    def _count(self, table: str, values: Sequence[str]) -> SealedPlace:
        counts = {"newest": 0, "older": 0, "unknown": 0}
        for value in values:
            try:
                counts["newest" if self.keyring.renewed(value) is None else "older"] += 1
            except UnknownKey:
                counts["unknown"] += 1
        return SealedPlace(table, **counts)
