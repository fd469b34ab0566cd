"""What sandbox.json says: where the stand-ins of this home are, and how to log in to each."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from sandbox.files import read_if_there, write_private


@dataclass(frozen=True)
class SandboxDocument:
    """Addresses and secrets of running stand-ins; those that do not run have an empty string."""

    pid: int
    database_url: str
    pg_bin: str
    control: str
    faults: str
    mailbox: str
    supabase_api: str
    supabase_data_api: str
    supabase_token: str
    supabase_organization: str
    platform: str
    platform_token: str
    domain: str
    url_template: str
    ca_file: str
    smtp: str
    smtp_user: str
    smtp_password: str
    dns: str
    cloudflare_api: str
    cloudflare_token: str
    cloudflare_zone: str
    slack_api: str
    slack_page: str
    slack_bot_token: str
    slack_app_token: str
    slack_signing_secret: str
    admin_api: str = ""

    @classmethod
    def load(cls, home: Path) -> Self | None:
        """Read the document of a home, or None where there is none that we understand."""
        text = read_if_there(_path(home))
        if text is None:
            return None
        names = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in json.loads(text).items() if name in names})
        except (ValueError, TypeError):
            return None

    def save(self, home: Path) -> None:
        stated = {name: value for name, value in asdict(self).items() if value != ""}
        write_private(_path(home), json.dumps(stated, indent=2) + "\n")

    @staticmethod
    def remove(home: Path) -> None:
        _path(home).unlink(missing_ok=True)


def _path(home: Path) -> Path:
    return home / "sandbox.json"
