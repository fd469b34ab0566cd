"""Many tenants at once, registered here and at the platform, without a project: enough to be served, and not to be."""

import secrets

import httpx

from tests.e2e.terminal import Terminal

_INSERT = """
insert into tenants (company_name, subdomain, admin_email, admin_name, is_active, state, verdict, platform_tenant_id)
select 'Company of ' || subdomain, subdomain, 'admin@customer.com', 'Admin', true, 'verified', 'verified', id
from unnest($1::text[], $2::text[]) as made (subdomain, id)
"""


async def register_fleet(terminal: Terminal, names: list[str]) -> None:
    document = terminal.document
    headers = {"authorization": f"Bearer {document.platform_token}"}
    async with httpx.AsyncClient(base_url=document.platform, headers=headers, trust_env=False) as client:
        made = [
            (await client.post("/admin/tenants", json=_body(name))).raise_for_status().json()
            for name in names
        ]
    async with terminal.registry() as registry:
        await registry.execute(_INSERT, names, [one["tenant_id"] for one in made])


def _body(name: str) -> dict[str, str]:
    return {
        "company_name": f"Company of {name}",
        "subdomain": name,
        "database_url": "https://abcdefghijklmnopqrst.supabase.co",
        "database_anon_key": f"fake-{secrets.token_hex(8)}",
        "database_service_key": f"fake-{secrets.token_hex(8)}",
        "admin_email": "admin@customer.com",
        "admin_name": "Admin",
    }


async def states(terminal: Terminal) -> dict[str, int]:
    async with terminal.registry() as registry:
        rows = await registry.fetch("select state, count(*) as number from tenants group by state")
    return {row["state"]: row["number"] for row in rows}
