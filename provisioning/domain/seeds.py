"""The seeds: what a new tenant starts with, beside an empty schema."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from provisioning.domain.vendor_config import VendorConfig, sentences


class Reseller(BaseModel):
    """A shop or distributor that sells the tenant's products."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=255)
    country: str | None = Field(default=None, max_length=100)


@dataclass(frozen=True)
class Seeds:
    """Default vendor configurations and sample resellers."""

    vendors: tuple[VendorConfig, ...]
    resellers: tuple[Reseller, ...]

    @property
    def vendor_names(self) -> tuple[str, ...]:
        return tuple(vendor.vendor_name for vendor in self.vendors)

    def only(self, names: Sequence[str]) -> "Seeds":
        """Keep the named vendors; the resellers stay. Raises ValueError if there is no such vendor."""
        if unknown := [name for name in names if name not in self.vendor_names]:
            known = ", ".join(self.vendor_names)
            raise ValueError(f"There is no vendor {', '.join(unknown)}; the known ones are {known}.")
        return replace(self, vendors=tuple(vendor for vendor in self.vendors if vendor.vendor_name in names))

    def vendor_rows(self) -> list[dict[str, Any]]:
        """Give the first parameter of the seed statement."""
        return [
            {"vendor_name": vendor.vendor_name, "config_data": vendor.model_dump(mode="json")}
            for vendor in self.vendors
        ]

    def reseller_rows(self) -> list[dict[str, Any]]:
        """Give the second parameter of the seed statement."""
        return [reseller.model_dump(mode="json") for reseller in self.resellers]


def read_seeds(folder: Path) -> Seeds:
    """Read `vendors/*.json` and `resellers.json`. Raises ValueError that names the file and its fault."""
    vendors = tuple(_read_vendor(path) for path in sorted((folder / "vendors").glob("*.json")))
    if not vendors:
        raise ValueError(f"{folder / 'vendors'} holds no .json files; it should hold one for each vendor.")
    return Seeds(vendors, _read_resellers(folder / "resellers.json"))


def seed_statement() -> str:
    """Give the one statement that seeds a tenant database: vendor rows are $1, reseller rows $2."""
    return resources.files(__package__).joinpath("seed_rows.sql").read_text(encoding="utf-8")


def _read_vendor(path: Path) -> VendorConfig:
    data = _read_json(path)
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} must hold a JSON object.")  # noqa: TRY004 - bad input, not a bad argument
    try:
        return VendorConfig.parse(data, vendor_name=path.stem)
    except ValueError as fault:
        raise ValueError(f"{path.name}: {fault}") from fault


def _read_resellers(path: Path) -> tuple[Reseller, ...]:
    try:
        resellers = TypeAdapter(tuple[Reseller, ...]).validate_python(_read_json(path))
    except ValidationError as fault:
        raise ValueError(f"{path.name}: {sentences(fault)}") from fault
    names = [reseller.name for reseller in resellers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{path.name} names {', '.join(twice)} twice.")
    return resellers


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise ValueError(f"{path} is missing.") from fault
    except json.JSONDecodeError as fault:
        raise ValueError(
            f"{path.name} is not JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}."
        ) from fault
    except UnicodeDecodeError as fault:
        raise ValueError(f"{path.name} is not UTF-8 text.") from fault
