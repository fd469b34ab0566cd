"""What texts in a request look like. Their form is the API's concern; whether they are right, the door says."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from provisioning.domain.diagnosis import REPAIRS
from provisioning.domain.lockdown import CONFIRMATION
from provisioning.domain.request import LONGEST_TEXT
from provisioning.domain.subdomain import LONGEST, RESERVED, SHORTEST

ONE_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""Control characters are in no text that a person types into one line."""


@dataclass(frozen=True)
class Described:
    """Tells callers of a rule that the door keeps; its refusal is the same sentence on every surface."""

    schema: dict[str, Any]

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(core) | self.schema

    def __hash__(self) -> int:
        return id(self)


class Body(BaseModel):
    """What is sent as JSON: of exactly these fields and types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_LONGEST_ADDRESS: Final = 254
"""RFC 5321."""
_NO_MAIL: Final = "|".join(
    rf"[.@]{''.join(f'[{letter}{letter.upper()}]' for letter in name)}$"
    for name in ("arpa", "invalid", "local", "localhost", "onion", "test")
)
"""Ends of addresses that never get mail."""
_LETTER: Final = r"[^\s\x00-\x1f\x7f-\x9f]"
_SENTENCE: Final = rf"^{_LETTER}[^\x00-\x1f\x7f-\x9f]{{1,498}}{_LETTER}$"

Line = Annotated[str, Field(pattern=ONE_LINE)]
Given = Annotated[Line, Field(min_length=1)]
CompanyName = Annotated[
    Line,
    Described(
        {
            "maxLength": LONGEST_TEXT,
            "pattern": r"^[^\x00-\x1f\x7f-\x9f]*[!-~][^\x00-\x1f\x7f-\x9f]*$",
        }
    ),
]
PlainSubdomain = Annotated[
    Line,
    Described(
        {
            "minLength": SHORTEST,
            "maxLength": LONGEST,
            "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
            "not": {"anyOf": [{"enum": sorted(RESERVED)}, {"pattern": "localhost"}]},
        }
    ),
]
EmailAddress = Annotated[
    Line,
    Described({"format": "email", "maxLength": _LONGEST_ADDRESS, "not": {"pattern": _NO_MAIL}}),
]
PersonName = Annotated[Line, Described({"maxLength": LONGEST_TEXT})]
Reason = Annotated[Line, Described({"pattern": _SENTENCE})]
Confirmation = Annotated[Line, Described({"enum": ["", CONFIRMATION]})]
IncidentName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$")]
RepairName = Annotated[Line, Described({"enum": sorted(REPAIRS)})]
Span = Annotated[Line, Described({"pattern": "^(0|[1-9][0-9]?[smhd])$"})]
ProjectUrl = Annotated[Line, Described({"pattern": r"^https://[a-z0-9]{20}\.supabase\.co$"})]
