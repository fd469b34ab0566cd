"""The outside, as the settings name it: one adapter for each system, opened here and nowhere else."""

from contextlib import AsyncExitStack
from urllib.parse import unquote, urlsplit

from provisioning.adapters.backups import BackupArchive, PostgresBackups
from provisioning.adapters.cloudflare_zone import CloudflareZone
from provisioning.adapters.dns_resolver import DnsResolver
from provisioning.adapters.http import new_client
from provisioning.adapters.no_platform import NoPlatform
from provisioning.adapters.no_zone import NoZone
from provisioning.adapters.pinned_transport import PinnedTransport
from provisioning.adapters.platform_admin_api import PlatformAdminApi
from provisioning.adapters.resend_mailer import ResendMailer
from provisioning.adapters.smtp_mailer import SmtpMailer
from provisioning.adapters.supabase import SupabaseProjects
from provisioning.adapters.supabase_data_api import SupabaseDataApi
from provisioning.adapters.supabase_logs import SupabaseLogs
from provisioning.adapters.taskifai_app import TaskifaiApp
from provisioning.adapters.tls_certificates import TlsCertificates
from provisioning.adapters.vercel_domains import API as VERCEL
from provisioning.adapters.vercel_domains import VercelDomains
from provisioning.domain.secret import Secret
from provisioning.ports import Clock, DnsZone, Mailer, Platform
from provisioning.probes import Probes
from provisioning.settings import Settings


async def open_projects(settings: Settings, clock: Clock, stack: AsyncExitStack) -> SupabaseProjects:
    headers = _bearer(settings.supabase_access_token)
    client = await stack.enter_async_context(new_client(base_url=settings.supabase_api_url, headers=headers))
    return SupabaseProjects(client, organization=settings.supabase_organization, clock=clock)


async def open_probes(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Probes:
    headers = _bearer(settings.supabase_access_token)
    logs = await stack.enter_async_context(new_client(base_url=settings.supabase_api_url, headers=headers))
    data_api = new_client(base_url=settings.supabase_data_api_url.partition("{")[0])
    return Probes(
        certificates=TlsCertificates(dns=_tenants_dns(settings), ca_file=settings.taskifai_ca_file),
        caa=DnsResolver(nameservers=settings.dns_nameservers),
        data_api=SupabaseDataApi(
            await stack.enter_async_context(data_api), url_template=settings.supabase_data_api_url
        ),
        logs=SupabaseLogs(logs, organization=settings.supabase_organization, clock=clock),
        hosting=await _hosting(settings, stack),
    )


async def _hosting(settings: Settings, stack: AsyncExitStack) -> VercelDomains | None:
    if settings.vercel_token is None or settings.vercel_project_id is None:
        return None
    client = new_client(base_url=VERCEL, headers=_bearer(settings.vercel_token))
    return VercelDomains(
        await stack.enter_async_context(client),
        project=settings.vercel_project_id,
        team=settings.vercel_team_id,
    )


async def open_platform(settings: Settings, stack: AsyncExitStack) -> Platform:
    if settings.platform_registry == "none":
        return NoPlatform()
    assert settings.platform_admin_url is not None
    assert settings.platform_admin_token is not None
    client = new_client(base_url=settings.platform_admin_url, headers=_bearer(settings.platform_admin_token))
    return PlatformAdminApi(await stack.enter_async_context(client), body=settings.platform_admin_body)


async def open_app(settings: Settings, stack: AsyncExitStack) -> TaskifaiApp:
    transport = PinnedTransport(dns=_tenants_dns(settings), ca_file=settings.taskifai_ca_file)
    client = await stack.enter_async_context(new_client(base_url="", transport=transport))
    return TaskifaiApp(client, url_template=settings.taskifai_url_template)


def _tenants_dns(settings: Settings) -> DnsResolver | None:
    return DnsResolver(nameservers=(settings.taskifai_resolver,)) if settings.taskifai_resolver else None


async def open_zone(settings: Settings, stack: AsyncExitStack) -> DnsZone:
    if settings.dns_provider == "none":
        return NoZone()
    assert settings.cloudflare_api_token is not None
    assert settings.cloudflare_zone_id is not None
    client = new_client(base_url=settings.cloudflare_api_url, headers=_bearer(settings.cloudflare_api_token))
    return CloudflareZone(await stack.enter_async_context(client), zone_id=settings.cloudflare_zone_id)


async def open_mailer(settings: Settings, stack: AsyncExitStack) -> Mailer:
    url = urlsplit(settings.mail_url.reveal())
    if url.scheme == "resend":
        client = new_client(base_url="https://api.resend.com", headers=_bearer(Secret(url.netloc)))
        return ResendMailer(
            await stack.enter_async_context(client),
            sender=settings.mail_from,
            reply_to=settings.mail_reply_to,
        )
    assert url.hostname is not None
    return SmtpMailer(
        host=url.hostname,
        port=url.port or (465 if url.scheme == "smtps" else 587),
        user=unquote(url.username or ""),
        password=Secret(unquote(url.password or "")),
        sender=settings.mail_from,
        reply_to=settings.mail_reply_to,
        ca_file=settings.taskifai_ca_file,
        tls="implicit" if url.scheme == "smtps" else "starttls",
    )


def backups_of(settings: Settings, clock: Clock) -> PostgresBackups | None:
    if settings.archive_url is None:
        return None
    return PostgresBackups(
        BackupArchive(settings.archive_url),
        proof_server=settings.proof_database_url or settings.database_url,
        clock=clock,
        bin_dir=settings.tenantbot_pg_bin,
        ca_file=settings.supabase_ca_file,
    )


def _bearer(token: Secret) -> dict[str, str]:
    return {"authorization": f"Bearer {token.reveal()}"}
