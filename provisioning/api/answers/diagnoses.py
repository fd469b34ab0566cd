"""A diagnosis: questions, cause, fix."""

from datetime import datetime

from provisioning.api.answers.base import Answer


class FixAnswer(Answer):
    verb: str
    label: str
    plan: list[str]


class CauseAnswer(Answer):
    issue: str
    code: str
    sentence: str
    sure: str
    affected: list[str]
    fixes: list[FixAnswer]


class ProbeAnswer(Answer):
    issue: str
    name: str
    asked: str
    expected: str
    found: str
    outcome: str
    seconds: float
    ok: bool | None
    skipped: bool


class DiagnosisAnswer(Answer):
    """`incident` is where the evidence of a leak is kept in the archive."""

    subdomain: str
    healthy: bool
    made_at: datetime
    seconds: float
    issues: list[str]
    cause: CauseAnswer | None
    also: list[CauseAnswer]
    probes: list[ProbeAnswer]
    incident: str | None
