"""Ports on 127.0.0.1: chosen once, kept in a file, chosen anew only when someone else has taken one."""

import errno
import json
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sandbox.errors import SandboxError
from sandbox.files import read_if_there, write_private

HOST = "127.0.0.1"
# Below the range of outgoing connections, so that a kept port stays free while we are down.
_LOWEST, _COUNT = 20_000, 12_000
_TRIES = 20

T = TypeVar("T")


def is_free(port: int) -> bool:
    """Tell whether a server could listen here, over TCP and over UDP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                return False
    return True


def choose_port() -> int:
    for _ in range(1000):
        port = _LOWEST + secrets.randbelow(_COUNT)
        if is_free(port):
            return port
    raise SandboxError(f"No free port between {_LOWEST} and {_LOWEST + _COUNT} on {HOST}.")


class Ports:
    """The ports of the stand-ins by name, remembered in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ports: dict[str, int] = json.loads(read_if_there(path) or "{}")

    async def listen(self, name: str, start: Callable[[int], Awaitable[T]]) -> T:
        """Start a server on the port kept under this name, or on a new one when that is taken."""
        for _ in range(_TRIES):
            port = self._ports.get(name) or choose_port()
            try:
                server = await start(port)
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                self._ports.pop(name, None)
                continue
            self._remember(name, port)
            return server
        raise SandboxError(f"Found no port on {HOST} for the stand-in {name}.")

    def _remember(self, name: str, port: int) -> None:
        if self._ports.get(name) != port:
            self._ports[name] = port
            write_private(self._path, json.dumps(self._ports, indent=2))
