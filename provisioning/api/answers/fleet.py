"""All tenants' schemas, and the digest."""

from typing import Any

from provisioning.api.answers.base import Answer
from provisioning.api.answers.runs import RunAnswer


class AtVersionAnswer(Answer):
    version: str | None
    tenants: int
    pinned: int


class PinnedAnswer(Answer):
    subdomain: str
    version: str | None
    reason: str
    by: str


class MemberAnswer(Answer):
    subdomain: str
    ring: int
    from_version: str
    state: str
    detail: str | None
    backup: str | None


class FleetAnswer(Answer):
    """Who has which version of the schema. `behind` counts those that are not pinned."""

    newest: str
    behind: int
    versions: list[AtVersionAnswer]
    pinned: list[PinnedAnswer]
    failed: list[MemberAnswer]
    run: RunAnswer | None


class PlannedStatementAnswer(Answer):
    text: str
    line: int
    may_destroy: bool


class PlannedFileAnswer(Answer):
    version: str
    name: str
    statements: list[PlannedStatementAnswer]
    may_destroy: bool


class UpgradePlanAnswer(Answer):
    """`rings` are their sizes; `trial` says how the schema did in a database that is no tenant's."""

    dry_run: bool
    ready: bool
    to: str
    tenants: int
    rings: list[int]
    pinned: int
    unrecorded: int
    trial: str
    files: list[PlannedFileAnswer]


class SentDigestAnswer(Answer):
    digest_id: str
    state: str
    digest: dict[str, Any]
