"""Everything of one home in one process: PostgreSQL, the state in it, and the stand-ins."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.certificates import keep_certificates
from sandbox.credentials import Credentials
from sandbox.document import SandboxDocument
from sandbox.errors import AlreadyServedError, SandboxError
from sandbox.faults import Faults
from sandbox.files import make_private_folder
from sandbox.locks import FileLock
from sandbox.ports import HOST, Ports
from sandbox.postgres import PostgresServer
from sandbox.stand_ins import DATABASE, DOMAIN, Kit, start_stand_ins
from sandbox.state import all_scripts, close_state, ensure_database, open_state

_LOCK_SECONDS = 2.0
_WATCH_SECONDS = 0.5


class Stack:
    """Starts everything on entry and stops it on exit; `document` says where everything is."""

    document: SandboxDocument

    def __init__(
        self, home: Path, *, project_seconds: float = 2.0, fsync: bool = True, bin_dir: Path | None = None
    ) -> None:
        self.home = home.absolute()
        self.server = PostgresServer(self.home, bin_dir=bin_dir, fsync=fsync)
        self._project_seconds = project_seconds
        self._parts = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._parts.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._parts.aclose()

    async def keep_postgres_running(self) -> None:
        """Start the server again whenever it dies, for as long as it can be where its clients look."""
        port = self.server.port
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if self.server.pid is None:
                await self.server.start()
            if self.server.port != port:
                raise SandboxError(f"PostgreSQL died, and its port {port} was taken meanwhile.")

    async def _start(self) -> None:
        await asyncio.to_thread(make_private_folder, self.home / "sandbox")
        await self._be_the_only_one()
        await self.server.start()
        self._parts.push_async_callback(self.server.stop)
        await ensure_database(self.server, DATABASE)
        kit = await self._make_kit()
        self.document = await start_stand_ins(kit, project_seconds=self._project_seconds)
        await asyncio.to_thread(self.document.save, self.home)
        self._parts.callback(SandboxDocument.remove, self.home)

    async def _be_the_only_one(self) -> None:
        lock = FileLock(self.home / "sandbox.lock")
        try:  # for a moment, because someone may just be looking whether the lock is held
            await asyncio.wait_for(lock.lock(), _LOCK_SECONDS)
        except TimeoutError:
            raise AlreadyServedError(f"Another process runs the stand-ins of {self.home}.") from None
        self._parts.callback(lock.release)
        SandboxDocument.remove(self.home)  # left by a predecessor that was killed

    async def _make_kit(self) -> Kit:
        folder = self.home / "sandbox"
        state = await open_state(self.server, all_scripts())
        self._parts.push_async_callback(close_state, state)
        return Kit(
            state=state,
            faults=Faults(state),
            credentials=await asyncio.to_thread(Credentials.keep, folder / "credentials.json"),
            certificates=await asyncio.to_thread(keep_certificates, folder, domain=DOMAIN, host=HOST),
            ports=await asyncio.to_thread(Ports, folder / "ports.json"),
            parts=self._parts,
        )
