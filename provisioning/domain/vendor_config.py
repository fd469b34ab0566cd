"""A vendor configuration, as the platform reads it: how one vendor's files become rows of sales.

Two ways of writing one are accepted. The platform's maps canonical fields to source headers and has five
sections; the guide's (14.3, step 3) maps the other way and is flat. The second is turned into the first.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

CANONICAL_FIELDS: Final = ("product_ean", "quantity", "month", "year")
"""What every vendor's files must yield."""

Text = Annotated[str, StringConstraints(min_length=1)]
Bounds = Annotated[list[int], Field(min_length=2, max_length=2)]


class Section(BaseModel):
    """A part of a configuration. What the platform does not know it ignores; here it is kept as it is."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)


class FileFormat(Section):
    type: Literal["excel", "csv"]
    sheet_name: str | None = None
    header_row: int = Field(default=0, ge=0)
    skip_rows: int = Field(default=0, ge=0)
    pivot_format: bool = False


class TransformationRules(Section):
    currency_conversion: str | None = None
    date_format: str = "YYYY-MM-DD"
    ean_cleanup: bool = True
    price_rounding: int = Field(default=2, ge=0)


class ValidationRules(Section):
    ean_length: int = Field(default=13, gt=0)
    month_range: Bounds = [1, 12]
    year_range: Bounds = [2000, 2100]
    required_fields: list[Text]
    nullable_fields: list[Text] = []


class DetectionRules(Section):
    filename_keywords: list[Text]
    sheet_names: list[Text] = []
    required_columns: list[Text]
    confidence_threshold: float = Field(default=0.7, ge=0, le=1)


class VendorConfig(Section):
    """One vendor's configuration, complete enough for the platform's own model."""

    vendor_name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)
    currency: str = Field(default="EUR", pattern=r"^[A-Z]{3}$")
    exchange_rate: float = Field(default=1.0, gt=0)
    file_format: FileFormat
    column_mapping: dict[str, Text]
    transformation_rules: TransformationRules = TransformationRules()
    validation_rules: ValidationRules
    detection_rules: DetectionRules
    metadata: dict[str, Any] | None = None

    @classmethod
    def parse(cls, data: Mapping[str, Any], *, vendor_name: str) -> Self:
        """Read one configuration, however it is written. Raises ValueError with one sentence per fault."""
        try:
            config = cls.model_validate(_turn({"vendor_name": vendor_name, **data}))
        except ValidationError as fault:
            raise ValueError(sentences(fault)) from fault
        if config.vendor_name != vendor_name:
            raise ValueError(f"vendor_name is {config.vendor_name!r}; it should be {vendor_name!r}.")
        return config

    @model_validator(mode="after")
    def _maps_what_is_required(self) -> Self:
        if missing := [field for field in CANONICAL_FIELDS if field not in self.column_mapping]:
            raise ValueError(f"column_mapping must name a source for {', '.join(missing)}")
        required = self.validation_rules.required_fields
        if missing := [field for field in required if field not in self.column_mapping]:
            raise ValueError(f"required_fields asks for {', '.join(missing)}, which column_mapping lacks")
        return self


def to_guide_shape(config: VendorConfig) -> dict[str, Any]:
    """Write a configuration as the guide does. Raises ValueError where two fields share a source."""
    mapping = {source: field for field, source in config.column_mapping.items()}
    if len(mapping) < len(config.column_mapping):
        raise ValueError(
            f"{config.vendor_name} reads two fields from one source; the guide's shape can't say that."
        )
    rules = config.validation_rules
    return {
        "currency": config.currency,
        "header_row": config.file_format.header_row,
        "pivot_format": config.file_format.pivot_format,
        "column_mapping": mapping,
        "validation_rules": {
            "ean_length": rules.ean_length,
            "month_range": rules.month_range,
            "required_fields": rules.required_fields,
        },
    }


def sentences(fault: ValidationError) -> str:
    """Say what a model refused, one sentence per fault."""
    return " ".join(f"{_sentence(error)}." for error in fault.errors(include_url=False))


def _turn(data: dict[str, Any]) -> dict[str, Any]:
    """Turn what is written the guide's way; all else stays as it is, for the model to judge."""
    flat = {key: data[key] for key in ("header_row", "pivot_format") if key in data}
    if flat and "file_format" not in data:
        kept = {key: value for key, value in data.items() if key not in flat}
        data = {**kept, "file_format": {"type": "excel", **flat}}

    mapping = data.get("column_mapping")
    if isinstance(mapping, Mapping) and _points_to_fields(mapping):
        sources = _inverted(mapping)
        found_by = {
            "filename_keywords": [data["vendor_name"]],
            "required_columns": [sources[field] for field in CANONICAL_FIELDS if field in sources],
        }
        data = {"detection_rules": found_by, **data, "column_mapping": sources}
    return data


def _points_to_fields(mapping: Mapping[str, Any]) -> bool:
    values = [value for value in mapping.values() if isinstance(value, str)]
    if len(values) < len(mapping):
        return False
    as_values = sum(field in values for field in CANONICAL_FIELDS)
    as_keys = sum(field in mapping for field in CANONICAL_FIELDS)
    return as_values > as_keys


def _inverted(mapping: Mapping[str, str]) -> dict[str, str]:
    sources: dict[str, str] = {}
    for source, field in mapping.items():
        if field in sources:
            raise ValueError(f"column_mapping gives {field} two sources: {sources[field]!r} and {source!r}.")
        sources[field] = source
    return sources


def _sentence(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"{place} is missing"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message[0].lower()}{message[1:]}" if place else message
