"""What the card of an approval says where it is about an orphan instead of a tenant."""

from typing import Final

from bot.blocks.words import at_moment, code, money, said
from provisioning.domain.approval import Approval

ORPHAN_WARNING: Final = "It is removed at once, for good. There is no backup of it."


def orphan_line(mark: str, requester: str, approval: Approval) -> str:
    kind = said(str(approval.facts.get("kind")), 60)
    return f"{mark} {requester} asks for the removal of {code(approval.subdomain)}, a {kind}"


def orphan_facts(approval: Approval) -> list[str]:
    facts = approval.facts
    found = {
        "Name": said(str(facts.get("name")), 300),
        "Tenant": said(str(facts.get("tenant") or "none"), 60),
        "Status": said(str(facts.get("status")), 60),
        "Saves": money(float(facts.get("monthly_cost") or 0)),
        "Answer until": at_moment(approval.expires_at),
    }
    return [f"*{name}*\n{value}" for name, value in found.items()]


def orphan_context(approval: Approval) -> str:
    return f"Found: {said(str(approval.facts.get('found')), 300)}. {ORPHAN_WARNING}"
