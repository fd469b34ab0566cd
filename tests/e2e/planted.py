"""Faults of an installation, one each, planted in its settings or in a stand-in, and taken away afterwards."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg

from provisioning.adapters.fernet_vault import new_key
from sandbox.ports import choose_port
from sandbox.slack.workspace import GENERAL
from tests.e2e.terminal import Terminal

FEW = ["organizations_read", "organization_admin_read"]
"""What a token may do that was made for looking at the organization only."""


@dataclass(frozen=True)
class Planted:
    """`named` are the checks that must fail, and no others; `words` are found and advised by the first of them."""

    named: tuple[str, ...]
    words: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    """`{token}`, `{port}` and `{folder}` stand for a fresh token, a port where nobody listens, an empty folder."""
    sql: tuple[str, str] = ("", "")
    """What is changed in the stand-ins' state, and how it is put right again."""
    fault: tuple[str, str, str] | None = None
    clock_is_ahead: timedelta = timedelta()

    @property
    def is_in_slack(self) -> bool:
        return any(name.startswith("SLACK_") for name in self.settings)


FAULTS: Mapping[str, Planted] = {
    "a wrong bot token": Planted(
        ("bot token",), ("invalid_auth", "OAuth & Permissions"), {"SLACK_BOT_TOKEN": "xoxb-{token}"}
    ),
    "a channel without the bot": Planted(
        ("ops channel",), ("the bot is not in #general", "/invite"), {"SLACK_OPS_CHANNEL": GENERAL}
    ),
    "a wrong app token": Planted(
        ("Socket Mode",), ("invalid_auth", "connections:write"), {"SLACK_APP_TOKEN": "xapp-{token}"}
    ),
    "a wrong Supabase token": Planted(
        ("Supabase token",), ("does not accept SUPABASE_ACCESS_TOKEN", "Make a new one"),
        {"SUPABASE_ACCESS_TOKEN": "sbp_{token}"},
    ),
    "a Supabase token that lacks permissions": Planted(
        ("Supabase token",), ("organization_projects_read", "all projects of the organization"),
        {"SUPABASE_ACCESS_TOKEN": "sbp_few"},
        (
            f"insert into supabase_tokens (token, permissions) values ('sbp_few', '{{{','.join(FEW)}}}')",
            "delete from supabase_tokens where token = 'sbp_few'",
        ),
    ),
    "a Supabase token that ends soon": Planted(
        ("token expiry",), ("in 3 days", "Make a new one"), {"SUPABASE_ACCESS_TOKEN_EXPIRES": "{in_3_days}"}
    ),
    "an organization that is not there": Planted(
        ("organization",), ("knows no organization nowhere", "SUPABASE_ORGANIZATION"),
        {"SUPABASE_ORGANIZATION": "nowhere"},
    ),
    "a region that is not offered": Planted(
        ("region",), ("mars-north-1 is not offered", "SUPABASE_REGION"), {"SUPABASE_REGION": "mars-north-1"}
    ),
    "no wildcard": Planted(
        ("DNS wildcard",), ("there is none", "Add *.taskifai.test CNAME"),
        sql=(
            "update dns_records set name = 'elsewhere.taskifai.test' where name = '*.taskifai.test'",
            "update dns_records set name = '*.taskifai.test' where name = 'elsewhere.taskifai.test'",
        ),
    ),
    "a wildcard that leads elsewhere": Planted(
        ("DNS wildcard",), ("not to gone.vercel-dns.test", "Correct the record"),
        {"DNS_TARGET": "gone.vercel-dns.test"},
    ),
    "a domain that is not delegated": Planted(
        ("DNS delegation", "DNS wildcard"), ("No name server gave a usable answer", "At the registrar of"),
        fault=("dns", "servfail", ""),
    ),
    "a certificate that nobody vouches for": Planted(
        ("certificate", "mail"), ("shows no valid certificate", "Check the DNS"), {"TASKIFAI_CA_FILE": ""}
    ),
    "a refused mail password": Planted(
        ("mail",), ("refused the mail login", "MAIL_URL"), {"MAIL_URL": "smtp://postman:{token}@{smtp}"}
    ),
    "an archive that can't be written": Planted(
        ("archive",), ("can't be used", "ARCHIVE_URL"), {"ARCHIVE_URL": "file:///proc/archive"}
    ),
    "no pg_dump": Planted(
        ("pg_dump",), ("were not found", "TENANTBOT_PG_BIN"), {"TENANTBOT_PG_BIN": "{folder}"}
    ),
    "a refused platform token": Planted(
        ("platform",), ("refuses PLATFORM_ADMIN_TOKEN", "new one"), {"PLATFORM_ADMIN_TOKEN": "{token}"}
    ),
    "an identity provider that is away": Planted(
        ("sign-in keys",), ("can't be read now", "Check ADMIN_JWKS_URL"),
        {"ADMIN_JWKS_URL": "http://127.0.0.1:{port}/keys"},
    ),
    "an old schema": Planted(
        ("database",), ("it lacks", "tenantbot db upgrade"), {"DATABASE_URL": "{empty_database}"}
    ),
    "a proof server that is away": Planted(
        ("proof server",), ("Connecting to the server for the proof", "PROOF_DATABASE_URL"),
        {"PROOF_DATABASE_URL": "postgresql://nobody@127.0.0.1:{port}/registry"},
    ),
    "a database that is away": Planted(
        ("database", "proof server"), ("can't be opened", "check DATABASE_URL"),
        {"DATABASE_URL": "postgresql://nobody@127.0.0.1:{port}/registry"},
    ),
    "another sealing key": Planted(
        ("sealed row",), ("does not open", "add the key"), {"TENANTBOT_SECRET_KEYS": "{key}"}
    ),
    "a clock that is wrong": Planted(
        ("clock",), ("seconds ahead of", "NTP"), clock_is_ahead=timedelta(minutes=10)
    ),
}  # fmt: skip


@asynccontextmanager
async def planted(fault: Planted, terminal: Terminal) -> AsyncIterator[None]:
    at = terminal.document
    before, after = fault.sql
    sandbox = await asyncpg.connect(at.database_url.rpartition("/")[0] + "/sandbox")
    try:
        if before:
            await sandbox.execute(before)
        if fault.fault:
            service, kind, path = fault.fault
            await terminal.fault(service, kind, path=path)
        yield
    finally:
        await terminal.clear_faults()
        if after:
            await sandbox.execute(after)
        await sandbox.close()


def filled(fault: Planted, terminal: Terminal, *, folder: str, in_3_days: str) -> dict[str, str]:
    """The settings of a fault, with what is made at the time of the test."""
    at = terminal.document
    words = {
        "token": secrets.token_hex(20),
        "port": str(choose_port()),
        "folder": folder,
        "key": new_key().reveal(),
        "smtp": at.smtp,
        "empty_database": at.database_url.rpartition("/")[0] + "/postgres",
        "in_3_days": in_3_days,
    }
    return {name: value.format(**words) for name, value in fault.settings.items()}
