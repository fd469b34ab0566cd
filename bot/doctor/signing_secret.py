"""Does the signing secret look like one? That it is the right one shows with the first request only."""

import re
from typing import Final

from bot.doctor.installation import masked
from provisioning.doctor.finding import Finding
from provisioning.domain.secret import Secret

NAME: Final = "signing secret"

_SHAPE: Final = re.compile(r"[0-9a-f]{32}")
_ADVICE: Final = (
    "At api.slack.com/apps open the app, Basic Information, App Credentials: copy the Signing Secret "
    "(not the Client Secret, not the Verification Token)."
)


def check_signing_secret(secret: Secret) -> Finding:
    if _SHAPE.fullmatch(secret.reveal()):
        return Finding(NAME, True, f"{masked(secret)} looks like one")
    return Finding(NAME, False, "it is not 32 characters of 0-9 and a-f", _ADVICE)
