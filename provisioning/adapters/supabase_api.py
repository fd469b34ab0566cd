"""Asks the Management API for one organization: rate limits are kept, refusals become errors."""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from provisioning.adapters import supabase_replies as replies
from provisioning.adapters.http import call
from provisioning.adapters.rate_limits import RateLimits
from provisioning.adapters.supabase_refusals import (
    PROJECT_PAUSED,
    missing_permissions,
    refusal,
    unknown_organization,
)
from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Secret
from provisioning.errors import Transient
from provisioning.ports import Clock

SERVICE: Final = "Supabase"

_NO_ACCESS = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class SupabaseApi:
    """Every question names in `needs` the permission it takes, should the token lack it."""

    def __init__(self, client: httpx.AsyncClient, *, organization: str, clock: Clock) -> None:
        self._client = client
        self._organization = organization
        self._limits = RateLimits(clock)

    @property
    def is_encrypted(self) -> bool:
        return self._client.base_url.scheme == "https"

    async def ask_organization(
        self, method: str, path: str, *, needs: str, hide: Collection[Secret] = (), **kwargs: Any
    ) -> httpx.Response:
        """Ask about the organization, or for it; only success returns."""
        response = await self._ask(
            method, path, scope=f"organization {self._organization}", hide=hide, **kwargs
        )
        if response.status_code in _NO_ACCESS and not missing_permissions(response):
            await self._check_organization_is_visible(response)
        if not response.is_success:
            raise refusal(response, organization=self._organization, needs=needs, hide=hide)
        return response

    async def ask_project(
        self,
        method: str,
        ref: ProjectRef,
        path: str = "",
        *,
        needs: str,
        hide: Collection[Secret] = (),
        **kwargs: Any,
    ) -> httpx.Response:
        """Ask about one project. Returns a 404 as it is: what it means depends on the question."""
        path = f"/v1/projects/{quote(ref, safe='')}{path}"
        response = await self._ask(method, path, scope=f"project {ref}", hide=hide, **kwargs)
        if not response.is_success and response.status_code != HTTPStatus.NOT_FOUND:
            raise refusal(response, organization=self._organization, needs=needs, hide=hide)
        return response

    async def _ask(self, method: str, path: str, *, scope: str, **kwargs: Any) -> httpx.Response:
        await self._limits.wait(scope, service=SERVICE)
        try:
            response = await call(
                self._client, method, path,
                service=SERVICE, check="SUPABASE_API_URL and the network", keep={PROJECT_PAUSED}, **kwargs,
            )  # fmt: skip
        except Transient as fault:
            self._limits.hold(scope, fault.retry_after)
            raise
        self._limits.note(scope, response)
        return response

    async def _check_organization_is_visible(self, refused: httpx.Response) -> None:
        """Raise Permanent when the answer was refused because the organization is not the token's."""
        response = await self._ask("GET", "/v1/organizations", scope="organizations")
        visible = None
        if response.is_success:
            visible = [each.slug for each in replies.read(replies.ORGANIZATIONS, response)]
        if visible is None and refused.status_code == HTTPStatus.FORBIDDEN:
            return
        if visible is None or self._organization not in visible:
            raise unknown_organization(self._organization, visible)
