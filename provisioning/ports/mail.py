"""E-mail, sent once."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Email:
    """One message, plain and HTML. `message_id` is fixed by its outbox row, so a repeat is the same message."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str

    def __repr__(self) -> str:  # the body may hold a temporary password
        return f"Email(to={self.to!r}, subject={self.subject!r}, message_id={self.message_id!r})"


class Mailer(Protocol):
    async def check_login(self) -> None: ...
    async def send(self, email: Email) -> None:
        """Hand the message over. Raises Unclear when it may have been accepted."""
        ...
