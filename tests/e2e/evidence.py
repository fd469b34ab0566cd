"""What a run left behind in the outside world, counted."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.e2e.terminal import Terminal


@dataclass(frozen=True)
class Evidence:
    """How many of each thing there are for one subdomain. A tenant that is whole has one of each."""

    projects: int
    registry_rows: int
    platform_records: int
    admins: int
    message_ids: int


WHOLE = Evidence(projects=1, registry_rows=1, platform_records=1, admins=1, message_ids=1)
GONE = Evidence(projects=0, registry_rows=0, platform_records=0, admins=0, message_ids=0)


def database_of(terminal: Terminal, name: str) -> str:
    """The DSN of another database of the same embedded server."""
    return urlunsplit(urlsplit(terminal.document.database_url)._replace(path=f"/{name}"))


async def evidence(terminal: Terminal, subdomain: str) -> Evidence:
    async with terminal.registry() as registry:
        tenants = await registry.fetch("select database_name from tenants where subdomain = $1", subdomain)
    stand_ins = await asyncpg.connect(database_of(terminal, "sandbox"))
    try:
        projects = await stand_ins.fetchval(
            "select count(*) from supabase_projects where deleted_at is null and name like $1",
            _names(subdomain),
        )
        records = await stand_ins.fetchval(
            "select count(*) from taskifai_tenants where subdomain = $1 and deleted_at is null", subdomain
        )
    finally:
        await stand_ins.close()
    ids = {mail["message_id"] for mail in await terminal.mail() if f"//{subdomain}." in mail["text"]}
    admins = sum([await _admins(terminal, row["database_name"]) for row in tenants if row["database_name"]])
    return Evidence(projects, len(tenants), records, admins, len(ids))


async def secrets_of(terminal: Terminal, subdomain: str) -> dict[str, str]:
    """Every secret of a tenant, as the outside knows it."""
    stand_ins = await asyncpg.connect(database_of(terminal, "sandbox"))
    try:
        row = await stand_ins.fetchrow(
            "select database_password, publishable_key, secret_key from supabase_projects where name like $1",
            _names(subdomain),
        )
    finally:
        await stand_ins.close()
    assert row is not None
    text = next(mail["text"] for mail in await terminal.mail() if f"//{subdomain}." in mail["text"])
    sent = re.search(r"Password: (\S+)", text)
    assert sent is not None
    return {**row, "temporary_password": sent[1]}


async def all_secrets(terminal: Terminal) -> dict[str, str]:
    """Every secret of every tenant and of the installation itself, as the outside knows them."""
    stand_ins = await asyncpg.connect(database_of(terminal, "sandbox"))
    try:
        rows = await stand_ins.fetch(
            "select ref, database_password, publishable_key, secret_key from supabase_projects"
        )
    finally:
        await stand_ins.close()
    of_projects = {
        f"{name} of {row['ref']}": str(row[name])
        for row in rows
        for name in ("database_password", "publishable_key", "secret_key")
        if row[name]
    }
    sent = [re.search(r"Password: (\S+)", mail["text"]) for mail in await terminal.mail()]
    passwords = {f"temporary password {number}": found[1] for number, found in enumerate(sent) if found}
    at = terminal.document
    own = {
        "sealing key": (terminal.home / "secret.key").read_text(),
        "Supabase token": at.supabase_token,
        "platform token": at.platform_token,
        "mail password": at.smtp_password,
        "bot token": at.slack_bot_token,
        "app token": at.slack_app_token,
        "signing secret": at.slack_signing_secret,
    }
    return of_projects | passwords | own


async def audited(terminal: Terminal, actor: str, words: str) -> int:
    """How often somebody was refused for this reason, as the audit log has it."""
    async with terminal.registry() as registry:
        found: int = await registry.fetchval(
            "select count(*) from audit_log where result = 'not_allowed' and strpos(reason, $2) > 0"
            " and strpos(to_jsonb(audit_log)::text, $1) > 0",
            actor,
            words,
        )
    return found


def _names(subdomain: str) -> str:
    return f"TaskifAI - Company of {subdomain} (%"


async def _admins(terminal: Terminal, database: str) -> int:
    tenant = await asyncpg.connect(database_of(terminal, database))
    try:
        found: int = await tenant.fetchval("select count(*) from users where role = 'admin'")
    finally:
        await tenant.close()
    return found
