"""The rows. A row is never changed, always replaced, so that a copy of the tables is a snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from provisioning.domain.digest import DigestId, DigestRow
from provisioning.domain.fleet import Member
from provisioning.domain.kept_answer import EarlierRequest
from provisioning.domain.round import Notice, NoticeId, Verification
from provisioning.domain.run import RunId
from provisioning.domain.schedule import Tick

Row = Mapping[str, Any]


@dataclass
class Tables:
    tenants: dict[UUID, Row] = field(default_factory=dict)
    runs: dict[RunId, Row] = field(default_factory=dict)
    steps: dict[tuple[RunId, int], Row] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    outbox: dict[tuple[UUID, str, int], Row] = field(default_factory=dict)
    audit: list[Row] = field(default_factory=list)
    legs: dict[str, Row] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    kept: dict[tuple[str, str], EarlierRequest] = field(default_factory=dict)
    approvals: dict[str, Row] = field(default_factory=dict)
    lockdowns: dict[str, Row] = field(default_factory=dict)
    lockdown_tenants: dict[tuple[str, str], Row] = field(default_factory=dict)
    members: dict[tuple[RunId, str], Member] = field(default_factory=dict)
    schedules: dict[str, Tick] = field(default_factory=dict)
    digests: dict[DigestId, DigestRow] = field(default_factory=dict)
    verifications: list[Verification] = field(default_factory=list)
    notices: dict[NoticeId, tuple[Notice, bool]] = field(default_factory=dict)
    """With whether each is told."""

    def copy(self) -> "Tables":
        return Tables(
            tenants=dict(self.tenants),
            runs=dict(self.runs),
            steps=dict(self.steps),
            events=list(self.events),
            outbox=dict(self.outbox),
            audit=list(self.audit),
            legs=dict(self.legs),
            seen=set(self.seen),
            kept=dict(self.kept),
            approvals=dict(self.approvals),
            lockdowns=dict(self.lockdowns),
            lockdown_tenants=dict(self.lockdown_tenants),
            members=dict(self.members),
            schedules=dict(self.schedules),
            digests=dict(self.digests),
            verifications=list(self.verifications),
            notices=dict(self.notices),
        )
