"""A fleet of whole tenants, and rounds over it."""

from dataclasses import dataclass, field, replace

from provisioning.domain.round import Notice, NoticeKind
from provisioning.domain.run import Run, RunId
from provisioning.domain.schedule import parse_schedule
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, World

NAMES = ("alpha", "bravo", "carol")
DAILY = parse_schedule("verify", "0 3 * * *", "UTC")


@dataclass
class Fleet:
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self.worker = FakeWorker(self.world)

    async def provision(self, names: tuple[str, ...] = NAMES) -> "Fleet":
        for name in names:
            await self.worker.provision(subdomain=name, company=name.title(), email=f"admin@{name}.example")
        return self

    async def go_round(self) -> Run:
        """Ask for a round, and let it end."""
        started = await self.world.control.rounds.start(OPERATOR)
        return await self.worker.finish(started.run.run_id)

    async def begin(self) -> RunId:
        return (await self.world.control.rounds.start(OPERATOR)).run.run_id

    async def verdicts(self, run_id: RunId) -> dict[str, str]:
        async with self.world.records.transaction() as tx:
            return {one.subdomain: one.verdict for one in await tx.verifications.of_run(run_id)}

    def break_logins(self, name: str) -> None:
        """Somebody has wired it to an empty database."""
        record = self.world.platform.records[name]
        self.world.platform.records[name] = replace(record, is_active=False)

    def mend(self, name: str) -> None:
        record = self.world.platform.records[name]
        self.world.platform.records[name] = replace(record, is_active=True)

    def cross(self, name: str, other: str) -> None:
        """The platform serves one tenant from another's database."""
        there = self.world.platform.records[other]
        record = self.world.platform.records[name]
        self.world.platform.records[name] = replace(record, database_url=there.database_url)
        self.world.platform.credentials[name] = self.world.platform.credentials[other]

    def notices(self, kind: NoticeKind) -> list[Notice]:
        return [one for one, _ in self.world.records.tables.notices.values() if one.kind is kind]

    def audited(self, action: str) -> list[dict[str, object]]:
        return [dict(row) for row in self.world.records.tables.audit if row["action"] == action]

    def traces(self) -> dict[str, tuple[set[str], int]]:
        """Who is known in each tenant's database, and how many uploads there are."""
        return {
            one.name: ({*one.database.users}, len(one.database.batches))
            for one in self.world.projects.alive.values()
        }
