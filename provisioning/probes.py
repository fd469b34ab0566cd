"""What only a diagnosis asks of the outside. Nothing here changes anything; errors are those of `provisioning.errors`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Secret


@dataclass(frozen=True)
class Certificate:
    """What a server shows for a name. `problem` is why a browser refuses it, in TLS's own words; None when it takes it."""

    names: tuple[str, ...]
    issuer: str
    expires_at: datetime
    problem: str | None


class Certificates(Protocol):
    async def shown_at(self, url: str) -> Certificate:
        """Look at the certificate of an https URL, good or bad. Raises Transient when nobody answers there."""
        ...


@dataclass(frozen=True)
class CaaPolicy:
    """Which authorities may issue certificates for a name (RFC 8659): those named at `name`, its closest ancestor."""

    name: str
    issuers: tuple[str, ...]


class CaaRecords(Protocol):
    async def caa(self, name: str) -> CaaPolicy | None:
        """None where any authority may. Raises Transient when no server gave a usable answer."""
        ...


@dataclass(frozen=True)
class DataAnswer:
    """What a project's Data API said to a key. `accepted` None: it judged something else than the key."""

    status: int
    accepted: bool | None
    rows: int
    words: str


class DataApi(Protocol):
    """A project's Data API, which its keys open."""

    async def read(self, ref: ProjectRef, table: str, key: Secret) -> DataAnswer:
        """Ask for one row of a table with this key; the row itself is not kept."""
        ...


@dataclass(frozen=True)
class HostedDomain:
    """A domain as the hosting provider has it: `problem` says what keeps it from being served; None when nothing does."""

    name: str
    problem: str | None


class Hosting(Protocol):
    async def domain(self, name: str) -> HostedDomain | None:
        """Look a domain up in the hosting project; None when it is not there, not even through a wildcard."""
        ...


@dataclass(frozen=True)
class LogLine:
    """One line of a project's log."""

    at: str
    text: str


class ProjectLogs(Protocol):
    async def recent_queries(self, ref: ProjectRef, *, since: datetime, until: datetime) -> Sequence[LogLine]:
        """The database's log, newest first, at most 24 hours of it."""
        ...


@dataclass(frozen=True)
class Probes:
    """`hosting` is None where no hosting provider's token is given."""

    certificates: Certificates
    caa: CaaRecords
    data_api: DataApi
    logs: ProjectLogs
    hosting: Hosting | None = None
