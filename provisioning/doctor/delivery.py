"""What a run hands over to: the platform, the mail server, the archive."""

from collections.abc import Sequence
from typing import Final

from provisioning.doctor.finding import Finding
from provisioning.doctor.questions import ask_mail
from provisioning.doctor.surroundings import Surroundings

PLATFORM: Final = "platform"
MAIL: Final = "mail"
ARCHIVE: Final = "archive"


async def check_platform(at: Surroundings) -> Sequence[Finding]:
    if not at.platform.publishes:
        return [Finding(PLATFORM, None, "nothing is published (PLATFORM_REGISTRY=none)")]
    await at.platform.check_access()
    return [Finding(PLATFORM, True, "its admin API answers, and takes the token")]


async def check_mail(at: Surroundings) -> Sequence[Finding]:
    said = await ask_mail(at.mailer)
    return [Finding(MAIL, said.ok, said.answer)]


async def check_archive(at: Surroundings) -> Sequence[Finding]:
    if at.archive is None:
        found = "not set (ARCHIVE_URL), so no tenant can be deprovisioned"
        return [Finding(ARCHIVE, None, found, "Set it to file:///… or s3://bucket/prefix.")]
    await at.archive.try_out()
    return [Finding(ARCHIVE, True, "a file was written, read back and deleted")]
