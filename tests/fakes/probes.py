"""What only a diagnosis asks, in memory: certificates, CAA, the projects' Data API, their logs, the hosting provider."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Secret
from provisioning.probes import CaaPolicy, Certificate, DataAnswer, HostedDomain, LogLine
from tests.fakes.clock import START
from tests.fakes.projects import FakeProjects

VALID = Certificate(("*.taskifai.test",), "A test authority", START.replace(year=START.year + 1), None)


@dataclass
class FakeCertificates:
    """Implements the port Certificates."""

    shown: Certificate = VALID

    async def shown_at(self, url: str) -> Certificate:
        assert urlsplit(url).scheme == "https"
        return self.shown

    def expire(self) -> None:
        self.shown = replace(
            VALID, expires_at=START.replace(year=START.year - 1), problem="certificate has expired"
        )


@dataclass
class FakeCaa:
    """Implements the port CaaRecords."""

    policy: CaaPolicy | None = None

    async def caa(self, name: str) -> CaaPolicy | None:
        return self.policy


@dataclass
class FakeDataApi:
    """Implements the port DataApi. `open_tables` are those of which a browser's key gets rows, by project."""

    projects: FakeProjects
    open_tables: dict[ProjectRef, set[str]] = field(default_factory=dict)
    restricted: bool = False

    async def read(self, ref: ProjectRef, table: str, key: Secret) -> DataAnswer:
        if self.restricted:
            return DataAnswer(402, None, 0, "exceed_egress_quota")
        if ref not in self.projects.alive:
            return DataAnswer(404, None, 0, "Project not found")
        if any(one.value == key for one in self.projects.keys_of[ref].values()):
            return DataAnswer(200, accepted=True, rows=1, words="")
        if key != self.projects.alive[ref].keys.anon:
            return DataAnswer(401, accepted=False, rows=0, words="Invalid API key")
        if table in self.open_tables.get(ref, set()):
            return DataAnswer(200, accepted=True, rows=1, words="")
        return DataAnswer(401, accepted=True, rows=0, words=f"permission denied for table {table}")


@dataclass
class FakeLogs:
    """Implements the port ProjectLogs."""

    lines: tuple[LogLine, ...] = (LogLine("2026-12-01T08:59:00+00:00", "connection authorized"),)

    async def recent_queries(self, ref: ProjectRef, *, since: datetime, until: datetime) -> Sequence[LogLine]:
        return self.lines


@dataclass
class FakeHosting:
    """Implements the port Hosting."""

    found: HostedDomain | None

    async def domain(self, name: str) -> HostedDomain | None:
        return self.found
