"""The guide's welcome e-mail: its text word for word, and the same as HTML."""

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from provisioning.domain.secret import Secret
from provisioning.ports import Email

SUBJECT = "Welcome to TaskifAI - Your Account is Ready!"

_plain = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - plain text
_html = Environment(undefined=StrictUndefined, autoescape=True)


def welcome_email(
    *, admin_name: str, admin_email: str, access_url: str, password: Secret, support_url: str, message_id: str
) -> Email:
    """Render the message. `support_url` is the documentation's address, with or without a scheme."""
    values = {
        "admin_name": admin_name,
        "admin_email": admin_email,
        "access_url": access_url,
        "temporary_password": password.reveal(),
        "support_name": support_url.removeprefix("https://"),
        "support_url": support_url if "://" in support_url else f"https://{support_url}",
    }
    return Email(
        to=admin_email,
        subject=SUBJECT,
        text=_plain.from_string(_template("welcome_email.txt")).render(values),
        html=_html.from_string(_template("welcome_email.html")).render(values),
        message_id=message_id,
    )


def _template(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
