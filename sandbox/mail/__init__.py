"""The mail of the sandbox: two ways to send (SMTP, Resend's API) into one mailbox for all recipients."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("state.sql")
