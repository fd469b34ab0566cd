"""What may be a subdomain, and how one is suggested from a company's name."""

import re
import unicodedata

SHORTEST, LONGEST = 3, 50

RESERVED = frozenset(
    [
        *("www", "api", "admin", "app", "staging", "demo", "test", "dev", "localhost", "bibbi", "docs"),
        "all",  # what stands for every tenant where one is named
        *("mail", "smtp", "imap", "pop", "mx", "ns", "ns1", "ns2", "ftp", "autodiscover", "autoconfig"),
    ]
)
"""Names the platform serves itself, reads as something else, or that people take for the company's own."""

_SHAPE = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def subdomain_fault(name: str) -> str | None:
    """Say in one sentence why `name` can't be a subdomain, or None when it can."""
    if not SHORTEST <= len(name) <= LONGEST:
        return f"The subdomain must have {SHORTEST} to {LONGEST} characters; this one has {len(name)}."
    if not _SHAPE.fullmatch(name):
        return (
            "The subdomain may have only lower-case letters a-z, digits and inner hyphens; "
            f"for example {suggest_subdomain(name) or 'customerinc'}."
        )
    if "--" in name:
        return "The subdomain must not have two hyphens in a row (this also keeps xn-- names out)."
    if name in RESERVED or "localhost" in name:
        return f"The subdomain {name} is reserved for the platform; choose another one."
    return None


def suggest_subdomain(text: str) -> str:
    """Make the nearest valid subdomain from free text, or an empty string when nothing is left of it.

    Words are joined, as the guide does it: Customer Inc is customerinc.
    """
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    name = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]+", "", plain)).strip("-")[:LONGEST].strip("-")
    return name if name and subdomain_fault(name) is None else ""
