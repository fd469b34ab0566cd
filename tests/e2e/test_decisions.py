"""A run that can't go on waits for a person: retry, roll back, cancel, a record added by hand."""

import asyncio
import subprocess
from pathlib import Path

import httpx
import pytest

from sandbox.attach import attach
from tests.e2e.evidence import GONE, WHOLE, evidence, secrets_of
from tests.e2e.installation import real_settings, run_outside
from tests.e2e.terminal import Terminal, wanted


async def test_a_failed_step_waits_and_retry_goes_on_from_it(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.2):
        await terminal.fault("mail", "5xx", times=1)
        answer = await terminal.provision("failed-mail")
        assert answer.code == 1
        run = answer.document
        assert run["state"] == "waiting"
        assert run["error"]["step"] == 7
        assert "operator" in run["waiting_for"]["who"]
        assert "Traceback" not in answer.err

        refused = await terminal.run(
            "provision",
            "--subdomain",
            "failed-mail",
            "--company",
            "Other",
            "--email",
            "o@customer.com",
            "--json",
        )
        assert refused.code == 2
        assert refused.document["error"]["code"] == "run_open"

        retried = await terminal.run("retry", "failed-mail", "--json")
        assert retried.code == 0, retried.err
        assert retried.document["steps"][0]["attempts"] == 1
        assert await evidence(terminal, "failed-mail") == WHOLE
        assert (await terminal.run("retry", "failed-mail", "--json")).code == 2


async def test_rolled_back_nothing_is_left_and_the_subdomain_is_free(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.2):
        await terminal.fault("mail", "5xx", times=1)
        assert (await terminal.provision("rolled-back")).code == 1

        undone = await terminal.run("rollback", "rolled-back", "--json")

        assert undone.code == 0, undone.err
        assert undone.document["state"] == "rolled_back"
        assert {step["state"] for step in undone.document["steps"][:7]} == {"undone"}
        assert await evidence(terminal, "rolled-back") == GONE
        assert (await terminal.provision("rolled-back")).code == 0


async def test_once_the_welcome_email_is_out_a_roll_back_is_refused(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.2):
        await terminal.fault("taskifai", "5xx", path="/api/auth/login")
        failed = await terminal.provision("mail-is-out")
        assert failed.code == 1
        assert failed.document["error"]["step"] == 8

        refused = await terminal.run("rollback", "mail-is-out", "--json")

        assert refused.code == 2
        assert "deprovision" in refused.document["error"]["message"]
        await terminal.clear_faults()
        assert (await terminal.run("retry", "mail-is-out", "--json")).code == 0


async def test_cancelled_before_anything_was_made_it_is_over(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.2):
        assert (await terminal.provision("cancelled", "--detach")).code == 0

        cancelled = await terminal.run("cancel", "cancelled", "--json")

        assert cancelled.code == 0, cancelled.err
        assert cancelled.document["state"] == "cancelled"
        assert await evidence(terminal, "cancelled") == GONE


async def test_a_missing_dns_record_is_named_and_the_run_goes_on_once_it_is_there(
    fresh_terminal: Terminal,
) -> None:
    terminal = fresh_terminal
    async with attach(terminal.home, project_seconds=0.2):
        await terminal.run("list")
        await _remove_wildcard(terminal)

        asked = await terminal.provision("customerinc")

        assert asked.code == 3
        assert asked.document["state"] == "waiting"
        assert asked.document["error"] is None
        assert "customerinc.taskifai.test CNAME" in asked.document["waiting_for"]["what"]
        assert asked.document["waiting_for"]["until"] is not None

        await _add_record(terminal, "customerinc.taskifai.test")
        worker = terminal.start("worker")  # it looks again by itself
        async with asyncio.timeout(90), terminal.registry() as registry:
            while await registry.fetchval("select state from runs") != "succeeded":
                await asyncio.sleep(0.2)
        worker.terminate()
        assert await evidence(terminal, "customerinc") == WHOLE


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SUPABASE_ACCESS_TOKEN", "sbp_" + "0" * 40, "SUPABASE_ACCESS_TOKEN"),
        ("SUPABASE_ORGANIZATION", "nobody", "SUPABASE_ORGANIZATION"),
        ("SUPABASE_API_URL", "http://127.0.0.1:1", "reached"),
        ("DATABASE_URL", "postgresql://nobody:wrong@127.0.0.1:1/none", "DATABASE_URL"),
    ],
)
async def test_a_wrong_setting_gets_one_clear_message(
    terminal: Terminal, tmp_path: Path, name: str, value: str, words: str
) -> None:
    async with attach(terminal.home):
        environ = real_settings(terminal)
        environ["TENANTBOT_TOKEN"] = (
            await run_outside(tmp_path, environ, "token", "--name", "ada", "--role", "operator")
        ).stdout.strip()
        environ[name] = value

        answer = await run_outside(tmp_path, environ, "provision", *wanted("wrongsetting"), "--dry-run")

        assert answer.returncode == 1
        assert words in answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr


async def test_no_secret_is_readable_in_what_a_run_left_behind(fresh_terminal: Terminal) -> None:
    terminal = fresh_terminal
    async with attach(terminal.home, project_seconds=0.2):
        await terminal.run("list")
        answer = await terminal.provision("customerinc")
        assert answer.code == 0, answer.err
        secrets = await secrets_of(terminal, "customerinc")
        dump = await asyncio.to_thread(_dump, terminal)

        left_behind = {
            "terminal": answer.out + answer.err,
            "log": (terminal.home / "tenantbot.log").read_text(),
            "tables": dump,
        }
        assert "engine.operation_outputs" in dump
        for place, text in left_behind.items():
            for name, secret in secrets.items():
                assert secret not in text, f"{name} is readable in the {place}"


def _dump(terminal: Terminal) -> str:
    """Every table of the registry's database, the engine's too, as text."""
    done = subprocess.run(
        [Path(terminal.document.pg_bin) / "pg_dump", "--data-only", terminal.document.database_url],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


async def _remove_wildcard(terminal: Terminal) -> None:
    records = f"{terminal.document.cloudflare_api}/zones/{terminal.document.cloudflare_zone}/dns_records"
    async with _cloudflare(terminal) as client:
        for record in (await client.get(records, params={"name": "*.taskifai.test"})).json()["result"]:
            (await client.delete(f"{records}/{record['id']}")).raise_for_status()


async def _add_record(terminal: Terminal, name: str) -> None:
    records = f"{terminal.document.cloudflare_api}/zones/{terminal.document.cloudflare_zone}/dns_records"
    record = {"type": "CNAME", "name": name, "content": "cname.vercel-dns.test", "ttl": 60, "proxied": False}
    async with _cloudflare(terminal) as client:
        (await client.post(records, json=record)).raise_for_status()


def _cloudflare(terminal: Terminal) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={"authorization": f"Bearer {terminal.document.cloudflare_token}"}, trust_env=False
    )
