"""What the text of a setting looks like. Each check returns it, or raises ValueError that says what is wanted."""

import re
from email.utils import getaddresses
from typing import Final
from urllib.parse import SplitResult, urlsplit

from provisioning.domain.secret import Secret

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_ENCODE: Final = "it can't be read; write @, :, /, ? and # of a password as %40, %3A, %2F, %3F and %23"


def database_url(secret: Secret | None) -> Secret | None:
    """An address of PostgreSQL, of several hosts too."""
    if secret is not None:
        _address(secret.reveal(), "postgresql", "postgres")
    return secret


def mail_url(secret: Secret) -> Secret:
    """The address of a mail server, or a key of Resend."""
    url = _address(secret.reveal(), "smtp", "smtps", "resend")
    if not url.hostname:
        raise ValueError("it names no host, as smtp://user:password@host:587 does, and no key")
    return secret


def sender(text: str | None) -> str | None:
    """One e-mail address, with or without a name before it."""
    if text is not None:
        found = getaddresses([text])
        if len(found) != 1 or not _ADDRESS.fullmatch(found[0][1]):
            raise ValueError("it is one address, such as hello@taskifai.com or TaskifAI <hello@taskifai.com>")
    return text


def domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise ValueError("it is a domain, such as taskifai.com")
    return text


def archive_url(text: str | None) -> str | None:
    if text is not None and "://" not in text:
        raise ValueError("it begins with file:/// or s3://")
    return text


def web_url(text: str | None, *, holds: str = "") -> str | None:
    """An address of the web that has the placeholder `holds` in it, if there has to be one."""
    if text is not None:
        url = urlsplit(text)
        if url.scheme not in {"http", "https"} or not url.netloc:
            raise ValueError("it begins with https://")
        if holds not in text:
            raise ValueError(f"{holds} has to be in it")
    return text


def _address(text: str, *schemes: str) -> SplitResult:
    url = urlsplit(text)
    if url.scheme not in schemes or "://" not in text:
        raise ValueError(f"it begins with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    if not _is_readable(url):
        raise ValueError(_ENCODE)
    return url


def _is_readable(url: SplitResult) -> bool:
    """A sign of a password that was not encoded ends the host too early: an @ is left over, or a port is no number."""
    if "@" in f"{url.path}{url.query}{url.fragment}":
        return False
    hosts = url.netloc.rpartition("@")[2].split(",")
    try:
        return all(urlsplit(f"//{host}").port != 0 for host in hosts)
    except ValueError:
        return False
