"""How a tenant that was made by hand is taken up: by a command to be pasted where secrets are not kept."""

from typing import Final

from bot.blocks.kit import Message, context, escape, section
from bot.blocks.words import bare, code

_WHY: Final = (
    "A tenant that was made by hand is taken up in a terminal, not here: that takes its database password, and "
    "what is typed into Slack stays readable there."
)


def import_message(subdomain: str) -> Message:
    """`subdomain` may be empty; what is not known stands for itself."""
    name = bare(subdomain, 60).replace("`", "") if subdomain else "SUBDOMAIN"
    command = (
        f'tenantbot import --subdomain {name} --company "COMPANY" --email ADMIN --project-ref REF --dry-run'
    )
    return Message(
        _WHY,
        (
            section(_WHY),
            section(f"```{escape(command)}```"),
            context(
                f"It asks for the password without showing it, then every question, and changes nothing. Without "
                f"{code('--dry-run')} the tenant is registered and verified; nothing of it is changed. "
                f"{code('POST /admin/tenants')} does the same over HTTP."
            ),
        ),
    )
