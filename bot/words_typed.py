"""What people type after the command, freed from what Slack makes of it: links, mail links, whole addresses."""

import html
import re

from provisioning.domain.backup import ARCHIVES, BACKUPS

_LINK = re.compile(r"<(?:https?://|mailto:)[^|>]*\|([^>]*)>|<(?:https?://|mailto:)([^|>]*)>")


def plain_text(text: str) -> str:
    """Undo Slack's marking: `<http://a.com|a.com>` is `a.com`, `&amp;` is `&`."""
    return html.unescape(_LINK.sub(lambda found: found[1] or found[2] or "", text)).strip()


def subdomain_in(text: str, domain: str) -> str:
    """The first word: a subdomain, a run id, or a tenant's whole address."""
    words = plain_text(text).split()
    if not words:
        return ""
    host = words[0].removeprefix("https://").removeprefix("http://").split("/")[0].split(":")[0].lower()
    return host.removesuffix(f".{domain}")


def email_in(text: str) -> str | None:
    return plain_text(text) or None


def text_and_page(text: str) -> tuple[str, int]:
    """`list bibbi 2`: what is looked for, and which page of it."""
    words = plain_text(text).split()
    if words and words[-1].isascii() and words[-1].isdigit() and len(words[-1]) < 6:  # noqa: PLR2004 - a page, not a name
        return " ".join(words[:-1]), max(1, int(words[-1]))
    return " ".join(words), 1


def archive_in(text: str, domain: str) -> str:
    """The first word: a backup's folder, or what `subdomain_in` reads."""
    words = plain_text(text).split()
    folder = words[0].rstrip("/") if words else ""
    return folder if folder.startswith((f"{ARCHIVES}/", f"{BACKUPS}/")) else subdomain_in(text, domain)
