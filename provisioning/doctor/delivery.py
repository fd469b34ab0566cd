"""What a run hands over to: the platform, the mail server, the archive; and who vouches for people."""

from collections.abc import Sequence
from typing import Final

from provisioning.doctor.finding import Finding, not_checked
from provisioning.doctor.questions import ask_mail
from provisioning.doctor.surroundings import Surroundings
from provisioning.errors import Transient

PLATFORM: Final = "platform"
SIGN_IN: Final = "sign-in keys"
MAIL: Final = "mail"
ARCHIVE: Final = "archive"
PROOF: Final = "proof server"


async def check_platform(at: Surroundings) -> Sequence[Finding]:
    if not at.platform.publishes:
        return [Finding(PLATFORM, None, "nothing is published (PLATFORM_REGISTRY=none)")]
    await at.platform.check_access()
    return [Finding(PLATFORM, True, "its admin API answers, and takes the token")]


async def check_sign_in(at: Surroundings) -> Sequence[Finding]:
    """Ask the identity provider for its keys; without one there is nothing to look at."""
    if at.find_public_key is None:
        return []
    try:
        await at.find_public_key(None)
    except Transient as fault:
        found = fault.message.partition("; ")[0]
        return [Finding(SIGN_IN, False, found, "Check ADMIN_JWKS_URL, and the identity provider.")]
    return [Finding(SIGN_IN, True, "the identity provider shows its public keys")]


async def check_mail(at: Surroundings) -> Sequence[Finding]:
    said = await ask_mail(at.mailer)
    return [Finding(MAIL, said.ok, said.answer)]


async def check_archive(at: Surroundings) -> Sequence[Finding]:
    if at.archive is None:
        found = "not set (ARCHIVE_URL), so no tenant can be deprovisioned"
        return [Finding(ARCHIVE, None, found, "Set it to file:///… or s3://bucket/prefix.")]
    await at.archive.try_out()
    return [Finding(ARCHIVE, True, "a file was written, read back and deleted")]


async def check_proof(at: Surroundings) -> Sequence[Finding]:
    if at.archive is None:
        return [not_checked(PROOF, "without an archive nothing is proved")]
    return [Finding(PROOF, True, await at.check_proof_server())]
