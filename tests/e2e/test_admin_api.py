"""The guide's four calls, word for word but for the host, by curl against `tenantbot web` (guide 14.7)."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from typing import Any, Final

from tests.e2e.bot import Bot
from tests.e2e.installation import real_settings, run_outside
from tests.e2e.terminal import Terminal

CREATE: Final = """
curl -X POST https://api.taskifai.com/admin/tenants \\
  -H "Authorization: Bearer {ADMIN_TOKEN}" \\
  -d '{"company_name":"...","subdomain":"...","admin_email":"..."}'
"""
CHECK: Final = """
curl https://api.taskifai.com/admin/tenants/{tenant_id} \\
  -H "Authorization: Bearer {ADMIN_TOKEN}"
"""
SUSPEND: Final = """
curl -X PATCH https://api.taskifai.com/admin/tenants/{tenant_id}/suspend \\
  -H "Authorization: Bearer {ADMIN_TOKEN}"
"""
ACTIVATE: Final = """
curl -X PATCH https://api.taskifai.com/admin/tenants/{tenant_id}/activate \\
  -H "Authorization: Bearer {ADMIN_TOKEN}"
"""
NAME: Final = "curled"


async def test_the_guide_s_four_calls_make_check_suspend_and_activate_a_tenant(
    bot: Bot, slack_terminal: Terminal
) -> None:
    settings = real_settings(slack_terminal)
    made = await run_outside(slack_terminal.home, settings, "token", "--name", "ada", "--role", "operator")
    host = bot.url.removesuffix("/slack/events")

    async def curl(command: str, **words: str) -> dict[str, Any]:
        line = command.strip().replace("https://api.taskifai.com", host)
        for name, value in {"ADMIN_TOKEN": made.stdout.strip(), **words}.items():
            line = line.replace(f"{{{name}}}", value)
        for value in ("Curled Inc", NAME, "admin@curled.com"):
            line = line.replace("...", value, 1)
        done = await asyncio.to_thread(subprocess.run, ["sh", "-c", line], capture_output=True, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    async def until(holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(120):
            while not holds(found := await curl(CHECK, tenant_id=NAME)):
                await asyncio.sleep(0.2)
        return found

    assert (await curl(CREATE))["state"] == "queued"
    tenant = await until(lambda one: one["state"] == "verified" and one["run"]["state"] == "succeeded")
    tenant_id = tenant["tenant_id"]
    assert (await curl(CHECK, tenant_id=tenant_id))["subdomain"] == NAME
    assert (await curl(SUSPEND, tenant_id=tenant_id))["run"]["kind"] == "suspend"
    assert not (await until(lambda one: one["run"]["state"] == "succeeded"))["is_active"]
    assert (await curl(ACTIVATE, tenant_id=tenant_id))["run"]["kind"] == "activate"
    assert (await until(lambda one: one["run"]["state"] == "succeeded"))["is_active"]
