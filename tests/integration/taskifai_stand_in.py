"""The TaskifAI stand-in for its tests: both of its servers, tenants with databases, and visitors over TLS."""

import asyncio
import json
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import trustme

from sandbox.faults import Faults
from sandbox.ports import HOST
from sandbox.serve import serve
from sandbox.state import State
from sandbox.supabase.projects import create_project, delete_project
from sandbox.taskifai.app import create_admin_app, create_tenant_app

ROOT = Path(__file__).parents[2]
DOMAIN = "taskifai.test"
EMAIL = "admin@customer.com"
PASSWORD = f"fake-{secrets.token_hex(8)}"
SALES_NAME = "sales-boxnox.csv"
SALES = b"""Product EAN,Functional Name,Sold Qty,Sales Amount (EUR),Reseller,Month,Year
4006381333931,Hand Cream,3,29.70,Galilu,1,2025
5901234123457,,1,,,2,2025
"""


@dataclass(frozen=True)
class Project:
    """A tenant's own database, with what opens it."""

    ref: str
    database: str
    anon_key: str
    service_key: str
    secret_key: str

    @property
    def url(self) -> str:
        return f"https://{self.ref}.supabase.co"


@dataclass(frozen=True)
class Platform:
    """Both servers and their state; `admin` asks the admin API with the right token."""

    state: State
    faults: Faults
    admin: httpx.AsyncClient
    port: int
    trusting: ssl.SSLContext
    secret: str
    parts: AsyncExitStack

    async def make_project(self) -> Project:
        """Make a database with the base schema and one vendor in it."""
        ref = await create_project(
            self.state, name="t-acme", organization=f"org-{secrets.token_hex(4)}", region="eu-central-1",
            password=secrets.token_hex(8), ready_seconds=0,
        )  # fmt: skip
        self.parts.push_async_callback(delete_project, self.state, ref, linger_seconds=0)
        row = await self.state.pool.fetchrow(
            "update supabase_projects set gone_at = now() where ref = $1"
            " returning ref, database_name, anon_key, service_role_key, secret_key",
            ref,
        )
        assert row is not None
        project = Project(*row)
        await self._fill(project)
        return project

    async def _fill(self, project: Project) -> None:
        async with self.inside(project) as database:
            for path in sorted((ROOT / "schema" / "tenant").glob("*.sql")):
                await database.execute(path.read_text(encoding="utf-8"))
            boxnox = json.loads((ROOT / "seeds" / "vendors" / "boxnox.json").read_text(encoding="utf-8"))
            await add_vendor(database, boxnox)

    @asynccontextmanager
    async def inside(self, project: Project) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.state.dsn(project.database))
        try:
            yield connection
        finally:
            await connection.close()

    async def register_tenant(self, project: Project, **change: Any) -> dict[str, Any]:
        """Register a tenant over this project; a project may serve several."""
        answer = await self.admin.post("/admin/tenants", json=new_tenant(project, **change))
        assert answer.status_code == 201, answer.text
        tenant: dict[str, Any] = answer.json()
        return tenant

    @asynccontextmanager
    async def visit(self, subdomain: str, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(
            base_url=f"https://{subdomain}.{DOMAIN}:{self.port}",
            headers=headers,
            transport=_ByName(self.trusting),
            timeout=30,
        ) as client:
            yield client

    async def sign_up(self, subdomain: str, email: str = EMAIL) -> str:
        """Register a user at a tenant and return the token."""
        async with self.visit(subdomain) as visitor:
            answer = await visitor.post("/api/auth/register", json=registration(email=email))
        assert answer.status_code == 201, answer.text
        token: str = answer.json()["access_token"]
        return token


@asynccontextmanager
async def open_platform(state: State) -> AsyncIterator[Platform]:
    faults, token, secret = Faults(state), secrets.token_hex(20), secrets.token_hex(32)
    authority, trusting = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(trusting)
    async with AsyncExitStack() as parts:
        with authority.issue_cert(f"*.{DOMAIN}").private_key_and_cert_chain_pem.tempfile() as pem:
            app = create_tenant_app(state, faults, domain=DOMAIN, secret=secret)
            tenants = await serve(app, certificate=Path(pem), key=Path(pem))
        parts.push_async_callback(tenants.stop)
        template = f"https://{{subdomain}}.{DOMAIN}:{tenants.port}"
        admin = await serve(
            create_admin_app(state, faults, token=token, url_template=template, domain=DOMAIN)
        )
        parts.push_async_callback(admin.stop)
        headers = {"authorization": f"Bearer {token}"}
        client = httpx.AsyncClient(base_url=admin.url, headers=headers, trust_env=False)
        await parts.enter_async_context(client)
        yield Platform(state, faults, client, tenants.port, trusting, secret, parts)


def new_subdomain() -> str:
    return f"t-{secrets.token_hex(6)}"


def new_tenant(project: Project, **change: Any) -> dict[str, Any]:
    body = {
        "company_name": "Customer Inc",
        "subdomain": new_subdomain(),
        "database_url": project.url,
        "database_anon_key": project.anon_key,
        "database_service_key": project.service_key,
        "admin_email": EMAIL,
        "admin_name": "Ada Admin",
    }
    return body | change


def registration(**change: Any) -> dict[str, Any]:
    return {"email": EMAIL, "password": PASSWORD, "full_name": "Ada Admin", "role": "admin"} | change


async def add_vendor(database: asyncpg.Connection, config: dict[str, Any], **more: Any) -> None:
    row = {"tenant_id": None, "is_default": True} | more
    await database.execute(
        "insert into vendor_configs (tenant_id, vendor_name, config_data, is_default)"
        " values ($1::text::uuid, $2, $3::text::jsonb, $4)",
        row["tenant_id"],
        config["vendor_name"],
        json.dumps(config),
        row["is_default"],
    )


async def send_file(
    visitor: httpx.AsyncClient, content: bytes = SALES, name: str = SALES_NAME, mode: str | None = None
) -> httpx.Response:
    data = {} if mode is None else {"mode": mode}
    return await visitor.post("/api/uploads", files={"file": (name, content)}, data=data)


async def processed(visitor: httpx.AsyncClient, answer: httpx.Response) -> dict[str, Any]:
    """Return the batch of an upload when the application is done with it."""
    assert answer.status_code == 200, answer.text
    async with asyncio.timeout(20):
        while True:
            found = await visitor.get(f"/api/uploads/batches/{answer.json()['batch_id']}")
            assert found.status_code == 200, found.text
            batch: dict[str, Any] = found.json()
            if batch["processing_status"] in {"completed", "failed"}:
                return batch


class _ByName(httpx.AsyncHTTPTransport):
    """Finds every name on this machine and still asks TLS for the name."""

    def __init__(self, trusting: ssl.SSLContext) -> None:
        super().__init__(verify=trusting)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host=HOST)
        return await super().handle_async_request(request)
