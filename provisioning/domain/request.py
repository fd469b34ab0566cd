"""A request to provision a tenant: parsed once, from a form, a body or a command line, with one sentence per wrong field."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar

from email_validator import EmailNotValidError, validate_email

from provisioning.domain.subdomain import subdomain_fault
from provisioning.errors import FieldError, InvalidRequest

DEFAULT_ADMIN_NAME: Final = "Administrator"
LONGEST_TEXT: Final = 255
REGION_GROUPS: Final = frozenset({"americas", "emea", "apac"})

_REGION_CODE = re.compile(r"[a-z]{2}-[a-z]+-\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

T = TypeVar("T")


@dataclass(frozen=True)
class ProvisionRequest:
    """What a person asked for. Holds no secret, so it may be stored and shown as it is."""

    company: str
    subdomain: str
    admin_email: str
    admin_name: str
    region: str
    vendors: tuple[str, ...]
    sample_resellers: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"vendors": list(self.vendors)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ProvisionRequest":
        return cls(**{**data, "vendors": tuple(data["vendors"])})


@dataclass(frozen=True)
class RequestDefaults:
    """What a field becomes when it is left empty, and the vendors there are to choose from."""

    region: str
    vendors: tuple[str, ...]


def parse_provision_request(raw: Mapping[str, Any], defaults: RequestDefaults) -> ProvisionRequest:
    """Turn untrusted input into a request.

    Raises InvalidRequest with one message for each wrong field.
    """
    errors: list[FieldError] = []

    def field(name: str, parse: Callable[[Any], T], fallback: T) -> T:
        try:
            return parse(raw.get(name))
        except ValueError as fault:
            errors.append(FieldError(name, str(fault)))
            return fallback

    request = ProvisionRequest(
        company=field("company", _company, ""),
        subdomain=field("subdomain", _subdomain, ""),
        admin_email=field("email", _email, ""),
        admin_name=field("name", _admin_name, ""),
        region=field("region", lambda value: _region(value, defaults.region), ""),
        vendors=field("vendors", lambda value: _vendors(value, defaults.vendors), ()),
        sample_resellers=field("sample_resellers", _yes_or_no, False),
    )
    if errors:
        raise InvalidRequest(errors)
    return request


def parse_email(value: Any) -> str:
    """Read an e-mail address that the platform's login accepts, in lower case. Raises ValueError."""
    return _email(value)


def _text(value: Any) -> str:
    text = " ".join(str(value or "").split())
    if _CONTROL.search(text):
        raise ValueError("Control characters are not allowed here.")
    return text


def _company(value: Any) -> str:
    company = _text(value)
    if not company:
        raise ValueError("The company name is missing; give it with --company.")
    if len(company) > LONGEST_TEXT:
        raise ValueError(f"The company name may have {LONGEST_TEXT} characters; this one has {len(company)}.")
    return company


def _subdomain(value: Any) -> str:
    name = str(value or "").strip()
    if not name:
        raise ValueError("The subdomain is missing; give it with --subdomain.")
    if fault := subdomain_fault(name):
        raise ValueError(fault)
    return name


def _email(value: Any) -> str:
    text = str(value or "").strip()
    if not text:
        raise ValueError("The admin's e-mail address is missing; give it with --email.")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"The e-mail address may have {LONGEST_TEXT} characters; this one has {len(text)}.")
    try:
        return validate_email(text, check_deliverability=False).normalized.lower()
    except EmailNotValidError as fault:
        raise ValueError(f"{text} is not an e-mail address that the platform accepts: {fault}") from fault


def _admin_name(value: Any) -> str:
    name = _text(value) or DEFAULT_ADMIN_NAME
    if len(name) > LONGEST_TEXT:
        raise ValueError(f"The admin's name may have {LONGEST_TEXT} characters; this one has {len(name)}.")
    return name


def _region(value: Any, default: str) -> str:
    region = str(value or default).strip().lower()
    if region not in REGION_GROUPS and not _REGION_CODE.fullmatch(region):
        raise ValueError(
            f"{region} is not a region; use a code such as eu-west-1, or one of {', '.join(sorted(REGION_GROUPS))}."
        )
    return region


def _vendors(value: Any, known: Sequence[str]) -> tuple[str, ...]:
    if not value:
        return tuple(known)
    if not isinstance(value, str | list | tuple):
        raise ValueError("Vendors are names, comma-separated or as a list.")  # noqa: TRY004 - a wrong field
    names = value.split(",") if isinstance(value, str) else value
    chosen = tuple(dict.fromkeys(str(name).strip().lower() for name in names if str(name).strip()))
    if unknown := [name for name in chosen if name not in known]:
        raise ValueError(f"Unknown vendor {', '.join(unknown)}; the seeds have {', '.join(known)}.")
    return chosen or tuple(known)


def _yes_or_no(value: Any) -> bool:
    answer = str(value if value is not None else "").strip().lower()
    if answer in {"", "false", "no", "off", "0"}:
        return False
    if answer in {"true", "yes", "on", "1"}:
        return True
    raise ValueError("Sample resellers are wanted or not: answer yes or no.")
