"""The TaskifAI application at a tenant's own URL.

Every status is an answer for the step to judge, a failing server's too; only silence is an error.
"""

from datetime import UTC, datetime
from ssl import cert_time_to_seconds
from typing import Any, Final
from urllib.parse import quote

import httpx

from provisioning.adapters.http import send
from provisioning.adapters.http_answer import json_of, without
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient
from provisioning.ports import Answer

LONGEST_TEXT: Final = 2000
TENANT_HEADER: Final = "X-Tenant-ID"

_BATCHES = "/api/uploads/batches"


class TaskifaiApp:
    """Asks as a customer's browser would, but keeps no cookie and takes a redirect only when reading."""

    def __init__(self, client: httpx.AsyncClient, *, url_template: str) -> None:
        self._client = client
        self._url_template = url_template.rstrip("/")

    def url(self, subdomain: str) -> str:
        return self._url_template.replace("{subdomain}", subdomain)

    async def certificate_expiry(self, subdomain: str) -> datetime | None:
        response = await send(
            self._client, "HEAD", f"{self.url(subdomain)}/",
            service="TaskifAI", check="the DNS and TASKIFAI_URL_TEMPLATE",
        )  # fmt: skip
        certificate = response.extensions["network_stream"].get_extra_info("ssl_object")
        if certificate is None:
            return None
        return datetime.fromtimestamp(cert_time_to_seconds(certificate.getpeercert()["notAfter"]), UTC)

    async def frontend(self, subdomain: str) -> Answer:
        return await self._ask("GET", subdomain, "/")

    async def health(self, subdomain: str) -> Answer:
        return await self._ask("GET", subdomain, "/api/health")

    async def register(self, subdomain: str, *, email: str, password: Secret, full_name: str) -> Answer:
        body = {"email": email, "password": password.reveal(), "full_name": full_name, "role": "admin"}
        return await self._ask(
            "POST", subdomain, "/api/auth/register", hide=password, may_repeat=False, json=body
        )

    async def login(self, subdomain: str, *, email: str, password: Secret) -> Answer:
        body = {"email": email, "password": password.reveal()}
        return await self._ask("POST", subdomain, "/api/auth/login", hide=password, json=body)

    async def batches(self, subdomain: str, token: Secret) -> Answer:
        return await self._ask("GET", subdomain, _BATCHES, token=token)

    async def upload(self, subdomain: str, token: Secret, *, filename: str, content: bytes) -> Answer:
        return await self._ask(
            "POST", subdomain, "/api/uploads", token=token, may_repeat=False,
            files={"file": (filename, content)}, data={"mode": "append"},
        )  # fmt: skip

    async def batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer:
        return await self._ask("GET", subdomain, f"{_BATCHES}/{quote(batch_id, safe='')}", token=token)

    async def delete_batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer:
        return await self._ask("DELETE", subdomain, f"{_BATCHES}/{quote(batch_id, safe='')}", token=token)

    async def _ask(
        self,
        method: str,
        subdomain: str,
        path: str,
        *,
        token: Secret | None = None,
        hide: Secret | None = None,
        may_repeat: bool = True,
        **kwargs: Any,
    ) -> Answer:
        headers = {"authorization": f"Bearer {token.reveal()}"} if token else {}
        try:
            response = await send(
                self._client, method, f"{self.url(subdomain)}{path}",
                service="TaskifAI", check="the DNS and TASKIFAI_URL_TEMPLATE",
                may_repeat=may_repeat, follow_redirects=method == "GET", headers=headers, **kwargs,
            )  # fmt: skip
        except Permanent as fault:
            if fault.code != "tls":
                raise
            # A new name is served before its certificate is issued: this passes, and nothing was sent.
            raise Transient(
                f"{fault.message} A new name's certificate takes some minutes.", code="tls"
            ) from fault
        return _answer(response, *(secret.reveal() for secret in (token, hide) if secret))


def _answer(response: httpx.Response, *sent: str) -> Answer:
    data = json_of(response)
    fields = data if isinstance(data, dict) else {}
    tenant_id, source = _tenant_id(fields, response.headers)
    given = str(fields.get("access_token", ""))
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("content-type", ""),
        tenant_id=tenant_id,
        data=data,
        text=without(response.text, given, *sent)[:LONGEST_TEXT],
        tenant_id_from=source,
    )


def _tenant_id(fields: dict[str, Any], headers: httpx.Headers) -> tuple[str | None, str | None]:
    """Read the tenant's id and where it was found: the body, or the header that every handled request has."""
    if fields.get("tenant_id"):
        return str(fields["tenant_id"]), "the body"
    if header := headers.get(TENANT_HEADER):
        return header, f"the header {TENANT_HEADER}"
    return None, None
