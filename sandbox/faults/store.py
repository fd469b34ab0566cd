"""The faults that are switched on: kept in the state, which is asked only where one may apply."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from sandbox.state import State

SCRIPT = Path(__file__).with_name("state.sql")

_NEVER_READY = "never-ready"
_HTTP = frozenset(
    {"slow", "429", "5xx", "html", "5xx-after-commit", "dropped", "dropped-after-commit", _NEVER_READY}
)
_OF_SUPABASE = frozenset({"init-failed", "unknown-status", "keys-missing", "unhealthy", "over-quota"})
_OF_TASKIFAI = frozenset(
    {
        "register-missing",
        "no-tenant-id-in-health",
        "cross-tenant-leak",
        "bare-batches",
        "uploads-stay-pending",
        "tenant-override",
        "expired-certificate",
        "wrong-certificate",
    }
)
# Slack's own way to fail: status 200 with `ok` false and one of these words.
SLACK_ERRORS = frozenset(
    {
        "ratelimited",
        "internal_error",
        "fatal_error",
        "invalid_blocks",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "message_limit_exceeded",
        "restricted_action_thread_locked",
        "token_revoked",
    }
)
KINDS: dict[str, frozenset[str]] = {
    "supabase": _HTTP | _OF_SUPABASE,
    "cloudflare": _HTTP,
    "taskifai": _HTTP | _OF_TASKIFAI,
    "platform": _HTTP,
    "slack": _HTTP - {_NEVER_READY} | SLACK_ERRORS,
    "dns": frozenset({"servfail", "refused", "nxdomain", "timeout", "stale"}),
    "mail": frozenset({"4xx", "5xx", "auth", "dropped-after-commit"}),
}
# Asked for by the service itself with `active`; no single request uses them up.
_LASTING = (_NEVER_READY, *_OF_SUPABASE, *_OF_TASKIFAI)

_TAKE = (files("sandbox.faults") / "take.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Fault:
    id: int
    service: str
    path: str
    kind: str
    times: int | None
    delay: float


class Faults:
    """The only writer of its state: what it knows by heart is what is on."""

    def __init__(self, state: State) -> None:
        self._pool = state.pool
        self._on: list[Fault] | None = None
        self._changing = asyncio.Lock()

    async def add(self, service: str, path: str, kind: str, times: int | None, delay: float) -> int:
        async with self._changing:
            number: int = await self._pool.fetchval(
                "insert into sandbox_faults (service, path, kind, times, delay)"
                " values ($1, $2, $3, $4, $5) returning id",
                service,
                path,
                kind,
                times,
                delay,
            )
            await self.refresh()
        return number

    async def clear(self) -> None:
        async with self._changing:
            await self._pool.execute("delete from sandbox_faults")
            await self.refresh()

    async def refresh(self) -> None:
        """Learn by heart what is on, as it is before the first request."""
        self._on = await self.all()

    def known(self, service: str, kind: str, name: str) -> bool:
        """Tell at once whether such a fault is on for this name."""
        return any(
            fault.service == service and fault.kind == kind and name.startswith(fault.path)
            for fault in self._on or ()
        )

    async def all(self) -> list[Fault]:
        """Return the faults that are still to come, oldest first."""
        rows = await self._pool.fetch(
            "select * from sandbox_faults where times is null or times > 0 order by id"
        )
        return [Fault(**row) for row in rows]

    async def take(
        self, service: str, path: str, *, method: str = "", without: Collection[str] = ()
    ) -> Fault | None:
        """Use up one turn of the newest fault for this path, whose kind is none of `without`."""
        without = {*_LASTING, *without}
        if not any(fault.service == service and fault.kind not in without for fault in await self._known()):
            return None
        named = f"{method} {path}"
        row = await self._pool.fetchrow(_TAKE, service, path, named, list(without))
        if row is not None and row["times"] == 0:
            self._on = [fault for fault in await self._known() if fault.id != row["id"]]
        return Fault(**row) if row else None

    async def active(self, service: str, kind: str) -> bool:
        """Tell whether such a fault is on, and leave it on."""
        return any(fault.service == service and fault.kind == kind for fault in await self._known())

    async def _known(self) -> list[Fault]:
        if self._on is None:
            self._on = await self.all()
        return self._on
