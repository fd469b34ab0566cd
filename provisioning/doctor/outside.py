"""The table of contents: what outside of Slack is examined, and in which order it is told."""

import asyncio
from collections.abc import Sequence
from functools import partial

from provisioning.doctor.clock import check_clock
from provisioning.doctor.delivery import check_archive, check_mail, check_platform, check_proof, check_sign_in
from provisioning.doctor.dns import check_certificate, check_dns
from provisioning.doctor.dump_tools import check_dump_tools
from provisioning.doctor.examination import PATIENCE, Check
from provisioning.doctor.finding import Finding
from provisioning.doctor.registry import check_registry
from provisioning.doctor.supabase import check_supabase, check_token_expiry
from provisioning.doctor.surroundings import Surroundings
from provisioning.domain.registry_look import RegistryLook

_NETWORK = "Check that this machine may reach it (firewall, proxy), and its status page."


def checks_of(at: Surroundings) -> Sequence[Check]:
    """Build the checks. The registry is looked at once, for all that need it."""
    looked: asyncio.Future[RegistryLook] | None = None

    async def look() -> RegistryLook:
        nonlocal looked
        if looked is None:
            looked = asyncio.ensure_future(at.look_at_registry())
            looked.add_done_callback(_heard)
        return await asyncio.shield(looked)  # one impatient check must not end it for the others

    async def expiry() -> Sequence[Finding]:
        return check_token_expiry(at)

    return [
        Check("database", partial(check_registry, at, look), "Check DATABASE_URL, and the server's log."),
        Check("clock", partial(check_clock, at, look), _NETWORK),
        Check("Supabase token", partial(check_supabase, at), f"{_NETWORK} status.supabase.com knows more."),
        Check("token expiry", expiry, ""),
        Check("platform", partial(check_platform, at), "Check PLATFORM_ADMIN_URL, and the platform itself."),
        Check("sign-in keys", partial(check_sign_in, at), "Check ADMIN_JWKS_URL."),
        Check("DNS", partial(check_dns, at), "Check DNS_NAMESERVERS, and the registrar's entries."),
        Check("certificate", partial(check_certificate, at), "Look at the domain at the hosting provider."),
        Check("mail", partial(check_mail, at), f"Check host and port in MAIL_URL. {_NETWORK}"),
        Check("archive", partial(check_archive, at), f"Check ARCHIVE_URL. {_NETWORK}"),
        Check("proof server", partial(check_proof, at), "Check PROOF_DATABASE_URL (default: DATABASE_URL)."),
        Check("pg_dump", partial(check_dump_tools, at, look), _NETWORK, seconds=PATIENCE * 2),
    ]


def _heard(looked: "asyncio.Future[RegistryLook]") -> None:
    """Whoever waited has been told, or has gone."""
    if not looked.cancelled():
        looked.exception()
