"""What texts in a request look like. Their form is the API's concern; whether they are right, the door says."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from provisioning.domain.request import LONGEST_TEXT
from provisioning.domain.subdomain import LONGEST, RESERVED, SHORTEST

ONE_LINE: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""Control characters are in no text that a person types into one line."""

_SENTENCE: Final = r"^\S[^\x00-\x1f\x7f-\x9f]{1,498}\S$"

Line = Annotated[str, Field(pattern=ONE_LINE)]


def described(**schema: Any) -> dict[str, Any]:
    """Tell callers of a rule that the door keeps; its refusal is the same sentence on every surface."""
    return {"json_schema_extra": schema}


class Body(BaseModel):
    """What is sent as JSON: of exactly these fields and types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


CompanyName = Annotated[
    Line,
    Field(
        json_schema_extra=described(
            minLength=1,
            maxLength=LONGEST_TEXT,
            pattern=r"^[^\x00-\x1f\x7f-\x9f]*[!-~][^\x00-\x1f\x7f-\x9f]*$",
        )
    ),
]
PlainSubdomain = Annotated[
    Line,
    Field(
        json_schema_extra=described(
            minLength=SHORTEST,
            maxLength=LONGEST,
            pattern="^[a-z0-9]+(-[a-z0-9]+)*$",
            **{"not": {"anyOf": [{"enum": sorted(RESERVED)}, {"pattern": "localhost"}]}},
        )
    ),
]
EmailAddress = Annotated[Line, Field(json_schema_extra=described(format="email", maxLength=LONGEST_TEXT))]
PersonName = Annotated[Line, Field(json_schema_extra=described(maxLength=LONGEST_TEXT))]
Reason = Annotated[Line, Field(json_schema_extra=described(pattern=_SENTENCE))]
Span = Annotated[Line, Field(json_schema_extra=described(pattern=r"^(0|[1-9][0-9]{0,2}[smhd])$"))]
