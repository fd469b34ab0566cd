"""The audit log, and its proof."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict

from provisioning.api.answers.base import Answer


class AuditEntryAnswer(Answer):
    seq: int
    at: datetime
    surface: str
    actor_id: str
    actor_name: str
    team: str | None
    action: str
    subdomain: str | None
    run_id: str | None
    request_hash: str | None
    result: str
    reason: str | None
    details: Any
    key_id: str
    previous_hash: str
    hash: str


class AuditAnswer(Answer):
    entries: list[AuditEntryAnswer]
    total: int
    next: int | None


class AuditBreakAnswer(Answer):
    model_config = ConfigDict(extra="allow")

    kind: str
    message: str


class AuditHeadAnswer(Answer):
    seq: int
    hash: str
    at: datetime
    key_id: str


class AuditProofAnswer(Answer):
    ok: bool
    rows: int
    breaks: list[AuditBreakAnswer]
    head: AuditHeadAnswer | None
    advice: str | None
