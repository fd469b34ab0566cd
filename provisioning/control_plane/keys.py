"""The keys that seal secrets: adding one, sealing everything with it, and retiring the older ones.

Every value opens at every moment: nothing is sealed with a key that a living process does not know, and no key is
let go while anything is sealed with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor, Role
from provisioning.domain.keyring import key_name
from provisioning.domain.run import RunState
from provisioning.errors import Refused
from provisioning.ports import AddedKey, ProcessKeys, SealedPlace
from provisioning.registry import AuditEntry


@dataclass(frozen=True)
class KeysView:
    """`names` newest first; `processes` are those that know other keys than this one."""

    names: Sequence[str]
    places: Sequence[SealedPlace]
    processes: Sequence[ProcessKeys]

    @property
    def older(self) -> int:
        return sum(place.older for place in self.places)

    @property
    def unknown(self) -> int:
        return sum(place.unknown for place in self.places)

    @property
    def behind(self) -> Sequence[ProcessKeys]:
        """The processes that don't know the newest key."""
        return [process for process in self.processes if self.names[0] not in process.keys]

    @property
    def sealing_older(self) -> Sequence[ProcessKeys]:
        """The processes that seal with an older key still."""
        return [process for process in self.processes if process.keys[0] != self.names[0]]


@dataclass(frozen=True)
class Renewal:
    """How many values were sealed anew, and how it stands now."""

    renewed: int
    view: KeysView


@dataclass(frozen=True)
class Retirement:
    """The keys that may go, and whether they are gone: the environment is not ours to change."""

    retired: Sequence[str]
    in_place: bool


class Keys:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def status(self, actor: Actor) -> KeysView:
        """Say under which keys everything is sealed."""
        await self._desk.require(actor, Role.VIEWER, "keys.status")
        return await self._view()

    async def add(self, actor: Actor) -> AddedKey:
        """Make a key that is to be the newest. Refused while there is a new one that not everything is sealed with."""
        async with self._desk.admit(actor, Role.OPERATOR, "keys.add"):
            view = await self._view()
            if view.older:
                raise Refused(
                    f"There is a new key already ({view.names[0]}), and {view.older} values are sealed with older "
                    "ones; `tenantbot keys rotate` first.",
                    code="not_rotated",
                )
            added = await self._desk.sealing.add_key()
            await self._record(actor, "add", {"key": key_name(added.key), "in_place": added.in_place})
            return added

    async def rotate(self, actor: Actor) -> Renewal:
        """Seal everything with the newest key. May be stopped and repeated; refused while a process lacks the key."""
        async with self._desk.admit(actor, Role.OPERATOR, "keys.rotate"):
            names = self._desk.sealing.names()
            behind = KeysView(names, (), await self._desk.sealing.processes()).behind
            if behind:
                raise Refused(
                    f"{_who(behind)} would not open what is sealed with the newest key ({names[0]}): "
                    "give it the same TENANTBOT_SECRET_KEYS, and restart it.",
                    code="key_not_known",
                )
            renewed = await self._desk.sealing.renew()
            view = await self._view()
            await self._record(
                actor,
                "rotate",
                {"key": names[0], "renewed": renewed, "older": view.older, "unknown": view.unknown},
            )
            return Renewal(renewed, view)

    async def retire(self, actor: Actor) -> Retirement:
        """Let the older keys go, once nothing is sealed with them, and nobody seals with them any more."""
        async with self._desk.admit(actor, Role.OPERATOR, "keys.retire"):
            await self._refuse_while_at_work()
            view = await self._view()
            if view.older:
                where = ", ".join(f"{place.older} in {place.table}" for place in view.places if place.older)
                raise Refused(
                    f"{view.older} values are sealed with older keys still ({where}); `tenantbot keys rotate` first.",
                    code="not_rotated",
                )
            if view.sealing_older:
                raise Refused(
                    f"{_who(view.sealing_older)} seals with an older key still: "
                    "give it the same TENANTBOT_SECRET_KEYS, and restart it.",
                    code="key_in_use",
                )
            retired = list(view.names[1:])
            in_place = bool(retired) and await self._desk.sealing.drop_older_keys()
            await self._record(actor, "retire", {"retired": retired, "in_place": in_place})
            return Retirement(retired, in_place)

    async def _view(self) -> KeysView:
        sealing = self._desk.sealing
        return KeysView(sealing.names(), await sealing.count(), await sealing.processes())

    async def _refuse_while_at_work(self) -> None:
        """A step that was begun under an older key may have sealed something that it has not stored yet."""
        async with self._desk.registry.transaction() as tx:
            at_work = await tx.runs.list(states=[RunState.RUNNING], limit=1)
        if at_work:
            raise Refused(
                f"{at_work[0].run_id} is at work, and may hold something sealed with an older key; "
                "try again once it has ended or waits.",
                code="run_at_work",
            )

    async def _record(self, actor: Actor, verb: str, details: dict[str, object]) -> None:
        await self._desk.record(actor, AuditEntry(f"keys.{verb}", "accepted", details=details))


def _who(processes: Sequence[ProcessKeys]) -> str:
    more = f" and {len(processes) - 1} more" if len(processes) > 1 else ""
    return f"The process at {processes[0].who}{more}"
