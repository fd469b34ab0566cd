"""A world in which people ask for anything in any order, a worker works or is killed, and customers use their tenants."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from provisioning.domain.actor import Actor
from provisioning.domain.approval import ApprovalState
from provisioning.domain.run import Run, RunKind, RunState
from provisioning.engine.names import leg_id
from provisioning.errors import Refused, Transient
from provisioning.registry import LostClaim
from tests.fakes.projects import MadeProject
from tests.fakes.worker import FakeWorker
from tests.fakes.world import World

T = TypeVar("T")

TENANTS: Final = ("customerinc", "otherinc", "thirdinc")
VERBS: Final = (
    *("provision", "suspend", "activate", "end", "approve", "reject"),
    *("undo", "retry", "cancel", "rollback", "expire"),
)
_REASON: Final = "the customer left"
_CUSTOMERS_TABLE: Final = "sales"


class Life:
    """What can be done in it. Refusals and outages are part of it, and change nothing."""

    def __init__(self) -> None:
        self.world = World()
        self.worker = FakeWorker(self.world)
        self._loop = asyncio.new_event_loop()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    async def verb(self, verb: str, actor: Actor, subdomain: str, *, grace: str = "0") -> None:
        """Knock at the door, which may say no, or may not be able to answer."""
        control = self.world.control
        raw = {"company": f"Company of {subdomain}", "subdomain": subdomain, "email": _admin(subdomain)}
        verbs: Mapping[str, Callable[[], Awaitable[Any]]] = {
            "provision": lambda: control.requests.provision(actor, raw),
            "suspend": lambda: control.requests.suspend(actor, subdomain, reason=_REASON),
            "activate": lambda: control.requests.activate(actor, subdomain),
            "end": lambda: control.approvals.request_deprovision(
                actor, subdomain, confirm=subdomain, reason=_REASON, grace=grace
            ),
            "approve": lambda: control.approvals.approve(actor, subdomain),
            "reject": lambda: control.approvals.reject(actor, subdomain, reason=_REASON),
            "undo": lambda: control.runs.undo(actor, subdomain),
            "retry": lambda: control.runs.retry(actor, subdomain),
            "cancel": lambda: control.runs.cancel(actor, subdomain),
            "rollback": lambda: control.runs.rollback(actor, subdomain),
            "expire": control.approvals.expire,
        }
        try:
            await verbs[verb]()
        except (Refused, Transient):
            return

    def once_before(self, call: str, act: Callable[[], Awaitable[None]]) -> None:
        """Let something happen just before the next call of this name, so in the middle of a step."""

        async def hook() -> None:
            await act()

        self.world.wire.once_before(call, hook)

    def go_on(self, effects: int | None) -> None:
        if effects == 0:
            self.work()
        elif effects is not None and (due := self.worker.due()):
            self._be_killed(*due[0], effects)

    def work(self) -> None:
        self.wait(self.worker.work())

    def _be_killed(self, run_id: Any, leg: int, effects: int) -> None:
        self.world.wire.cut_after(effects)
        try:
            is_over = not self.wait(self.worker.is_killed_in(run_id, leg))
        except LostClaim:
            is_over = True
        if is_over:
            self.worker.done.add(leg_id(run_id, leg))

    def pass_time(self, span: timedelta) -> None:
        self.world.clock.jump_to(self.world.clock.now() + span)

    async def wait_a_little(self) -> None:
        self.pass_time(timedelta(minutes=3))

    async def write_everywhere(self) -> None:
        """Every customer works, if their tenant is there for them."""
        for subdomain in TENANTS:
            served = self.world.platform.records.get(subdomain)
            if served is not None and served.is_active and self.is_invited(subdomain):
                database = self.world.projects.database_at(served.database_url or "")
                assert database is not None, f"{subdomain} is served without a database"
                database.more_rows[_CUSTOMERS_TABLE] += 1

    async def damage_backups(self) -> None:
        """The archive loses a bit of everything that it holds."""
        self.world.backups.damage |= dict.fromkeys(self.world.backups.kept, "sales: another checksum")

    def rest(self) -> None:
        """Nothing goes wrong any more, and the worker does all that is to be done."""
        self.world.wire.mend()
        self.work()

    def end(self) -> None:
        self._loop.close()

    def sensible(self, subdomain: str) -> Sequence[str]:
        """What people would ask about this tenant as it stands, so that not most of a life is refusals."""
        tenant = self.tenant(subdomain)
        if tenant is None:
            return ("provision",)
        run = next((run for run in self.runs() if run.subdomain == subdomain and run.state.is_open), None)
        if run is None:
            is_asked = any(
                row["approval"].subdomain == subdomain and row["approval"].state is ApprovalState.PENDING
                for row in self.world.records.tables.approvals.values()
            )
            return (
                ("approve", "approve", "approve", "reject", "suspend")
                if is_asked
                else ("suspend", "activate", "end", "end", "end")
            )
        if run.state is not RunState.WAITING:
            return ("cancel", "wait")
        return (
            ("undo", "retry", "wait") if run.kind is RunKind.DEPROVISION else ("retry", "cancel", "rollback")
        )

    def tenant(self, subdomain: str) -> Mapping[str, Any] | None:
        rows = self.world.records.tables.tenants.values()
        return next((row for row in rows if row["subdomain"] == subdomain), None)

    def owner(self, project: MadeProject) -> Mapping[str, Any] | None:
        rows = self.world.records.tables.tenants.values()
        return next((row for row in rows if row["project_name"] == project.name), None)

    def runs(self) -> Sequence[Run]:
        return [self.world.records.run(run_id) for run_id in self.world.records.tables.runs]

    def is_invited(self, subdomain: str) -> bool:
        return any(mail.to == _admin(subdomain) for mail in self.world.mailer.mailbox)


def _admin(subdomain: str) -> str:
    return f"admin@{subdomain}.com"
