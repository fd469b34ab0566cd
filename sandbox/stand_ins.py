"""The stand-ins, one after the other: what each needs, and where it is found afterwards."""

import asyncio
import os
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from sandbox import control
from sandbox.certificates import Certificate, Certificates
from sandbox.cloudflare import app as cloudflare
from sandbox.credentials import Credentials
from sandbox.dns.server import DnsServer
from sandbox.dns.zone import Zone
from sandbox.document import SandboxDocument
from sandbox.faults import Faults
from sandbox.mail import mailbox
from sandbox.mail.server import MailServer
from sandbox.mishaps import Mishaps
from sandbox.ports import HOST, Ports
from sandbox.serve import Choose, RunningServer, serve
from sandbox.slack import app as slack
from sandbox.slack.workspace import ensure_workspace
from sandbox.state import State
from sandbox.supabase import app as supabase
from sandbox.supabase.projects import finish_projects
from sandbox.switches import Switches
from sandbox.taskifai import app as taskifai

DOMAIN = "taskifai.test"
DATABASE = "tenantbot"  # the control plane's own; the stand-ins never look into it


@dataclass(frozen=True)
class Kit:
    """What stand-ins are made of; `parts` stops what they start, `servers` all at once."""

    state: State
    faults: Faults
    credentials: Credentials
    certificates: Certificates
    ports: Ports
    parts: AsyncExitStack
    servers: list[RunningServer] = field(default_factory=list)

    async def serve(
        self, name: str, app: ASGIApp, certificate: Certificate | None = None, *, choose: Choose | None = None
    ) -> RunningServer:
        async def on(port: int) -> RunningServer:
            if certificate is None:
                return await serve(app, port=port)
            return await serve(
                app, port=port, certificate=certificate.chain, key=certificate.key, choose=choose
            )

        server = await self.ports.listen(name, on)
        self.servers.append(server)
        return server

    async def stop_servers(self) -> None:
        await asyncio.gather(*(server.stop() for server in self.servers))


async def start_stand_ins(kit: Kit, *, project_seconds: float) -> SandboxDocument:
    await kit.faults.refresh()
    zone = Zone(kit.state, DOMAIN)
    await zone.ensure_base_records()
    await taskifai.ensure_second_tenant(kit.state)
    await finish_projects(kit.state, ready_seconds=project_seconds)
    known = kit.credentials
    kit.parts.push_async_callback(kit.stop_servers)
    dns = await _start_dns(kit, zone)
    smtp = await _start_mail(kit)
    projects = await kit.serve("supabase", _supabase(kit, project_seconds))
    records = await kit.serve("cloudflare", _cloudflare(kit, zone))
    tenants = await kit.serve("taskifai", _tenants(kit), kit.certificates.tenants, choose=_choose(kit))
    url_template = f"https://{{subdomain}}.{DOMAIN}:{tenants.port}"
    platform = await kit.serve("platform", _platform(kit, url_template))
    chat = await _start_slack(kit)
    door = await kit.serve("control", _control(kit, zone))
    return SandboxDocument(
        pid=os.getpid(),
        database_url=kit.state.dsn(DATABASE),
        pg_bin=str(kit.state.server.bin_dir),
        control=door.url,
        faults=f"{door.url}/faults",
        mailbox=f"{door.url}/mailbox",
        supabase_api=projects.url,
        supabase_data_api=f"{projects.url}{supabase.DATA_API}",
        supabase_token=known.supabase_token,
        supabase_organization=known.supabase_organization,
        platform=platform.url,
        platform_token=known.platform_token,
        domain=DOMAIN,
        url_template=url_template,
        ca_file=str(kit.certificates.authority),
        smtp=f"{HOST}:{smtp.port}",
        smtp_user=known.smtp_user,
        smtp_password=known.smtp_password,
        dns=f"{HOST}:{dns.port}",
        cloudflare_api=f"{records.url}/client/v4",
        cloudflare_token=known.cloudflare_token,
        cloudflare_zone=known.cloudflare_zone,
        slack_api=f"{chat.url}/api/",
        slack_page=f"{chat.url}/page",
        slack_bot_token=known.slack_bot_token,
        slack_app_token=known.slack_app_token,
        slack_signing_secret=known.slack_signing_secret,
    )


async def _start_dns(kit: Kit, zone: Zone) -> DnsServer:
    server = DnsServer(zone, kit.faults)
    await kit.ports.listen("dns", server.start)
    kit.parts.push_async_callback(server.stop)
    return server


async def _start_mail(kit: Kit) -> MailServer:
    server = MailServer(
        kit.state,
        kit.faults,
        user=kit.credentials.smtp_user,
        password=kit.credentials.smtp_password,
        certificate=kit.certificates.mail.chain,
        key=kit.certificates.mail.key,
    )
    await kit.ports.listen("mail", server.start)
    kit.parts.push_async_callback(server.stop)
    return server


async def _start_slack(kit: Kit) -> RunningServer:
    """Start Slack, which hands out addresses of its own and so must know its port."""
    await ensure_workspace(kit.state)

    async def on(port: int) -> RunningServer:
        app = slack.create_app(
            kit.state,
            kit.faults,
            bot_token=kit.credentials.slack_bot_token,
            app_token=kit.credentials.slack_app_token,
            signing_secret=kit.credentials.slack_signing_secret,
            base_url=f"http://{HOST}:{port}",
        )
        server = await serve(app, port=port)
        kit.parts.push_async_callback(app.close)
        return server

    server = await kit.ports.listen("slack", on)
    kit.servers.append(server)
    return server


def _supabase(kit: Kit, project_seconds: float) -> ASGIApp:
    return supabase.create_app(
        kit.state,
        kit.faults,
        token=kit.credentials.supabase_token,
        organization=kit.credentials.supabase_organization,
        project_seconds=project_seconds,
    )


def _cloudflare(kit: Kit, zone: Zone) -> ASGIApp:
    return cloudflare.create_app(
        zone, kit.faults, token=kit.credentials.cloudflare_token, zone_id=kit.credentials.cloudflare_zone
    )


def _tenants(kit: Kit) -> ASGIApp:
    secret = kit.credentials.platform_secret
    return taskifai.create_tenant_app(kit.state, kit.faults, domain=DOMAIN, secret=secret)


def _choose(kit: Kit) -> Choose:
    """Which certificate a name gets, when it is not the right one."""
    wrong = {
        "expired-certificate": kit.certificates.expired.context(),
        "wrong-certificate": kit.certificates.foreign.context(),
    }

    def choose(name: str) -> ssl.SSLContext | None:
        return next((wrong[kind] for kind in wrong if kit.faults.known("taskifai", kind, name)), None)

    return choose


def _platform(kit: Kit, url_template: str) -> ASGIApp:
    token = kit.credentials.platform_token
    return taskifai.create_admin_app(
        kit.state, kit.faults, token=token, url_template=url_template, domain=DOMAIN
    )


def _control(kit: Kit, zone: Zone) -> ASGIApp:
    switches = Switches(kit.faults, Mishaps(kit.state, zone))
    return control.create_app(kit.state, switches, mailbox=mailbox.create_app(kit.state))
