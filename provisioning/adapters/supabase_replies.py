"""The Management API's replies, as far as we read them. Enums are open texts: a new word must not stop us."""

from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from provisioning.adapters.http_answer import json_of
from provisioning.domain.project import ProjectRef
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from provisioning.ports import FoundProject

T = TypeVar("T")


class _Reply(BaseModel):
    model_config = ConfigDict(frozen=True)


class OrganizationReply(_Reply):
    name: str
    plan: str = "unknown"


class VisibleOrganization(_Reply):
    slug: str


class ProjectReply(_Reply):
    ref: str
    name: str
    region: str
    status: str

    def found(self) -> FoundProject:
        return FoundProject(ref=ProjectRef(self.ref), name=self.name, region=self.region, status=self.status)


class ListedProject(ProjectReply):
    inserted_at: datetime
    is_branch: bool = False

    @property
    def made_at(self) -> datetime:
        """The moment to sort by: a time without a zone is UTC."""
        return self.inserted_at if self.inserted_at.tzinfo else self.inserted_at.replace(tzinfo=UTC)


class Pagination(_Reply):
    count: int


class ProjectPage(_Reply):
    projects: tuple[ListedProject, ...]
    pagination: Pagination


class RegionReply(_Reply):
    code: str


class RegionLists(_Reply):
    smartGroup: tuple[RegionReply, ...]  # noqa: N815 - the API's spelling
    specific: tuple[RegionReply, ...]


class RegionsReply(_Reply):
    all: RegionLists


class HealthReply(_Reply):
    name: str
    status: str
    error: str | None = None


class KeyReply(_Reply):
    id: str | None = None
    name: str
    type: str | None = None
    api_key: str | None = Field(default=None, repr=False)


class PoolerReply(_Reply):
    database_type: str
    pool_mode: str
    db_host: str
    db_port: int
    db_user: str
    db_name: str


ORGANIZATION: Final = TypeAdapter(OrganizationReply)
ORGANIZATIONS: Final = TypeAdapter(tuple[VisibleOrganization, ...])
PROJECT: Final = TypeAdapter(ProjectReply)
PROJECT_PAGE: Final = TypeAdapter(ProjectPage)
REGIONS: Final = TypeAdapter(RegionsReply)
HEALTH: Final = TypeAdapter(tuple[HealthReply, ...])
KEY: Final = TypeAdapter(KeyReply)
KEYS: Final = TypeAdapter(tuple[KeyReply, ...])
POOLERS: Final = TypeAdapter(tuple[PoolerReply, ...])


def read(shape: TypeAdapter[T], response: httpx.Response) -> T:
    """Read a successful answer. One that can't be read is lost, unless it is JSON of another shape."""
    try:
        return shape.validate_json(response.content)
    except ValidationError as fault:
        # The library's error quotes the values it read, keys among them, so only the field's name goes on.
        raise _unreadable(response, fault.errors(include_input=False, include_url=False)[0]) from None


def _unreadable(response: httpx.Response, fault: Any) -> TenantbotError:
    field = ".".join(str(part) for part in fault["loc"]) or "its form"
    asked = f"{response.request.method} {response.request.url.path}"
    message = f"Supabase answered {asked} in a way that can't be read ({field}: {fault['msg']})"
    if response.request.method != "GET":
        return Unclear(f"{message}; it may have been carried out.")
    if json_of(response) is None:
        return Transient(f"{message}; check SUPABASE_API_URL.")
    return Permanent(f"{message}; its API has changed.", code="unexpected_answer")
