"""A mailbox, and the way into it."""

from provisioning.errors import Permanent
from provisioning.ports import Email


class FakeMailer:
    """Implements the port Mailer. `mailbox` holds every message that was accepted."""

    def __init__(self) -> None:
        self.login_works = True
        self.mailbox: list[Email] = []

    @property
    def message_ids(self) -> set[str]:
        return {email.message_id for email in self.mailbox}

    async def check_login(self) -> None:
        if not self.login_works:
            raise Permanent("The mail server refused the login; check MAIL_URL.", code="bad_credentials")

    async def send(self, email: Email) -> None:
        await self.check_login()
        self.mailbox.append(email)
