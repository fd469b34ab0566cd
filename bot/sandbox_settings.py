"""Settings of the sandbox: everything but the home is generated, nothing is read from the environment."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from provisioning.adapters.fernet_vault import new_key
from provisioning.adapters.key_file import KeyFile
from provisioning.bootstrap import upgrade_database
from provisioning.domain.schedule import NEVER
from provisioning.errors import Permanent
from provisioning.settings import ROOT, Settings
from sandbox.attach import attach
from sandbox.dns.base import TARGET
from sandbox.document import SandboxDocument
from sandbox.errors import SandboxError
from sandbox.ports import HOST, Ports
from sandbox.slack.workspace import APPROVERS, OPERATORS, OPS, VIEWERS


@asynccontextmanager
async def open_sandbox(home: Path) -> AsyncIterator[Settings]:
    """Start or join the stand-ins under `home`; bring the registry up to date."""
    pg_bin = os.environ.get("TENANTBOT_PG_BIN")
    try:
        async with attach(home, bin_dir=Path(pg_bin) if pg_bin else None) as document:
            settings = sandbox_settings(document, home, pg_bin=pg_bin)
            await upgrade_database(settings.database_url)
            yield settings
    except SandboxError as fault:
        raise Permanent(str(fault), code="sandbox") from fault


def sandbox_settings(document: SandboxDocument, home: Path, *, pg_bin: str | None = None) -> Settings:
    """Point every production adapter at its stand-in."""
    return Settings.checked(
        {
            "database_url": document.database_url,
            "tenantbot_secret_keys": KeyFile(_keep_key(home / "secret.key")),
            "supabase_access_token": document.supabase_token,
            "supabase_access_token_expires": "never",
            "supabase_organization": document.supabase_organization,
            "supabase_api_url": document.supabase_api,
            "supabase_data_api_url": document.supabase_data_api,
            "taskifai_domain": document.domain,
            "taskifai_url_template": document.url_template,
            "taskifai_resolver": document.dns,
            "taskifai_ca_file": document.ca_file,
            "platform_admin_url": document.platform,
            "platform_admin_token": document.platform_token,
            "dns_nameservers": document.dns,
            "dns_target": TARGET,
            "mail_url": f"smtp://{quote(document.smtp_user)}:{quote(document.smtp_password)}@{document.smtp}",
            "mail_from": f"TaskifAI <welcome@{document.domain}>",
            "mail_reply_to": f"support@{document.domain}",
            "archive_url": (home / "archive").as_uri(),
            "tenantbot_pg_bin": pg_bin or None,
            "tenant_schema_dir": str(_own_schema(home / "schema" / "tenant")),
            "slack_bot_token": document.slack_bot_token,
            "slack_app_token": document.slack_app_token,
            "slack_api_url": document.slack_api,
            "slack_ops_channel": OPS,
            "digest_cron": NEVER,  # by hand: nobody waits in a sandbox until the morning
            "verify_cron": NEVER,
            "tenantbot_viewers": VIEWERS,
            "tenantbot_operators": OPERATORS,
            "tenantbot_approvers": APPROVERS,
            "port": 0,
            "admin_jwt_secret": _keep_key(home / "token.key").read_text(),
        }
    )


@asynccontextmanager
async def take_kept_port(home: Path) -> AsyncIterator[socket.socket]:
    """Listen where this home's surfaces were last time, or at a port that is free."""

    async def listen(port: int) -> socket.socket:
        return socket.create_server((HOST, port))

    ports = Ports(home / "sandbox" / "surfaces.json")
    with await ports.listen("admin_api", listen) as listener:
        yield listener


@asynccontextmanager
async def announce_admin_api(home: Path, port: int) -> AsyncIterator[None]:
    """Let `sandbox.json` say where the admin API is, as long as it is there."""
    _state_admin_api(home, f"http://{HOST}:{port}")
    try:
        yield
    finally:
        _state_admin_api(home, "")


def _state_admin_api(home: Path, url: str) -> None:
    if (document := SandboxDocument.load(home)) is not None:
        replace(document, admin_api=url).save(home)


def _own_schema(folder: Path) -> Path:
    """A copy of our schema to try changes in, there from the start: a process looks for its folder only once."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in (ROOT / "schema" / "tenant").glob("*.sql"):
        if not (folder / file.name).exists():
            unfinished = folder / f".{file.name}.{os.getpid()}"
            unfinished.write_bytes(file.read_bytes())
            unfinished.replace(folder / file.name)
    return folder


def _keep_key(path: Path) -> Path:
    """A key of the sandbox's own, made once."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(new_key().reveal())
    return path
