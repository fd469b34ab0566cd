"""Every error of the control plane, by what whoever catches it must do.

TenantbotError
├── Refused            tell the requester, nothing was changed
│   └── InvalidRequest     several fields, each with its own message
├── Transient          the engine tries again, after `retry_after` seconds if it is given
│   └── Unclear            the call may have taken effect: look before trying again
├── Permanent          stop the run; a person decides
└── NeedsPerson        nothing failed: somebody outside must act; looked at again after `recheck_after` seconds

Messages are sentences for people: what happened, and what to do about it. They never carry a secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class TenantbotError(Exception):
    """Root of the tree. `code` is a stable word for scripts, `field` names the input at fault."""

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        if code is not None:
            self.code = code


class Refused(TenantbotError):
    """The request can't be accepted as it stands."""

    code = "refused"


@dataclass(frozen=True)
class FieldError:
    """One field of a request and the one sentence that says what is wrong with it."""

    field: str
    message: str


class InvalidRequest(Refused):
    """One or more fields are wrong; `errors` has one message for each, `hint` says what helps with all of them."""

    code = "invalid_request"

    def __init__(self, errors: Sequence[FieldError], *, hint: str = "") -> None:
        super().__init__(" ".join(error.message for error in errors), field=errors[0].field)
        self.errors = tuple(errors)
        self.hint = hint


class Transient(TenantbotError):
    """The same call may succeed later."""

    code = "transient"

    def __init__(self, message: str, *, retry_after: float | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unclear(Transient):
    """The call was sent and its answer was lost: it may or may not have taken effect."""

    code = "unclear"


class Permanent(TenantbotError):
    """Trying again changes nothing until a person has changed something.

    `again_from`: what the steps from this one on have made will not do, so that a retry takes them anew.
    """

    code = "failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        field: str | None = None,
        again_from: int | None = None,
    ) -> None:
        super().__init__(message, code=code, field=field)
        self.again_from = again_from


class NeedsPerson(TenantbotError):
    """Waiting for an act outside the control plane, such as a DNS record added by hand."""

    code = "needs_person"

    def __init__(self, message: str, *, recheck_after: float | None) -> None:
        super().__init__(message)
        self.recheck_after = recheck_after
