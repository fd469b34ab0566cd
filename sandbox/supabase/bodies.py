"""The bodies that the API accepts, field by field."""

from typing import Any

from sandbox.supabase.regions import GROUPS, REGIONS
from sandbox.supabase.validators import (
    array,
    boolean,
    check_object,
    choice,
    object_or_null,
    text,
)

_LARGE_SIZES = ("24xlarge", "48xlarge")
_VARIANTS = ("optimized_memory", "optimized_cpu", "high_memory")
INSTANCE_SIZES = (
    "nano", "micro", "small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge",
    "16xlarge", *_LARGE_SIZES,
    *(f"{size}_{variant}" for size in _LARGE_SIZES for variant in _VARIANTS),
)  # fmt: skip


def check_new_project(body: Any) -> None:
    check_object(
        body,
        closed=True,
        replaced={
            "organization_id": "use organization_slug instead",
            "region": "use region_selection instead",
            "plan": "the plan belongs to the organization; leave it out",
            "kps_enabled": "it has no effect; leave it out",
        },
        required={"name": text(most=256), "organization_slug": text(pattern=r"^[\w-]+$"), "db_pass": text()},
        optional={
            "region_selection": _check_region_selection,
            "desired_instance_size": choice(*INSTANCE_SIZES),
            "template_url": text(pattern=r"^[a-z][a-z0-9+.-]*:\S+$"),
        },
    )


def check_rename(body: Any) -> None:
    check_object(body, required={"name": text(least=1, most=256)})


def check_new_key(body: Any) -> None:
    check_object(
        body,
        required={
            "type": choice("publishable", "secret"),
            "name": text(least=4, most=64, pattern="^[a-z_][a-z0-9_]+$"),
        },
        optional={"secret_jwt_template": object_or_null},
    )


def check_query(body: Any) -> None:
    check_object(
        body, required={"query": text(least=1)}, optional={"parameters": array, "read_only": boolean}
    )


def check_new_password(body: Any) -> None:
    check_object(body, required={"password": text(least=4)})


def _check_region_selection(field: str, value: Any) -> None:
    check_object(value, field=field, required={"type": choice("specific", "smartGroup"), "code": text()})
    choice(*(REGIONS if value["type"] == "specific" else GROUPS))(f"{field}.code", value["code"])
