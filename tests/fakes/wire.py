"""The wire between the product and its ports: slow, faulty, or cut for good, as a test wants it.

Every call of every port passes it under a name such as `projects.create`; a committed transaction passes it
as `registry.commit`.
"""

import inspect
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar, cast

from provisioning.domain.project import DatabaseAddress
from provisioning.domain.secret import Secret
from provisioning.errors import Unclear
from provisioning.ports import Clock, TenantDatabase, TenantDatabases
from provisioning.registry import Registry, Transaction

T = TypeVar("T")

TRANSACTION = "registry.transaction"
COMMIT = "registry.commit"

Hook = Callable[[], Awaitable[None]]


class Killed(BaseException):
    """The process ended here. Not an Exception, so that no code of the product goes on after it."""


class Wire:
    """Carries every call. `calls` lists those that took effect, in order."""

    def __init__(self, clock: Clock) -> None:
        self.calls: list[str] = []
        self.pace: dict[str, float] = {}
        """Seconds that a call of this name takes."""
        self._clock = clock
        self._faults: dict[tuple[str, bool], deque[Exception]] = defaultdict(deque)
        self._hooks: dict[str, deque[Hook]] = defaultdict(deque)
        self._cut_after: int | None = None
        self._is_cut = False
        self._loses_answer: int | None = None

    def fail(self, name: str, *faults: Exception, after_effect: bool = False, times: int = 1) -> None:
        """Let the next calls of this name fail, instead of their effect or after it."""
        self._faults[name, after_effect].extend(faults * times)

    def mend(self) -> None:
        """Forget every fault that is still to come."""
        self._faults.clear()

    def once_before(self, name: str, hook: Hook) -> None:
        """Run something just before the next call of this name."""
        self._hooks[name].append(hook)

    def cut_after(self, effects: int) -> None:
        """Kill the process right after this many more effects: nothing it does later comes through."""
        self._cut_after = len(self.calls) + effects

    def lose_answer(self, effects: int) -> None:
        """Lose the answer to one call: this many effects from now, which take place all the same."""
        self._loses_answer = len(self.calls) + effects

    def reconnect(self) -> None:
        """Let the next process through."""
        self._cut_after, self._is_cut = None, False

    def require(self) -> None:
        if self._is_cut:
            raise Killed

    async def carry(self, name: str, call: Callable[[], Awaitable[T]]) -> T:
        await self.before(name)
        result = await call()
        self.after(name)
        return result

    async def before(self, name: str) -> None:
        self.require()
        if self._hooks[name]:
            await self._hooks[name].popleft()()
        if seconds := self.pace.get(name):
            await self._clock.sleep(seconds)
        self._raise_fault(name, after_effect=False)

    def after(self, name: str) -> None:
        self.calls.append(name)
        if self._cut_after is not None and len(self.calls) >= self._cut_after:
            self._is_cut = True
        self.require()
        if len(self.calls) == self._loses_answer:
            raise Unclear(f"The answer to {name} was lost.")
        self._raise_fault(name, after_effect=True)

    def _raise_fault(self, name: str, *, after_effect: bool) -> None:
        if faults := self._faults[name, after_effect]:
            raise faults.popleft()


class _Wired:
    """A port whose coroutines pass the wire; all else is asked directly."""

    def __init__(self, name: str, port: object, wire: Wire) -> None:
        self._name = name
        self._port = port
        self._wire = wire

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._port, attribute)
        if not inspect.iscoroutinefunction(found):
            return found

        async def over_the_wire(*args: Any, **kwargs: Any) -> Any:
            return await self._wire.carry(f"{self._name}.{attribute}", lambda: found(*args, **kwargs))

        return over_the_wire


def wired(name: str, port: T, wire: Wire) -> T:
    """Give the port as the product sees it, at the other end of the wire."""
    return cast("T", _Wired(name, port, wire))


class WiredDatabases:
    """Opening passes the wire, and so does all that is asked of the open database."""

    def __init__(self, databases: TenantDatabases, wire: Wire) -> None:
        self._databases = databases
        self._wire = wire

    @asynccontextmanager
    async def open(self, address: DatabaseAddress, password: Secret) -> AsyncIterator[TenantDatabase]:
        await self._wire.before("databases.open")
        async with self._databases.open(address, password) as database:
            self._wire.after("databases.open")
            yield wired("database", database, self._wire)


class WiredRegistry:
    """A transaction that begins and commits over the wire."""

    def __init__(self, registry: Registry, wire: Wire) -> None:
        self._registry = registry
        self._wire = wire

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self._transaction()

    def unit(self) -> AbstractAsyncContextManager[Transaction]:
        return self._unit()

    @asynccontextmanager
    async def _unit(self) -> AsyncIterator[Transaction]:
        await self._wire.before(TRANSACTION)
        async with self._registry.unit() as tx:
            yield tx
        self._wire.after(COMMIT)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Transaction]:
        await self._wire.before(TRANSACTION)
        async with self._registry.transaction() as tx:
            yield tx
        self._wire.after(COMMIT)
