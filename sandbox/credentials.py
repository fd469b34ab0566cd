"""The secrets by which the stand-ins know their callers: made once, kept under home."""

import json
import secrets
import string
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from sandbox.files import read_if_there, write_private


@dataclass(frozen=True)
class Credentials:
    supabase_token: str
    supabase_organization: str
    platform_token: str
    platform_secret: str  # with which the TaskifAI app signs its sessions
    cloudflare_token: str
    cloudflare_zone: str
    smtp_user: str
    smtp_password: str
    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str

    @classmethod
    def keep(cls, path: Path) -> Self:
        """Read them, and make those that are missing; in the shapes of the real services."""
        kept = json.loads(read_if_there(path) or "{}")
        made = {
            "supabase_token": f"sbp_{secrets.token_hex(20)}",
            "supabase_organization": "".join(secrets.choice(string.ascii_lowercase) for _ in range(20)),
            "platform_token": secrets.token_urlsafe(32),
            "platform_secret": secrets.token_hex(32),
            "cloudflare_token": secrets.token_urlsafe(30),
            "cloudflare_zone": secrets.token_hex(16),
            "smtp_user": "tenantbot",
            "smtp_password": secrets.token_urlsafe(24),
            "slack_bot_token": f"xoxb-{_digits()}-{_digits()}-{secrets.token_hex(12)}",
            "slack_app_token": f"xapp-1-A0TENANTBOT-{_digits()}-{secrets.token_hex(32)}",
            "slack_signing_secret": secrets.token_hex(16),
        }
        credentials = cls(**{name: kept.get(name, value) for name, value in made.items()})
        if asdict(credentials) != kept:
            write_private(path, json.dumps(asdict(credentials), indent=2))
        return credentials


def _digits() -> str:
    return "".join(secrets.choice(string.digits) for _ in range(12))
