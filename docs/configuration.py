"""Writes docs/configuration.md from the settings model, so that the page can't say anything else than the code.

Run it from a clone after a setting changed: `.venv/bin/python -m docs.configuration`.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from provisioning.domain.duration import write_duration
from provisioning.settings import ROOT, Settings

PAGE: Final = Path(__file__).parent / "configuration.md"

_HEAD: Final = """\
# Configuration

Settings come from the environment, or from `.env` in the working folder; the environment wins.
[`.env.example`](../.env.example) has them all to fill in. What is missing or malformed is reported by name,
all at once, by every command and by `tenantbot doctor`. The sandbox and the tests need none: they read
`TENANTBOT_HOME` and `TENANTBOT_PG_BIN` only.

Secrets are marked with 🔒: they leave the process's environment once read, and are shown nowhere.
Lists are separated by commas. Lengths of time look like `45s`, `30m`, `24h`, `7d`.
"""
_TAIL: Final = """
This page is written by `python -m docs.configuration` from `provisioning/settings.py`.
"""
_SECTIONS: Final = {
    "database_url": "The control plane itself",
    "supabase_access_token": "Supabase",
    "tenant_schema_dir": "Schema and seeds",
    "taskifai_domain": "TaskifAI and its platform",
    "dns_provider": "DNS",
    "mail_url": "Mail",
    "slack_bot_token": "Slack",
    "admin_jwt_secret": "Command line and admin API",
    "archive_url": "Backups",
    "approval_expiry": "Approvals and ends",
    "digest_cron": "What happens by the clock",
    "log_level": "Logs",
}
"""The setting that begins each section."""


def page() -> str:
    """The page as it should be."""
    return _HEAD + "".join(_rows()) + _TAIL


def _rows() -> list[str]:
    lines: list[str] = []
    for name, field in Settings.model_fields.items():
        if name in _SECTIONS:
            lines.append(
                f"\n## {_SECTIONS[name]}\n\n| setting | default | what it is |\n| --- | --- | --- |\n"
            )
        lock = " 🔒" if "Secret" in str(field.annotation) else ""
        lines.append(f"| `{name.upper()}`{lock} | {_default(field)} | {_purpose(field)} |\n")
    return lines


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**needed**"
    value = _text(field.default)
    return f"`{value}`" if value else ""


def _text(value: Any) -> str:
    match value:
        case None | ():
            return ""
        case timedelta():
            return write_duration(value)
        case Path():
            return str(value.relative_to(ROOT))
        case float():
            return f"{value:g}"
        case bool():
            return str(value).lower()
        case tuple():
            return ",".join(value)
        case _:
            return str(value)


def _purpose(field: FieldInfo) -> str:
    words = field.description or ""
    if get_origin(field.annotation) is Literal:
        words += " One of " + ", ".join(f"`{choice}`" for choice in get_args(field.annotation)) + "."
    return words.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
