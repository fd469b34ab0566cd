"""How a refusal is audited: what was wrong, and of the request no more than its fingerprint and its fields' names."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.audit import request_hash
from provisioning.domain.redaction import redact
from provisioning.errors import InvalidRequest, Refused, TenantbotError
from provisioning.registry import AuditEntry

_MOST: Final = 500


def refusal_entry(
    action: str, fault: TenantbotError, *, subdomain: str | None, request: Mapping[str, Any] | None
) -> AuditEntry:
    """Sentences about single fields quote what was typed, so only the fields are named."""
    fields = [error.field for error in fault.errors] if isinstance(fault, InvalidRequest) else [fault.field]
    reason = f"Wrong: {', '.join(map(str, fields))}." if isinstance(fault, InvalidRequest) else fault.message
    return AuditEntry(
        action=action,
        result="refused" if isinstance(fault, Refused) else "failed",
        subdomain=line(subdomain),
        request_hash=request_hash(request) if request else None,
        reason=line(reason),
        details={"code": fault.code, "fields": [field for field in fields if field]},
    )


def line(text: str | None) -> str | None:
    """One line of what somebody typed, short, printable and without secrets; None where nothing is left."""
    shown = "".join(letter if letter.isprintable() else " " for letter in str(text or ""))
    return redact(shown.strip())[:_MOST] or None
