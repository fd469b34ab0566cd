"""The notice itself. It never names another tenant: whose data was seen by whom is nobody else's to read."""

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from provisioning.domain.incident import AffectedTenant
from provisioning.ports import Email

SUBJECT: Final = "Security notice about your TaskifAI account"

_WHAT: Final[Mapping[str, str]] = {
    "foreign_token_accepted": "a session of one account was accepted by another one",
    "foreign_key_accepted": "a key of one account opened another one",
    "shared_database": "two accounts were served from one database",
    "wrong_project": "an account was served from a database that is not its own",
    "sealed_url_of_another": "an account was led to a database that is not its own",
    "anon_key_reads": "tables of an account could be read without logging in",
}
_SOMETHING: Final = "accounts were not kept apart as they must be"

_plain = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - plain text
_html = Environment(undefined=StrictUndefined, autoescape=True)


def notice_email(
    incident: Mapping[str, Any],
    tenant: AffectedTenant,
    *,
    message: str,
    access_url: str,
    support_url: str,
    message_id: str,
) -> Email:
    """Render it for one tenant's admin; `message` is what the operator adds in their own words."""
    assert tenant.admin_email is not None
    codes = [str(cause.get("code")) for cause in incident["causes"]]
    values = {
        "admin_name": tenant.admin_name,
        "company": tenant.company_name,
        "found_on": f"{datetime.fromisoformat(incident['at']):%Y-%m-%d}",
        "what": next((_WHAT[code] for code in codes if code in _WHAT), _SOMETHING),
        "message": message,
        "incident": incident["incident"],
        "access_url": access_url,
        "support_name": support_url.removeprefix("https://"),
        "support_url": support_url if "://" in support_url else f"https://{support_url}",
    }
    return Email(
        to=tenant.admin_email,
        subject=SUBJECT,
        text=_plain.from_string(_template("notice_email.txt")).render(values),
        html=_html.from_string(_template("notice_email.html")).render(values),
        message_id=message_id,
    )


def _template(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
