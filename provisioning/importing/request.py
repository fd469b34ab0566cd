"""A request to import a hand-made tenant: the fields of the guide's step 4, parsed once, the secrets kept apart."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

from provisioning.domain.project import ProjectRef
from provisioning.domain.request import ProvisionRequest, RequestDefaults, parse_provision_request
from provisioning.domain.secret import Secret
from provisioning.errors import FieldError, InvalidRequest

_ALIASES: Final = {
    "company": "company_name",
    "email": "admin_email",
    "name": "admin_name",
    "anon_key": "database_anon_key",
    "service_key": "database_service_key",
}
"""The guide's own names of some fields; both are understood."""

_REF: Final = re.compile(r"[a-z0-9]{20}")
_HOSTS: Final = re.compile(r"(?:db\.)?(?P<ref>[a-z0-9]{20})\.supabase\.(?:co|com|in)")
_USER: Final = re.compile(r"postgres\.(?P<ref>[a-z0-9]{20})")


@dataclass(frozen=True)
class ImportRequest:
    """What was asked for. Holds no secret, so it may be stored and shown as it is."""

    tenant: ProvisionRequest
    project_ref: ProjectRef
    apply_schema: bool
    publish: bool = False
    """Register it at the platform too, where it is not there yet."""

    def to_json(self) -> dict[str, Any]:
        own = {"project_ref": self.project_ref, "apply_schema": self.apply_schema, "publish": self.publish}
        return self.tenant.to_json() | own

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        rest = dict(data)
        ref, apply_schema = ProjectRef(rest.pop("project_ref")), bool(rest.pop("apply_schema"))
        publish = bool(rest.pop("publish", False))
        return cls(ProvisionRequest.from_json(rest), ref, apply_schema, publish)


@dataclass(frozen=True)
class ImportSecrets:
    """What opens the tenant. Keys that are not given are asked of Supabase; the guide's step 4 sends no password."""

    password: Secret | None
    anon_key: Secret | None
    service_key: Secret | None


def parse_import_request(
    raw: Mapping[str, Any], defaults: RequestDefaults
) -> tuple[ImportRequest, ImportSecrets]:
    """Raises InvalidRequest with one message for each wrong field; none of them quotes a secret."""
    given = {name: raw.get(name) or raw.get(alias) for name, alias in _ALIASES.items()}
    faults: list[FieldError] = []
    tenant = ProvisionRequest("", "", "", "", "", ())
    try:
        tenant = parse_provision_request({**given, "subdomain": raw.get("subdomain")}, defaults)
    except InvalidRequest as fault:
        faults.extend(fault.errors)

    def field(name: str, parse: Callable[[], str]) -> str:
        try:
            return parse()
        except ValueError as fault:
            faults.append(FieldError(name, str(fault)))
            return ""

    url = str(raw.get("database_url") or "")
    ref = field("project_ref", lambda: _ref(str(raw.get("project_ref") or ""), url))
    service = given["service_key"] or raw.get("database_key")
    has_keys = bool(given["anon_key"] and service)
    password = field(
        "database_password",
        lambda: _password(str(raw.get("database_password") or ""), url, may_come_later=has_keys),
    )
    if faults:
        raise InvalidRequest(faults)
    return (
        ImportRequest(
            tenant, ProjectRef(ref), bool(raw.get("apply_schema")), publish=bool(raw.get("publish"))
        ),
        ImportSecrets(
            password=Secret(password) if password else None,
            anon_key=Secret(str(given["anon_key"])) if given["anon_key"] else None,
            service_key=Secret(str(service)) if service else None,
        ),
    )


def _ref(ref: str, url: str) -> str:
    found = {ref.strip()} if ref.strip() else set()
    if url:
        found.add(_ref_in(url))
    if not found:
        raise ValueError(
            "The project is missing; give its ref with --project-ref, or its URL with --database-url."
        )
    if len(found) > 1:
        raise ValueError("--project-ref and --database-url name different projects.")
    if not _REF.fullmatch(one := found.pop()):
        raise ValueError(f"{one} is not a project's ref, which has 20 letters.")
    return one


def _ref_in(url: str) -> str:
    parts = urlsplit(url)
    match = _HOSTS.fullmatch(parts.hostname or "") or _USER.fullmatch(unquote(parts.username or ""))
    if match is None or parts.scheme not in {"https", "postgresql", "postgres"}:
        raise ValueError(
            "The database's URL looks like https://REF.supabase.co, or postgresql://postgres.REF:…@…."
        )
    return match["ref"]


def _password(password: str, url: str, *, may_come_later: bool) -> str:
    given = password or unquote(urlsplit(url).password or "")
    if not given and not may_come_later:
        raise ValueError(
            "The database's password is missing; give it with --secrets - or --database-password."
        )
    return given
