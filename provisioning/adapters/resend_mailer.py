"""Sends mail by Resend's API.

The Message-ID is the idempotency key as well: Resend sends a message once however often it is asked to
within a day, so a lost answer is only transient.
"""

from http import HTTPStatus
from typing import Final

import httpx

from provisioning.adapters.http import call
from provisioning.adapters.http_answer import json_of, said
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from provisioning.ports import Email

SERVICE: Final = "Resend"

_SENDING_ONLY: Final = "restricted_api_key"
_UNDER_WAY: Final = "concurrent_idempotent_requests"
_BAD_KEY: Final = frozenset({"missing_api_key", "invalid_api_key", _SENDING_ONLY})


class ResendMailer:
    """Implements the port Mailer. The client brings the API's address and the key."""

    def __init__(self, client: httpx.AsyncClient, *, sender: str, reply_to: str | None) -> None:
        self._client = client
        self._sender = sender
        self._reply_to = reply_to

    async def check_login(self) -> None:
        """List the domains. A key that may only send can't, and is known by being told so."""
        response = await call(self._client, "GET", "/domains", service=SERVICE)
        if not response.is_success and _name(response) != _SENDING_ONLY:
            raise _refusal(response)

    async def send(self, email: Email) -> None:
        message_id = email.message_id.strip("<>")
        body = {
            "from": self._sender,
            "to": [email.to],
            "subject": email.subject,
            "text": email.text,
            "html": email.html,
            "headers": {"Message-ID": f"<{message_id}>", "Auto-Submitted": "auto-generated"},
        }
        if self._reply_to:
            body["reply_to"] = self._reply_to
        try:
            response = await call(
                self._client,
                "POST",
                "/emails",
                service=SERVICE,
                json=body,
                headers={"Idempotency-Key": message_id},
            )
        except Unclear as fault:
            raise Transient(fault.message, retry_after=fault.retry_after) from fault
        if not response.is_success:
            raise _refusal(response)


def _refusal(response: httpx.Response) -> TenantbotError:
    name, words = _name(response), said(response) or f"HTTP {response.status_code}"
    if name == _UNDER_WAY:
        return Transient("Resend is still at work on this very mail.")
    if name in _BAD_KEY or response.status_code == HTTPStatus.UNAUTHORIZED:
        return Permanent(f"Resend does not accept the key in MAIL_URL: {words}", code="bad_credentials")
    if response.status_code == HTTPStatus.FORBIDDEN:
        return Permanent(
            f"Resend may not send from this address; verify the domain of MAIL_FROM: {words}",
            code="sender_refused",
        )
    return Permanent(f"Resend refused the mail: {words}", code="mail_refused")


def _name(response: httpx.Response) -> str:
    data = json_of(response)
    return str(data.get("name", "")) if isinstance(data, dict) else ""
