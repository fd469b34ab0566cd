"""Supabase's refusals, each as one sentence that says what a person must change."""

import re
from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import Final

import httpx

from provisioning.adapters.http_answer import json_of, said
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent

PROJECT_PAUSED: Final = 540  # Supabase's own status

_QUOTA = re.compile(r"maximum limits?\b|project limit|number of active free projects", re.IGNORECASE)


class LacksPermission(Permanent):
    """The token is known, but may not do this."""

    code = "token"

    def __init__(self, permissions: Sequence[str], organization: str) -> None:
        names = ", ".join(dict.fromkeys(permissions))
        super().__init__(
            f"SUPABASE_ACCESS_TOKEN lacks the permission {names}; make a token that has it "
            f"for all projects of the organization {organization}, not for selected ones."
        )
        self.permissions = tuple(permissions)


def refusal(
    response: httpx.Response, *, organization: str, needs: str, hide: Collection[Secret] = ()
) -> Permanent:
    """Judge an answer that is no success. `needs` is the permission that the call takes."""
    status, words = response.status_code, said(response, hide=hide)
    if status == HTTPStatus.UNAUTHORIZED:
        return Permanent(
            "Supabase does not accept SUPABASE_ACCESS_TOKEN: the token has expired or is wrong; "
            "make a new one in the dashboard under Account, Access Tokens.",
            code="token",
        )
    if _QUOTA.search(words):
        return Permanent(
            f"Supabase allows no further project in the organization {organization}: {words}", code="quota"
        )
    if status == HTTPStatus.FORBIDDEN:
        return LacksPermission(missing_permissions(response) or [needs], organization)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return Permanent(
            f"Supabase holds the organization {organization} back over its quota or its bill; "
            f"see its billing page. It says: {words or 'HTTP 402'}",
            code="payment_required",
        )
    if status == PROJECT_PAUSED:
        return Permanent("The Supabase project is paused; restore it in the dashboard.", code="paused")
    return Permanent(
        f"Supabase refused (HTTP {status}): {words or 'no reason given'}", code="refused_by_supabase"
    )


def unknown_organization(organization: str, visible: Sequence[str] | None) -> Permanent:
    """Name the organization that is not there, and those that are (None: the token may not list them)."""
    seen = (
        "may not list organizations" if visible is None else f"sees {', '.join(visible) or 'no organization'}"
    )
    return Permanent(
        f"Supabase knows no organization {organization}; correct SUPABASE_ORGANIZATION: the token {seen}.",
        code="unknown_organization",
    )


def missing_permissions(response: httpx.Response) -> list[str]:
    """Read which permissions a refusal misses; empty when it does not say."""
    data = json_of(response)
    names = data.get("missing_permissions") if isinstance(data, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
