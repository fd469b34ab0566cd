"""What the doctor examines, composed: every outside system as a run meets it, and the registry from outside."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

from provisioning.adapters.backups.fitting import dump_tools
from provisioning.adapters.backups.proof import check_proof_server
from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.adapters.fernet_vault import FernetVault
from provisioning.adapters.http import new_client
from provisioning.adapters.http_date import http_date
from provisioning.adapters.object_archive import ObjectArchive
from provisioning.adapters.registry.look import look_at_registry
from provisioning.adapters.system_clock import SystemClock
from provisioning.bootstrap import open_public_keys, policy_of
from provisioning.doctor.surroundings import Surroundings
from provisioning.outside import open_app, open_mailer, open_platform, open_projects, open_zone
from provisioning.ports import Clock
from provisioning.settings import Settings

_DNS_SECONDS: Final = 10
"""No run asks so patiently, but it asks again; here one lost packet must not look like a fault."""


@asynccontextmanager
async def open_surroundings(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Surroundings]:
    """Open what can be opened without asking anybody. Raises InvalidRequest where a setting names what is not there."""
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(new_client(base_url=settings.supabase_api_url))
        yield Surroundings(
            clock=clock,
            vault=FernetVault(settings.tenantbot_secret_keys),
            projects=await open_projects(settings, clock, stack),
            platform=await open_platform(settings, stack),
            app=await open_app(settings, stack),
            dns=DnsResolver(nameservers=settings.dns_nameservers, lifetime=_DNS_SECONDS),
            zone=await open_zone(settings, stack),
            mailer=await open_mailer(settings, stack),
            archive=ObjectArchive(settings.archive_url) if settings.archive_url else None,
            policy=policy_of(settings),
            region=settings.supabase_region,
            token_expires=settings.supabase_access_token_expires,
            look_at_registry=partial(look_at_registry, settings.database_url),
            ask_the_time=partial(http_date, plain, service="Supabase", check="SUPABASE_API_URL"),
            find_public_key=await stack.enter_async_context(open_public_keys(settings, clock)),
            check_proof_server=partial(
                check_proof_server, settings.proof_database_url or settings.database_url
            ),
            find_dump_tools=partial(
                dump_tools, bin_dir=settings.tenantbot_pg_bin, ca_file=settings.supabase_ca_file
            ),
        )
