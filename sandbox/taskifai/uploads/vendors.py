"""How vendors lay out their files, by the tenant's own configurations, and whose layout a file has."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ValidationError, field_validator

from sandbox.taskifai.sql import Connection

NEEDED = ("product_ean", "quantity", "month", "year")

# A tenant's own configuration goes before the system's default for the same vendor.
_LOAD = """
select distinct on (vendor_name) config_data::text
from vendor_configs
where is_active and (tenant_id = $1 or (tenant_id is null and is_default))
order by vendor_name, tenant_id nulls last
"""


class _FileFormat(BaseModel):
    type: Literal["excel", "csv"]


class _ValidationRules(BaseModel):
    required_fields: list[str]
    ean_length: int = 13


class _DetectionRules(BaseModel):
    filename_keywords: list[str]
    required_columns: list[str]


class Vendor(BaseModel):
    """One vendor's layout; column_mapping leads from our field to the header in the file."""

    vendor_name: str
    exchange_rate: float = 1.0
    file_format: _FileFormat
    column_mapping: dict[str, str]
    validation_rules: _ValidationRules
    detection_rules: _DetectionRules

    @field_validator("column_mapping")
    @classmethod
    def _whole(cls, mapping: dict[str, str]) -> dict[str, str]:
        if missing := [field for field in NEEDED if field not in mapping]:
            raise ValueError(f"column_mapping lacks {', '.join(missing)}")
        return mapping


async def load_vendors(connection: Connection, tenant_id: UUID) -> list[Vendor]:
    """Return the layouts that can be used; the platform overlooks a configuration that it can't read."""
    rows = await connection.fetch(_LOAD, tenant_id)
    vendors = []
    for row in rows:
        try:
            vendors.append(Vendor.model_validate_json(row["config_data"]))
        except ValidationError:
            continue
    return vendors


def detect(vendors: Collection[Vendor], filename: str, headers: Collection[str]) -> Vendor | None:
    """Choose by the file's name first, then by the columns, of which the more telling set wins."""
    best = max(vendors, key=lambda vendor: _score(vendor, filename, headers), default=None)
    return best if best is not None and any(_score(best, filename, headers)) else None


def _score(vendor: Vendor, filename: str, headers: Collection[str]) -> tuple[bool, int]:
    rules = vendor.detection_rules
    named = any(word.lower() in filename.lower() for word in rules.filename_keywords)
    alike = set(rules.required_columns) <= set(headers)
    return named, len(rules.required_columns) if alike else 0
