"""Socket Mode's connections: a ticket opens each, and every envelope goes out on exactly one of them."""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

_HOST = "applink-sandbox"
_MOST = 10
_TICKET_SECONDS = 30
_LIFETIME = 18_060  # what Slack announces as the time until it will ask to reconnect
_ANSWER_KEYS = {"envelope_id", "payload"}


class Connection:
    """One socket of the app, and the envelopes on it that wait for their acknowledgement."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._waiting: dict[str, asyncio.Future[dict[str, Any] | None]] = {}
        self.done = asyncio.Event()
        self.retiring = False

    async def say(self, message: dict[str, Any]) -> None:
        await self._socket.send_text(json.dumps(message))

    async def send(self, envelope: dict[str, Any], seconds: float) -> dict[str, Any] | None:
        """Send an envelope and return the payload of its acknowledgement; TimeoutError where none comes."""
        answer: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answer
        try:
            await self.say(envelope)
            return await asyncio.wait_for(answer, seconds)
        finally:
            del self._waiting[envelope["envelope_id"]]

    def take_answer(self, text: str) -> None:
        """Match an acknowledgement with its envelope; what matches none is late or unasked, and is dropped."""
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict) or not message.keys() <= _ANSWER_KEYS:
            return
        answer = self._waiting.get(str(message.get("envelope_id")))
        if answer is not None and not answer.done():
            payload = message.get("payload")
            answer.set_result(payload if isinstance(payload, dict) else None)

    async def leave(self, reason: str) -> None:
        await self.say({"type": "disconnect", "reason": reason, "debug_info": {"host": _HOST}})

    async def hang_up(self) -> None:
        self.done.set()
        if self._socket.application_state is WebSocketState.CONNECTED:
            await self._socket.close()


class Sockets:
    def __init__(self) -> None:
        self._tickets: dict[str, float] = {}
        self._open: list[Connection] = []
        self._tell: Callable[[], None] = lambda: None

    def watch(self, tell: Callable[[], None]) -> None:
        """Call this whenever a connection comes or goes."""
        self._tell = tell

    def issue_ticket(self) -> str:
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = time.monotonic() + _TICKET_SECONDS
        return ticket

    @property
    def count(self) -> int:
        return len(self._open)

    def choose(self) -> Connection | None:
        """Return the connection that gets the next envelope; one that was asked to go only when alone."""
        best = [connection for connection in self._open if not connection.retiring] or self._open
        return secrets.choice(best) if best else None

    async def serve(self, socket: WebSocket, *, app_id: str, enabled: bool) -> None:
        if self._tickets.pop(socket.query_params.get("ticket", ""), 0) < time.monotonic():
            await socket.close(1008)
            return
        await socket.accept()
        connection = Connection(socket)
        if not enabled or len(self._open) >= _MOST:
            await connection.leave("too_many_websockets" if enabled else "link_disabled")
            await connection.hang_up()
            return
        self._open.append(connection)
        self._tell()
        try:
            await connection.say(_hello(app_id, len(self._open)))
            await self._listen(socket, connection)
        finally:
            if connection in self._open:
                self._open.remove(connection)
            self._tell()

    async def refresh(self, reason: str) -> int:
        """Ask every connection to be replaced, or only warn that this will happen."""
        for connection in (leaving := list(self._open)):
            connection.retiring = reason == "refresh_requested"
            await connection.leave(reason)
        return len(leaving)

    async def drop(self) -> int:
        """Close every connection without a word."""
        leaving, self._open = self._open, []
        await asyncio.gather(*(connection.hang_up() for connection in leaving))
        return len(leaving)

    def close(self) -> None:
        for connection in self._open:
            connection.done.set()

    async def _listen(self, socket: WebSocket, connection: Connection) -> None:
        done = asyncio.create_task(connection.done.wait())
        try:
            while True:
                text = asyncio.create_task(socket.receive_text())
                await asyncio.wait({text, done}, return_when=asyncio.FIRST_COMPLETED)
                if not text.done():
                    text.cancel()
                    await connection.hang_up()
                    return
                connection.take_answer(text.result())
        except WebSocketDisconnect:
            return
        finally:
            done.cancel()


def _hello(app_id: str, connections: int) -> dict[str, Any]:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {
            "host": _HOST,
            "started": time.strftime("%Y-%m-%d %H:%M:%S.000", time.gmtime()),
            "build_number": 1,
            "approximate_connection_time": _LIFETIME,
        },
        "connection_info": {"app_id": app_id},
    }
