"""An e-mail as SMTP carries it: plain text and HTML as alternatives of one message."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

from email_validator import EmailNotValidError, validate_email

from provisioning.ports import Email

_SEVEN_BIT = SMTP.clone(cte_type="7bit")  # not every server on the way takes more


def compose(email: Email, *, sender: str, reply_to: str | None) -> EmailMessage:
    to = _wire_address(email.to)
    message = EmailMessage(policy=_SEVEN_BIT.clone(utf8=not to.isascii()))
    message["From"] = sender
    message["To"] = to
    if reply_to:
        message["Reply-To"] = reply_to
    message["Subject"] = email.subject
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<{email.message_id.strip('<>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(email.text)
    message.add_alternative(email.html, subtype="html")
    return message


def _wire_address(address: str) -> str:
    """Spell a domain with letters beyond ASCII as mail servers know it."""
    if address.isascii():
        return address
    try:
        return validate_email(address, check_deliverability=False).ascii_email or address
    except EmailNotValidError:
        return address
