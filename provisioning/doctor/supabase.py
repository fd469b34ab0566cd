"""Supabase: what the token may do and until when, whose the organization is, and where projects are made."""

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import date, timedelta
from typing import Final

from provisioning.doctor.finding import Finding, advised, not_checked
from provisioning.doctor.questions import ask_organization, ask_region, ask_token
from provisioning.doctor.surroundings import Surroundings
from provisioning.domain.question import Question
from provisioning.errors import TenantbotError

TOKEN: Final = "Supabase token"  # noqa: S105 - the name of a check
ORGANIZATION: Final = "organization"
REGION: Final = "region"
EXPIRY: Final = "token expiry"

SOON: Final = timedelta(days=14)

_ADVICE: Final = {
    ORGANIZATION: "Choose a paid plan in Supabase's dashboard under Billing, or correct SUPABASE_ORGANIZATION.",
    REGION: "Set SUPABASE_REGION to a region that Supabase offers, such as eu-west-1, or to emea, americas, apac.",
}


async def check_supabase(at: Surroundings) -> Sequence[Finding]:
    """Ask all three at once; what one cause breaks is told once."""
    asked = {
        TOKEN: ask_token(at.projects),
        ORGANIZATION: ask_organization(at.projects, at.policy),
        REGION: ask_region(at.projects, at.region),
    }
    answers = dict(zip(asked, await asyncio.gather(*(_answer(one) for one in asked.values())), strict=True))
    cause = next((name for name, said in answers.items() if _names_cause(name, said)), None)
    fault = answers.get(cause) if cause else None
    findings = []
    for name, said in answers.items():
        if isinstance(said, Question):
            findings.append(Finding(name, said.ok, said.answer, "" if said.ok else _ADVICE[name]))
        elif name != cause and isinstance(fault, TenantbotError) and said.code == fault.code:
            findings.append(not_checked(name, f"see {cause}"))
        else:
            findings.append(advised(name, said))
    return findings


async def _answer(question: Awaitable[Question]) -> Question | TenantbotError:
    try:
        return await question
    except TenantbotError as fault:
        return fault


def _names_cause(name: str, said: Question | TenantbotError) -> bool:
    """An organization that is not there is no fault of the token, which is asked about it first."""
    if isinstance(said, Question):
        return False
    return (said.code == "unknown_organization") == (name == ORGANIZATION)


def check_token_expiry(at: Surroundings) -> Sequence[Finding]:
    """Supabase's API does not tell when a token ends; whoever made it knows."""
    if at.token_expires is None:
        advice = (
            "Supabase's dashboard shows it under Account, Access Tokens: "
            "write the date into SUPABASE_ACCESS_TOKEN_EXPIRES, or `never`."
        )
        return [Finding(EXPIRY, None, "not known when SUPABASE_ACCESS_TOKEN ends", advice)]
    if at.token_expires == date.max:
        return [Finding(EXPIRY, True, "SUPABASE_ACCESS_TOKEN never ends")]
    left = at.token_expires - at.clock.now().date()
    ok = left > SOON
    found = f"SUPABASE_ACCESS_TOKEN ends on {at.token_expires}, in {left.days} days"
    if left.days < 0:
        found = f"SUPABASE_ACCESS_TOKEN ended on {at.token_expires}"
    return [Finding(EXPIRY, ok, found, "" if ok else "Make a new one, for all projects, and replace it.")]
