"""A customer at their tenant's own URL, with what the welcome e-mail told them."""

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import httpx

from tests.e2e.terminal import Terminal


@dataclass(frozen=True)
class Customer:
    terminal: Terminal
    subdomain: str
    email: str
    password: str

    @classmethod
    async def of(cls, terminal: Terminal, subdomain: str) -> Self:
        """Open the latest e-mail about this tenant."""
        mail = [one for one in await terminal.mail() if f"//{subdomain}." in one["text"]][-1]
        password = re.search(r"Password: (\S+)", mail["text"])
        assert password is not None
        return cls(terminal, subdomain, mail["to"], password[1])

    async def log_in(self) -> int:
        """Try to; return the status of the answer."""
        at = self.terminal.document
        url = urlsplit(at.url_template.replace("{subdomain}", self.subdomain))
        verify = ssl.create_default_context(cafile=Path(at.ca_file))
        async with httpx.AsyncClient(verify=verify, trust_env=False, timeout=30) as client:
            answer = await client.post(
                f"https://127.0.0.1:{url.port}/api/auth/login",
                headers={"host": url.netloc},
                extensions={"sni_hostname": url.hostname},
                json={"email": self.email, "password": self.password},
            )
        return answer.status_code
