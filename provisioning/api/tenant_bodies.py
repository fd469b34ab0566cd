"""The two bodies of POST /admin/tenants, as the guide has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ConfigDict, Field

from provisioning.api.words import (
    Body,
    CompanyName,
    EmailAddress,
    Given,
    Line,
    PersonName,
    PlainSubdomain,
    ProjectUrl,
)
from provisioning.errors import FieldError, InvalidRequest

_FIELDS = {"company_name": "company", "admin_email": "email", "admin_name": "name"}
"""The door's names of some fields."""

_SENT_AS = {ours: sent for sent, ours in _FIELDS.items()}


@contextmanager
def fields_named_as_sent() -> Iterator[None]:
    """Where the door refuses a field, name it as the body does."""
    try:
        yield
    except InvalidRequest as fault:
        errors = [FieldError(_SENT_AS.get(one.field, one.field), one.message) for one in fault.errors]
        raise InvalidRequest(errors, hint=fault.hint) from fault


class _Tenant(Body):
    company_name: CompanyName
    subdomain: PlainSubdomain
    admin_email: EmailAddress
    admin_name: PersonName | None = None

    def raw(self) -> dict[str, Any]:
        return {
            _FIELDS.get(name, name): value for name, value in self.model_dump().items() if value is not None
        }


class Provision(_Tenant):
    """A tenant to be made (guide 14.7)."""

    region: Line = Field(default_factory=str, description="Where its project is made; else the usual region.")
    vendors: list[Line] = Field(default_factory=list, description="Vendor configurations to seed; else all.")
    sample_resellers: bool = False

    @staticmethod
    def examples() -> dict[str, Any]:
        return {
            "provision": {
                "summary": "Provision a tenant (guide 14.7)",
                "value": {
                    "company_name": "Customer Inc",
                    "subdomain": "customerinc",
                    "admin_email": "admin@customer.com",
                },
            }
        }


class Register(_Tenant):
    """A tenant that is there already, with what opens it (guide 14.3, step 4)."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["database_password"]},
                {"required": ["database_anon_key", "database_service_key"]},
            ]
        }
    )

    database_url: ProjectUrl = Field(
        description="The URL of its Supabase project.",
    )
    database_anon_key: Given = Field(default_factory=str, description="Else Supabase is asked.")
    database_service_key: Given = Field(default_factory=str, description="Else Supabase is asked.")
    database_password: Given = Field(
        default_factory=str,
        description="Without it, which takes both keys, the tenant is registered, and its run waits for it.",
    )
    apply_schema: bool = Field(default=False, description="Add the tables that are missing.")

    def raw(self) -> dict[str, Any]:
        """Registering is the guide's step 4: the platform is told of the tenant where it does not know it."""
        return super().raw() | {"publish": True}

    @staticmethod
    def examples() -> dict[str, Any]:
        return {
            "register": {
                "summary": "Register a tenant that was made by hand (guide 14.3, step 4)",
                "value": {
                    "company_name": "Customer Inc",
                    "subdomain": "customerinc",
                    "database_url": "https://abcdefghijklmnopqrst.supabase.co",
                    "database_anon_key": "eyJh...",
                    "database_service_key": "eyJh...",
                    "admin_email": "admin@customer.com",
                    "admin_name": "John Doe",
                },
            }
        }
