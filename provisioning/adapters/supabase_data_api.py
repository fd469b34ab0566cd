"""A project's Data API (PostgREST behind Supabase's gateway): what it says to a key.

The gateway refuses a key it does not know; whatever PostgREST itself says, with a code of its own, came past it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx

from provisioning.adapters.http import send
from provisioning.adapters.http_answer import json_of, said
from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Secret
from provisioning.probes import DataAnswer

_BAD_TOKEN: Final = "PGRST301"  # noqa: S105 - an error code
_NO_ACCESS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


class SupabaseDataApi:
    """Implements the port DataApi. `url_template` holds `{ref}`."""

    def __init__(self, client: httpx.AsyncClient, *, url_template: str) -> None:
        self._client = client
        self._url_template = url_template.rstrip("/")

    async def read(self, ref: ProjectRef, table: str, key: Secret) -> DataAnswer:
        """Only the header `apikey`: the newer keys are no bearer tokens (Supabase, API keys)."""
        response = await send(
            self._client,
            "GET",
            f"{self._url_template.replace('{ref}', ref)}/rest/v1/{table}",
            service="The Data API",
            check="SUPABASE_DATA_API_URL and the network",
            params={"select": "*", "limit": "1"},
            headers={"apikey": key.reveal()},
        )
        data = json_of(response)
        rows = len(data) if response.is_success and isinstance(data, list) else 0
        words = "" if response.is_success else said(response, hide=[key])
        return DataAnswer(response.status_code, _accepted(response, data), rows, words)


def _accepted(response: httpx.Response, data: Any) -> bool | None:
    code = data.get("code") if isinstance(data, Mapping) else None
    if response.is_success:
        return True
    if code == _BAD_TOKEN:
        return False
    if isinstance(code, str) and code:
        return True
    return False if response.status_code in _NO_ACCESS else None
