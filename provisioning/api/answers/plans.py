"""What would be done, before it is."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from provisioning.api.answers.base import Answer


class QuestionAnswer(Answer):
    """`ok` null: it does not stand in the way, but deserves a look."""

    name: str
    answer: str
    ok: bool | None


class PlannedStepAnswer(Answer):
    number: int
    title: str


class PlanAnswer(Answer):
    dry_run: bool
    ready: bool
    request: dict[str, Any]
    steps: list[PlannedStepAnswer]
    monthly_cost: float | None = None
    questions: list[QuestionAnswer]


class ArchivedAnswer(Answer):
    model_config = ConfigDict(extra="allow")

    subdomain: str
    company: str | None = None


class ArchivesAnswer(Answer):
    archives: list[ArchivedAnswer]
    total: int


class BackupAnswer(Answer):
    taken_at: datetime
    tables: int
    rows: int
    users: int


class RestorePlanAnswer(PlanAnswer):
    archive: str
    revives: bool
    backup: BackupAnswer
