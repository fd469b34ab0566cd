"""What the card of an approval says where it is about a notice: who gets it, and every word of it."""

from typing import Any, Final

from bot.blocks.kit import Block, confirm, context, fields
from bot.blocks.rich import rich_text, word
from bot.blocks.words import at_moment, bare, code, said
from provisioning.domain.approval import Approval
from provisioning.domain.counting import count

_MOST_PARAGRAPH: Final = 1100
_MOST_PARAGRAPHS: Final = 12
_MOST_NAMES: Final = 600


def notice_line(mark: str, requester: str, approval: Approval) -> str:
    tenants = count(len(approval.facts.get("tenants", ())), "tenant")
    return f"{mark} {requester} asks to *notify the admins* of {tenants} of the incident {code(approval.subdomain)}"


def notice_blocks(approval: Approval, iteration: int) -> list[Block]:
    facts = approval.facts
    found = {
        "Who gets it": said(", ".join(facts.get("recipients", ())), _MOST_NAMES),
        "Subject": said(str(facts.get("subject")), 200),
        "Found": said(str(facts.get("found")), _MOST_NAMES),
        "Answer until": at_moment(approval.expires_at),
    }
    unknown = ", ".join(facts.get("unknown", ()))
    note = f"Our registry knows no admin of {said(unknown, 300)}. " if unknown else ""
    return [
        fields([f"*{name}*\n{value}" for name, value in found.items()], block_id=f"facts-{iteration}"),
        _letter(str(facts.get("text", ""))),
        context(f"{note}Sent once to each; an e-mail can't be called back.", block_id=f"goes-{iteration}"),
    ]


def notice_question(approval: Approval) -> dict[str, Any]:
    who = said(", ".join(approval.facts.get("recipients", ())), 200)
    return confirm("Send this notice?", f"It goes to {who}.", yes="Send", no="Not yet", style="danger")


def _letter(text: str) -> Block:
    """The first recipient's, paragraph by paragraph."""
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()][:_MOST_PARAGRAPHS]
    return rich_text(*([word(bare(one, _MOST_PARAGRAPH) + "\n")] for one in paragraphs))
