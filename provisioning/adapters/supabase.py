"""Supabase's projects: made, watched and deleted through its Management API.

Creating has no idempotency key and names are not unique, so a POST is sent exactly once per call; whoever
gets Unclear looks for the project by name before asking again.
"""

import re
from collections.abc import Awaitable, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from provisioning.adapters import supabase_replies as replies
from provisioning.adapters.supabase_access import choose_keys, secret_key, session_address
from provisioning.adapters.supabase_api import SupabaseApi
from provisioning.adapters.supabase_refusals import LacksPermission
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.request import REGION_GROUPS
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from provisioning.ports import ApiKeys, Clock, FoundProject, Organization, SecretKey, ServiceHealth

PAGE: Final = 100
AWAITED_SERVICES: Final = "auth,db,db_postgres_user,pooler,rest,storage"  # tenants use no realtime

_KEYS = "/api-keys"
_WRITE_KEYS = "api_gateway_keys_write"
_POOLER = "/config/database/pooler"
_LEAVING = frozenset({"GOING_DOWN", "REMOVED"})


class SupabaseProjects:
    """The projects of one organization."""

    def __init__(self, client: httpx.AsyncClient, *, organization: str, clock: Clock) -> None:
        self._api = SupabaseApi(client, organization=organization, clock=clock)
        self._slug = organization
        self._path = f"/v1/organizations/{quote(organization, safe='')}"

    async def organization(self) -> Organization:
        response = await self._api.ask_organization("GET", self._path, needs="organization_admin_read")
        reply = replies.read(replies.ORGANIZATION, response)
        return Organization(slug=self._slug, name=reply.name, plan=reply.plan)

    async def regions(self) -> Sequence[str]:
        path, params = "/v1/projects/available-regions", {"organization_slug": self._slug}
        response = await self._api.ask_organization("GET", path, needs="organizations_read", params=params)
        known = replies.read(replies.REGIONS, response).all
        return [region.code for region in (*known.smartGroup, *known.specific)]

    async def check_token(self) -> None:
        """Ask what a run asks without changing anything; name all missing permissions at once.

        Whether the token may create and delete can't be asked without doing it.
        """
        lacking: list[str] = []

        async def attempt(question: Awaitable[Any]) -> Any:
            try:
                return await question
            except LacksPermission as fault:
                lacking.extend(fault.permissions)

        await attempt(self.organization())
        page = await attempt(self._page({"statuses": "ACTIVE_HEALTHY", "limit": 1}))
        for project in page.projects if page else ():
            ref = ProjectRef(project.ref)
            await attempt(self.status(ref))
            await attempt(self._api.ask_project("GET", ref, _KEYS, needs="api_gateway_keys_read"))
            await attempt(self._api.ask_project("GET", ref, _POOLER, needs="database_pooling_config_read"))
        if lacking:
            raise LacksPermission(lacking, self._slug)

    async def find_by_name(self, name: str) -> Sequence[FoundProject]:
        return [project for project in await self._search(name) if project.name == name]

    async def find_named_like(self, text: str) -> Sequence[FoundProject]:
        return [project for project in await self._search(text) if text.casefold() in project.name.casefold()]

    async def create(self, name: str, *, password: Secret, region: str) -> ProjectRef:
        body = {
            "name": name,
            "organization_slug": self._slug,
            "db_pass": password.reveal(),
            "region_selection": {
                "type": "smartGroup" if region in REGION_GROUPS else "specific",
                "code": region,
            },
        }
        response = await self._api.ask_organization(
            "POST", "/v1/projects", needs="organization_projects_create", json=body, hide=[password]
        )
        return ProjectRef(replies.read(replies.PROJECT, response).ref)

    async def status(self, ref: ProjectRef) -> FoundProject | None:
        response = await self._api.ask_project("GET", ref, needs="project_admin_read")
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return replies.read(replies.PROJECT, response).found()

    async def health(self, ref: ProjectRef) -> Sequence[ServiceHealth]:
        response = await self._api.ask_project(
            "GET", ref, "/health", needs="project_admin_read", params={"services": AWAITED_SERVICES}
        )
        services = replies.read(replies.HEALTH, _known(response, ref))
        return [ServiceHealth(name=each.name, status=each.status, error=each.error) for each in services]

    async def keys(self, ref: ProjectRef) -> ApiKeys:
        return choose_keys(await self._list_keys(ref), ref)

    async def secret_keys(self, ref: ProjectRef) -> Sequence[SecretKey]:
        return [secret_key(key) for key in await self._list_keys(ref) if key.type == "secret"]

    async def create_secret_key(self, ref: ProjectRef, *, name: str) -> SecretKey:
        response = await self._api.ask_project(
            "POST",
            ref,
            _KEYS,
            needs=_WRITE_KEYS,
            params={"reveal": "true"},
            json={"type": "secret", "name": name, "secret_jwt_template": {"role": "service_role"}},
        )
        return secret_key(replies.read(replies.KEY, _known(response, ref)))

    async def delete_key(self, ref: ProjectRef, key_id: str) -> None:
        path = f"{_KEYS}/{quote(key_id, safe='')}"
        await self._api.ask_project("DELETE", ref, path, needs=_WRITE_KEYS, params={"reason": "rotating_key"})

    async def set_password(self, ref: ProjectRef, password: Secret) -> None:
        response = await self._api.ask_project(
            "PATCH",
            ref,
            "/database/password",
            needs="database_config_write",
            json={"password": password.reveal()},
            may_repeat=True,
            hide=[password],
        )
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise Permanent(
                f"Supabase offers no change of the password of project {ref} (HTTP 404).",
                code="refused_by_supabase",
            )

    async def restore(self, ref: ProjectRef) -> None:
        response = await self._api.ask_project("POST", ref, "/restore", needs="project_admin_write")
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise Permanent(f"Supabase knows no project {ref} to restore.", code="project_gone")

    async def address(self, ref: ProjectRef) -> DatabaseAddress:
        response = await self._api.ask_project("GET", ref, _POOLER, needs="database_pooling_config_read")
        poolers = replies.read(replies.POOLERS, _known(response, ref))
        return session_address(poolers, ref, guarded=self._api.is_encrypted)

    async def delete(self, ref: ProjectRef) -> None:
        await self._api.ask_project("DELETE", ref, needs="project_admin_write")

    def url(self, ref: ProjectRef) -> str:
        return f"https://{ref}.supabase.co"

    async def _list_keys(self, ref: ProjectRef) -> Sequence[replies.KeyReply]:
        response = await self._api.ask_project(
            "GET", ref, _KEYS, needs="api_gateway_keys_read", params={"reveal": "true"}
        )
        return replies.read(replies.KEYS, _known(response, ref))

    async def _search(self, text: str) -> list[FoundProject]:
        """List projects whose name may match, oldest first, without branches and those on their way out."""
        found: dict[str, replies.ListedProject] = {}
        offset, count = 0, 1
        while offset < count:
            page = await self._page({"search": _plainest_word(text), "limit": PAGE, "offset": offset})
            found.update((project.ref, project) for project in page.projects)
            offset += len(page.projects)
            count = page.pagination.count if page.projects else 0
        kept = (each for each in found.values() if not each.is_branch and each.status not in _LEAVING)
        return [project.found() for project in sorted(kept, key=lambda project: project.made_at)]

    async def _page(self, params: dict[str, Any]) -> replies.ProjectPage:
        given = {name: value for name, value in params.items() if value != ""}
        response = await self._api.ask_organization(
            "GET",
            f"{self._path}/projects",
            needs="organization_projects_read",
            params={"sort": "created_asc", **given},
        )
        return replies.read(replies.PROJECT_PAGE, response)


def _known(response: httpx.Response, ref: ProjectRef) -> httpx.Response:
    """Refuse a 404: parts of Supabase hear of a new project later than others."""
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise Transient(f"Supabase does not know all of the project {ref} yet.", code="not_ready")
    return response


def _plainest_word(text: str) -> str:
    """Pick what to search for: the longest word, so that no sign in a name changes what is found."""
    return max(re.findall(r"[A-Za-z0-9]+", text), key=len, default="")
