"""The embedded PostgreSQL server: initialised once, started or adopted, stopped."""

import asyncio
import secrets
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import asyncpg

from sandbox.errors import SandboxError
from sandbox.files import last_lines, read_if_there, write_private
from sandbox.locks import locked
from sandbox.ports import HOST, choose_port, is_free
from sandbox.postgres.binaries import find_binaries
from sandbox.postgres.cluster import initialise, server_command
from sandbox.postgres.place import Place, make_folder, prepare_place
from sandbox.postgres.process import find_server, launch_server, send

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_PAUSE = 0.03


class PostgresServer:
    """One server per home, on 127.0.0.1 with SCRAM passwords; whoever starts it again gets the same one."""

    host = HOST
    user = "postgres"

    def __init__(self, home: Path, *, bin_dir: Path | None = None, fsync: bool = True) -> None:
        self.port = 0
        self.password = ""
        self.bin_dir = Path()
        self._own = home.absolute() / "postgres"
        self._named_bin_dir = bin_dir
        self._fsync = fsync
        self._place: Place | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str, *, user: str | None = None, password: str | None = None) -> str:
        """Return an address of a database; of the superuser unless another user is named."""
        name, word = (self.user, self.password) if user is None else (user, password or "")
        login = f"{quote(name, safe='')}:{quote(word, safe='')}"
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(database, safe='')}?sslmode=disable"

    @property
    def folder(self) -> Path:
        """The folder of the data: under home, or outside it when root's home is closed to others."""
        return self._settled().folder

    @property
    def pid(self) -> int | None:
        """The process id of the server, or None while it does not run."""
        self._reap()
        found = find_server(self._settled().data)
        return found[0] if found else None

    async def start(self) -> None:
        """Make the server run: initialise what is new, adopt what runs already."""
        try:
            await asyncio.to_thread(make_folder, self._own)
            async with locked(self._own / "lock"):
                await self._prepare()
                if not await self._adopt():
                    await self._launch()
        except OSError as error:
            raise SandboxError(f"PostgreSQL cannot start under {self._own.parent}: {error}") from error

    async def stop(self) -> None:
        """Stop the server, whoever started it; a connected client loses its connection."""
        async with locked(self._own / "lock"):
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if await self._stopped_by(number):
                    await self._part()
                    return
        raise SandboxError(f"PostgreSQL in {self.folder} does not stop.")

    def _settled(self) -> Place:
        if self._place is None:
            raise SandboxError("PostgreSQL was not started yet.")
        return self._place

    async def _prepare(self) -> None:
        binaries = await asyncio.to_thread(find_binaries, self._named_bin_dir)
        self.bin_dir = binaries.bin_dir
        self._place = await asyncio.to_thread(prepare_place, self._own, binaries)
        self.password = await asyncio.to_thread(self._keep_password)
        await asyncio.to_thread(
            initialise, self._place, user=self.user, password=self.password, fsync=self._fsync
        )

    def _keep_password(self) -> str:
        path = self._own / "password"
        password = read_if_there(path)
        if password is None:
            if self._settled().data.exists():
                raise SandboxError(f"The password of PostgreSQL's data is gone ({path}); use a new --home.")
            password = secrets.token_urlsafe(24)
            write_private(path, password)
        return password

    async def _adopt(self) -> bool:
        """Take over the server that runs already; one that is shutting down is waited for and not taken."""
        deadline = _now() + _START_SECONDS
        while (found := find_server(self._settled().data)) is not None:
            self.port = found[1]
            if await self._answers():
                return True
            if _now() > deadline:
                raise SandboxError(
                    f"PostgreSQL (process {found[0]}) runs but does not answer on port {self.port}."
                )
            await asyncio.sleep(_PAUSE)
            self._reap()
        return False

    async def _launch(self) -> None:
        """Start the server, again if its port or the memory of a killed predecessor is still taken."""
        place = self._settled()
        log = self._own / "postgres.log"
        deadline = _now() + _START_SECONDS
        while _now() < deadline:
            await self._bury()
            # Its process is gone, which PostgreSQL itself could not tell from a zombie or a newcomer.
            (place.data / "postmaster.pid").unlink(missing_ok=True)
            self.port = self._keep_port()
            command = server_command(place, port=self.port, fsync=self._fsync)
            self._process = launch_server(place.account, command, log)
            try:
                if await self._came_up(deadline):
                    return
            except BaseException:
                await asyncio.shield(self._bury())
                raise
            if "in use" not in last_lines(log, 20):
                break
            await asyncio.sleep(10 * _PAUSE)
        await self._bury()
        raise SandboxError(f"PostgreSQL did not start. The end of {log}:\n{last_lines(log, 8)}")

    async def _came_up(self, deadline: float) -> bool:
        while self._process is not None and _now() < deadline:
            if await self._answers():
                return True
            await asyncio.sleep(_PAUSE)
            self._reap()
        return False

    def _keep_port(self) -> int:
        path = self._own / "port"
        kept = int(read_if_there(path) or 0)
        if kept and is_free(kept):
            return kept
        port = choose_port()
        write_private(path, str(port))
        return port

    async def _answers(self) -> bool:
        """Prove with a real login that the server is up, is ours and lets us in."""
        try:
            connection = await asyncpg.connect(self.dsn("postgres"), timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return False
        except asyncpg.TooManyConnectionsError:
            return True
        except asyncpg.PostgresError as error:
            raise SandboxError(f"PostgreSQL on port {self.port} refuses us: {error}") from error
        await connection.close()
        return True

    async def _stopped_by(self, number: signal.Signals) -> bool:
        found = self.pid
        if found is None:
            return True
        send(found, number)
        deadline = _now() + _STOP_SECONDS
        while _now() < deadline:
            await asyncio.sleep(_PAUSE)
            if self.pid is None:
                return True
        return False

    async def _bury(self) -> None:
        """Make an end of a child that is dying, or that did not come up."""
        if self._process is not None:
            self._process.kill()
            await self._part()

    async def _part(self) -> None:
        """Wait for the end of our own child: its files say that it is over a moment before it is."""
        if self._process is not None:
            await asyncio.to_thread(self._process.wait)
            self._process = None

    def _reap(self) -> None:
        """Take leave of our own child once it has ended, so that it leaves no zombie."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None


def _now() -> float:
    return asyncio.get_running_loop().time()
