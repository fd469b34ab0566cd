"""The vault: MultiFernet under the keys of TENANTBOT_SECRET_KEYS, newest first.

A sealed value is a Fernet token around `{"for": "<subdomain>/<field>", "value": …}`: what it belongs to
is inside, so a token moved to another row does not open there. docs/registry-format.md tells a reader how.
"""

import json
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent


class FernetVault:
    def __init__(self, keys: Sequence[Secret]) -> None:
        self._fernet = MultiFernet([Fernet(key.reveal()) for key in keys])

    def seal(self, secret: Secret, *, subdomain: str, field: str) -> Sealed:
        content = json.dumps({"for": f"{subdomain}/{field}", "value": secret.reveal()})
        return Sealed(self._fernet.encrypt(content.encode()).decode())

    def open(self, sealed: Sealed, *, subdomain: str, field: str) -> Secret:
        """Raise Permanent when no key opens the value, or when it was sealed for something else."""
        try:
            content = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as fault:
            raise Permanent(
                f"The sealed {field} of {subdomain} does not open with any key in TENANTBOT_SECRET_KEYS; "
                "add the key it was sealed with.",
                code="sealed",
            ) from fault
        if content["for"] != f"{subdomain}/{field}":
            raise Permanent(
                f"The sealed {field} of {subdomain} belongs to something else: it was moved.", code="sealed"
            )
        return Secret(content["value"])


def new_key() -> Secret:
    """Make a key for TENANTBOT_SECRET_KEYS."""
    return Secret(Fernet.generate_key().decode())
