"""The platform's registry of tenants, by its admin API, in either of its two shapes.

`guide` is the API as the provisioning guide has it (14.3 step 4): flat keys, `/admin/tenants`. `platform` is
the API that runs: keys nested, `/api/admin/tenants/` with the slash, as its redirect would leave https.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from provisioning.adapters.http import call
from provisioning.adapters.http_answer import json_of, said
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Refused, Transient, Unclear
from provisioning.ports import PublishedTenant, TenantCredentials

SERVICE: Final = "The platform's admin API"
PAGE: Final = 100

# The platform answers 500 also to a token that it refuses and to a host that it does not know.
_CHECK = "PLATFORM_ADMIN_URL, PLATFORM_ADMIN_TOKEN and the platform's log"
_ROOTS = {"guide": "/admin/tenants", "platform": "/api/admin/tenants"}
_NO_ACCESS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_MAY_BE_TAKEN = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT})
_NO_SUCH_CALL = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED})


class _TenantReply(BaseModel):
    model_config = ConfigDict(frozen=True)

    tenant_id: str
    subdomain: str
    is_active: bool
    database_url: str | None = None
    access_url: str | None = None

    def published(self) -> PublishedTenant:
        return PublishedTenant(**self.model_dump())


class _TenantPage(BaseModel):
    tenants: tuple[_TenantReply, ...]


_TENANT: Final = TypeAdapter(_TenantReply)
_TENANTS: Final = TypeAdapter[_TenantPage | tuple[_TenantReply, ...]](_TenantPage | tuple[_TenantReply, ...])


class PlatformAdminApi:
    """Implements the port Platform."""

    def __init__(self, client: httpx.AsyncClient, *, body: Literal["guide", "platform"]) -> None:
        self._client = client
        self._body = body
        self._root = _ROOTS[body]
        self._collection = f"{self._root}/" if body == "platform" else self._root

    @property
    def publishes(self) -> bool:
        return True

    async def check_access(self) -> None:
        await self._page(offset=0, limit=1)

    async def find(self, subdomain: str) -> PublishedTenant | None:
        async for tenant in self._tenants():
            if tenant.subdomain == subdomain:
                return tenant
        return None

    async def publish(self, tenant: TenantCredentials) -> PublishedTenant:
        keys = [tenant.anon_key, tenant.service_key]
        response = await self._ask("POST", self._collection, json=self._registration(tenant), hide=keys)
        if response.status_code in _MAY_BE_TAKEN and await self._is_taken(tenant.subdomain, response):
            raise Refused(
                f"The platform already has a tenant {tenant.subdomain}.", code="taken", field="subdomain"
            )
        if response.status_code not in {HTTPStatus.CREATED, HTTPStatus.OK}:
            raise self._refusal(response, hide=keys)
        try:
            return _TENANT.validate_json(response.content).published()
        except ValidationError:
            raise Unclear(
                f"The platform took the tenant {tenant.subdomain}, but its answer can't be read."
            ) from None

    async def withdraw(self, tenant_id: str) -> str:
        """Delete the tenant there, or at least switch it off where the platform deletes nothing."""
        path = f"{self._root}/{quote(tenant_id, safe='')}"
        response = await self._ask("DELETE", path)
        if response.is_success:
            return "the platform deleted the tenant; nothing stays behind"
        if response.status_code not in _NO_SUCH_CALL:
            raise self._refusal(response)
        if not await self._is_listed(tenant_id):
            return "the platform had no such tenant any more; nothing stays behind"
        await self.set_active(tenant_id, active=False)
        return f"the platform made tenant {tenant_id} inactive; its row stays, as the admin API deletes none"

    async def other_active(self, subdomain: str) -> str | None:
        async for tenant in self._tenants():
            if tenant.is_active and tenant.subdomain != subdomain:
                return tenant.subdomain
        return None

    async def every(self) -> Sequence[PublishedTenant]:
        return [tenant async for tenant in self._tenants()]

    async def repoint(self, tenant_id: str, tenant: TenantCredentials) -> None:
        path = f"{self._root}/{quote(tenant_id, safe='')}"
        hide = [tenant.anon_key, tenant.service_key]
        change = {
            "company_name": tenant.company_name,
            "database_url": tenant.database_url,
            **self._keys(tenant),
            "is_active": True,
        }
        response = await self._ask("PATCH", path, json=change, hide=hide)
        if not response.is_success:
            raise self._refusal(response, hide=hide)

    async def set_active(self, tenant_id: str, *, active: bool) -> None:
        path = f"{self._root}/{quote(tenant_id, safe='')}"
        response = await self._ask("PATCH", path, json={"is_active": active})
        if response.status_code in _NO_SUCH_CALL:  # the guide's own way (14.7)
            response = await self._ask("PATCH", f"{path}/{'activate' if active else 'suspend'}")
        if not response.is_success:
            raise self._refusal(response)

    async def update_credentials(self, tenant_id: str, tenant: TenantCredentials) -> bool:
        """The URL goes with the keys: keys alone are no change to the platform."""
        path, keys = f"{self._root}/{quote(tenant_id, safe='')}", [tenant.anon_key, tenant.service_key]
        body = {"database_url": tenant.database_url, **self._keys(tenant)}
        response = await self._ask("PATCH", path, json=body, may_repeat=True, hide=keys)
        if response.status_code in _NO_SUCH_CALL and await self._is_listed(tenant_id):
            return False
        if not response.is_success:
            raise self._refusal(response, hide=keys)
        return True

    def _keys(self, tenant: TenantCredentials) -> dict[str, Any]:
        anon, service = tenant.anon_key.reveal(), tenant.service_key.reveal()
        if self._body == "guide":
            return {"database_anon_key": anon, "database_service_key": service}
        return {"database_credentials": {"anon_key": anon, "service_key": service}}

    def _registration(self, tenant: TenantCredentials) -> dict[str, Any]:
        return {
            "company_name": tenant.company_name,
            "subdomain": tenant.subdomain,
            "database_url": tenant.database_url,
            **self._keys(tenant),
            "admin_email": tenant.admin_email,
            "admin_name": tenant.admin_name,
        }

    async def _is_taken(self, subdomain: str, response: httpx.Response) -> bool:
        """Tell a duplicate from a body that is wrong: the platform answers 400 to both."""
        return response.status_code == HTTPStatus.CONFLICT or await self.find(subdomain) is not None

    async def _is_listed(self, tenant_id: str) -> bool:
        return any([tenant.tenant_id == tenant_id async for tenant in self._tenants()])

    async def _tenants(self) -> AsyncIterator[PublishedTenant]:
        """List all tenants, page by page; a server that does not page repeats itself, which ends the list."""
        seen: set[str] = set()
        while True:
            page = await self._page(offset=len(seen), limit=PAGE)
            new = [reply for reply in page if reply.tenant_id not in seen]
            for reply in new:
                yield reply.published()
            seen.update(reply.tenant_id for reply in new)
            if not new:
                return

    async def _page(self, *, offset: int, limit: int) -> tuple[_TenantReply, ...]:
        response = await self._ask("GET", self._collection, params={"limit": limit, "offset": offset})
        if not response.is_success:
            raise self._refusal(response)
        try:
            reply = _TENANTS.validate_json(response.content)
        except ValidationError:
            raise self._unreadable(response) from None
        return reply.tenants if isinstance(reply, _TenantPage) else reply

    async def _ask(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        response = await call(self._client, method, path, service=SERVICE, check=_CHECK, **kwargs)
        if response.status_code in _NO_ACCESS:
            raise Permanent(
                f"The platform refuses PLATFORM_ADMIN_TOKEN (HTTP {response.status_code}): it has expired, "
                "or is not a super admin's; get a new one from the platform.",
                code="token",
            )
        return response

    def _refusal(self, response: httpx.Response, *, hide: Collection[Secret] = ()) -> Permanent:
        status, words = response.status_code, said(response, hide=hide) or "no reason given"
        asked = f"{response.request.method} {response.request.url.path}"
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            advice = f"it may expect another body than {self._body}; check PLATFORM_ADMIN_BODY"
        else:
            advice = "check PLATFORM_ADMIN_URL and PLATFORM_ADMIN_BODY"
        return Permanent(
            f"The platform refused {asked} (HTTP {status}: {words}); {advice}.", code="refused_by_platform"
        )

    def _unreadable(self, response: httpx.Response) -> Permanent | Transient:
        if json_of(response) is None:
            return Transient(f"{SERVICE} answered something else than JSON; check PLATFORM_ADMIN_URL.")
        return Permanent(
            f"{SERVICE} lists its tenants in a way that can't be read; check PLATFORM_ADMIN_URL and "
            "PLATFORM_ADMIN_BODY.",
            code="unexpected_answer",
        )
