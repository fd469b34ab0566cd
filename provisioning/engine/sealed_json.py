"""The engine's serializer: JSON sealed by the vault's keys, so that no checkpoint is readable and none is a pickle."""

import json
from collections.abc import Sequence
from typing import Any

from dbos import Serializer

from provisioning.domain.keyring import Keyring
from provisioning.domain.secret import Secret


class StepFailure(Exception):
    """What is left of an exception that was checkpointed: its kind and its message."""


class SealedJson(Serializer):
    """Newest key first. The name rests in the engine's rows: it never changes."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        self._keyring = Keyring(keys)

    def name(self) -> str:
        return "sealed-json"

    def serialize(self, data: Any) -> str:
        if isinstance(data, BaseException):
            data = {"__exception__": type(data).__name__, "message": str(data)}
        return self._keyring.seal(json.dumps(data, default=_plain))

    def deserialize(self, serialized_data: str) -> Any:
        data = json.loads(self._keyring.open(serialized_data))
        if isinstance(data, dict) and "__exception__" in data:
            return StepFailure(f"{data['__exception__']}: {data['message']}")
        return data


def _plain(value: Any) -> Any:
    if isinstance(value, BaseException):
        return {"__exception__": type(value).__name__, "message": str(value)}
    raise TypeError(f"{type(value).__name__} has no place in a checkpoint; return plain values.")
