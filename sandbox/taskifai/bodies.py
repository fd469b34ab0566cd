"""What the platform takes in a request, field by field."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

_RESERVED = frozenset({"www", "api", "admin", "app", "staging", "demo", "test", "dev"})
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def _subdomain(text: str) -> str:
    if not _SUBDOMAIN.fullmatch(text):
        raise ValueError("Subdomain may hold lower-case letters, digits and inner hyphens only")
    if text in _RESERVED:
        raise ValueError(f"Subdomain '{text}' is reserved")
    return text


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("Text must not hold a NUL character")
    return text


_Text = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_without_nul)]
_Key = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_without_nul)]
_Email = Annotated[EmailStr, AfterValidator(str.lower)]
_Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00]+$")]
_Subdomain = Annotated[str, StringConstraints(min_length=3, max_length=50), AfterValidator(_subdomain)]


class Registration(BaseModel):
    email: _Email
    password: Annotated[str, StringConstraints(min_length=8, max_length=100)]
    full_name: _Text
    role: Literal["analyst", "admin"] = "analyst"


class Login(BaseModel):
    email: _Email
    password: str


class BatchPage(BaseModel):
    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0, lt=2**63)
    status: Annotated[str, AfterValidator(_without_nul)] | None = None


class TenantPage(BaseModel):
    limit: int = Field(default=10, ge=1, le=100)
    offset: int = Field(default=0, ge=0, lt=2**63)
    active_only: bool = False


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Named(_Closed):
    company_name: _Text
    subdomain: _Subdomain
    database_url: _Url
    admin_email: _Email
    admin_name: _Text | None = None


class NewTenant(_Named):
    """A new tenant as the guide writes it."""

    database_anon_key: _Key
    database_service_key: _Key


class Credentials(_Closed):
    anon_key: _Key
    service_key: _Key


class NestedNewTenant(_Named):
    """A new tenant as the platform's own code has it."""

    database_credentials: Credentials
    metadata: dict[str, Any] | None = None

    def flat(self) -> NewTenant:
        keys = self.database_credentials
        return NewTenant(
            **self.model_dump(include=set(_Named.model_fields)),
            database_anon_key=keys.anon_key,
            database_service_key=keys.service_key,
        )


class TenantChange(_Closed):
    """What may change later; null is the same as not given."""

    company_name: _Text | None = None
    database_url: _Url | None = None
    database_anon_key: _Key | None = None
    database_service_key: _Key | None = None
    is_active: bool | None = None


class NestedTenantChange(_Closed):
    company_name: _Text | None = None
    database_url: _Url | None = None
    database_credentials: Credentials | None = None
    is_active: bool | None = None

    def flat(self) -> TenantChange:
        """Return the change, which is none when only credentials are given: the platform overlooks those."""
        change = TenantChange(**self.model_dump(exclude={"database_credentials"}))
        if self.database_credentials is None or change == TenantChange():
            return change
        keys = self.database_credentials
        return change.model_copy(
            update={"database_anon_key": keys.anon_key, "database_service_key": keys.service_key}
        )
