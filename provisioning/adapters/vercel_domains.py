"""A domain in the hosting project at Vercel: is it there, by itself or through a wildcard, verified and configured?"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from provisioning.adapters.http import call
from provisioning.adapters.http_answer import json_of, said
from provisioning.errors import Permanent
from provisioning.probes import HostedDomain

API: Final = "https://api.vercel.com"
_NO_ACCESS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class VercelDomains:
    """Implements the port Hosting. `team` is the team's id, where the project is a team's."""

    def __init__(self, client: httpx.AsyncClient, *, project: str, team: str | None) -> None:
        self._client = client
        self._project = project
        self._team = {"teamId": team} if team else {}

    async def domain(self, name: str) -> HostedDomain | None:
        wildcard = f"*.{name.partition('.')[2]}"
        for candidate in (name, wildcard):
            if (found := await self._project_domain(candidate)) is not None:
                return HostedDomain(candidate, await self._problem(candidate, found))
        return None

    async def _project_domain(self, name: str) -> Mapping[str, Any] | None:
        path = f"/v9/projects/{quote(self._project, safe='')}/domains/{quote(name, safe='*.')}"
        response = await self._ask(path)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return None
        return _read(response)

    async def _problem(self, name: str, domain: Mapping[str, Any]) -> str | None:
        if not domain.get("verified"):
            challenges = domain.get("verification") or [{}]
            asked = " ".join(str(challenges[0].get(part, "")) for part in ("type", "domain", "value")).strip()
            return f"it is not verified; it asks for {asked}" if asked else "it is not verified"
        config = _read(
            await self._ask(f"/v6/domains/{quote(name, safe='*.')}/config", projectIdOrName=self._project)
        )
        return "its DNS is misconfigured, it says" if config.get("misconfigured") else None

    async def _ask(self, path: str, **params: str) -> httpx.Response:
        response = await call(
            self._client, "GET", path, service="Vercel", check="VERCEL_TOKEN", params={**self._team, **params}
        )
        if response.status_code in _NO_ACCESS:
            raise Permanent(
                f"Vercel does not accept VERCEL_TOKEN for this project (HTTP {response.status_code}); "
                "check it, VERCEL_PROJECT_ID and VERCEL_TEAM_ID.",
                code="token",
            )
        return response


def _read(response: httpx.Response) -> Mapping[str, Any]:
    data = json_of(response)
    if not response.is_success or not isinstance(data, dict):
        words = said(response) or "no reason given"
        raise Permanent(f"Vercel refused (HTTP {response.status_code}): {words}", code="refused_by_vercel")
    return data
