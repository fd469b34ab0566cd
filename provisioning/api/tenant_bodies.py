"""The two bodies of POST /admin/tenants, as the guide has them."""

from typing import Any

from pydantic import Field

from provisioning.api.words import Body, CompanyName, EmailAddress, Line, PersonName, PlainSubdomain

_FIELDS = {"company_name": "company", "admin_email": "email", "admin_name": "name"}
"""The door's names of some fields."""


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

    region: Line | None = Field(default=None, description="Where its project is made; else the usual region.")
    vendors: list[Line] | None = Field(default=None, description="Vendor configurations to seed; else all.")
    sample_resellers: bool | None = None

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

    database_url: Line = Field(
        json_schema_extra={"pattern": r"^https://[a-z0-9]{20}\.supabase\.co$"},
        description="The URL of its Supabase project.",
    )
    database_anon_key: Line | None = Field(default=None, description="Else Supabase is asked.")
    database_service_key: Line | None = Field(default=None, description="Else Supabase is asked.")
    database_password: Line | None = Field(
        default=None,
        description="The database's password. Without it the tenant is registered, and its run waits for it.",
    )
    apply_schema: bool | None = Field(default=None, description="Add the tables that are missing.")

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
