"""The vault: MultiFernet under the keys of TENANTBOT_SECRET_KEYS, newest first.

A sealed value is a Fernet token around `{"for": "<subdomain>/<field>", "value": …}`: what it belongs to
is inside, so a token moved to another row does not open there. docs/registry-format.md tells a reader how.
"""

import json
from collections.abc import Sequence

from provisioning.domain.keyring import Keyring, UnknownKey, new_key
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent

__all__ = ["FernetVault", "new_key"]


class FernetVault:
    def __init__(self, keys: Sequence[Secret]) -> None:
        self._keyring = Keyring(keys)

    def seal(self, secret: Secret, *, subdomain: str, field: str) -> Sealed:
        content = json.dumps({"for": f"{subdomain}/{field}", "value": secret.reveal()})
        return Sealed(self._keyring.seal(content))

    def open(self, sealed: Sealed, *, subdomain: str, field: str) -> Secret:
        """Raise Permanent when no key opens the value, or when it was sealed for something else."""
        try:
            content = json.loads(self._keyring.open(sealed))
        except UnknownKey as fault:
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
