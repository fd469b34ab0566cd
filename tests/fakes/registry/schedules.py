"""Which tick of each schedule was acted on last."""

from datetime import datetime

from provisioning.domain.schedule import Tick
from tests.fakes.registry.tables import Tables


class FakeSchedules:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def last_due(self, name: str) -> datetime:
        return self._tables.schedules[name].due_at

    async def take(self, name: str, tick: Tick) -> bool:
        last = self._tables.schedules[name]
        if tick.due_at <= last.due_at or tick.slot == last.slot:
            return False
        self._tables.schedules[name] = tick
        return True
