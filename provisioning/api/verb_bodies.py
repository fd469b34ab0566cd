"""What is sent along with a verb; the guide's calls send nothing (14.7)."""

from typing import Annotated

from pydantic import Field

from provisioning.api.words import (
    Body,
    Confirmation,
    EmailAddress,
    IncidentName,
    Line,
    PlainSubdomain,
    Reason,
    RepairName,
    Span,
)
from provisioning.control_plane.notices import LONGEST_MESSAGE
from provisioning.domain.diagnosis import Issue

UNSAID = "asked for over the admin API, without a reason"


class Reasoned(Body):
    reason: Reason = Field(default=UNSAID, examples=["invoice not paid"])


class Rejected(Body):
    reason: Reason = Field(examples=["the customer has paid"])


class Ending(Body):
    """The tenant's name in the address counts as typed; `confirm` types it again."""

    reason: Reason = Field(default=UNSAID, examples=["the contract has ended"])
    confirm: Line | None = Field(default=None, description="The subdomain.")
    grace: Span | None = Field(
        default=None, description="How long it can be undone.", examples=["0", "24h", "7d"]
    )
    confirm_project: Line | None = Field(
        default=None, description="The ref of its project, of a tenant that was made by hand."
    )


class Recipient(Body):
    email: EmailAddress | None = Field(
        default=None, min_length=1, description="Another address; it becomes the admin's."
    )


class Emergency(Body):
    reason: Reason = Field(examples=["cross-tenant leak reported"])
    confirm: Confirmation = Field(
        default="", description="LOCKDOWN does it alone, for an approver; else a second person is asked."
    )


class Upgrade(Body):
    reason: Reason = Field(default=UNSAID, examples=["products get a note"])
    first: PlainSubdomain | None = Field(default=None, description="The tenant that goes first.")


class Removal(Body):
    reason: Reason = Field(examples=["left behind by a lost answer"])
    confirm: Line = Field(default="", description="Its ref again, where its name is not one that we gave.")


class Examination(Body):
    issues: list[Annotated[Issue, Field(strict=False)]] = Field(
        default_factory=list, description="Only these; else all four."
    )


class Mending(Body):
    fix: RepairName = Field(description="A repair that a diagnosis proposed.", examples=["republish"])


class Telling(Body):
    reason: Reason = Field(examples=["customers have a right to know"])
    message: Line = Field(default="", max_length=LONGEST_MESSAGE, description="Added to the notice as it is.")
    incident: IncidentName = Field(default_factory=str, description="Else the tenant's latest.")


class Restoration(Body):
    archive: Line = Field(min_length=1, max_length=200, examples=["archives/customerinc-20261124"])
    as_tenant: PlainSubdomain = Field(
        default_factory=str, description="A subdomain that is free; else its own.", examples=["customerinc"]
    )
    reason: Reason = Field(default_factory=str)
