"""A tenant's Supabase project: how it is named, where its database is, what it costs."""

from dataclasses import dataclass
from typing import NewType

from provisioning.domain.secret import Sealed

ProjectRef = NewType("ProjectRef", str)
"""The project's 20-letter id."""

LONGEST_NAME = 256
PROJECT_PREFIX = "TaskifAI - "


def project_name(company: str, nonce: str) -> str:
    """Name a project so that this run, and only this run, can find it again.

    Supabase does not keep names unique, and creating has no idempotency key: the nonce is what tells
    our project from any other of the same company. The company's part is cut, never the nonce.
    """
    tail = f" ({nonce})"
    return f"{PROJECT_PREFIX}{company}"[: LONGEST_NAME - len(tail)] + tail


@dataclass(frozen=True)
class DatabaseAddress:
    """Where the tenant database answers: Supabase's session pooler."""

    host: str
    port: int
    user: str
    database: str


@dataclass(frozen=True)
class Project:
    """A project that is up, with all that later steps need to reach it."""

    ref: ProjectRef
    name: str
    region: str
    url: str
    address: DatabaseAddress
    password: Sealed
    anon_key: Sealed
    service_key: Sealed
