"""Faults planted in the sandbox: each is named rightly, nothing else is blamed, and what has a repair is repaired."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest

from bot.sandbox_settings import open_sandbox
from provisioning.bootstrap import System, open_system
from provisioning.cli.identity import sandbox_actor
from provisioning.domain.diagnosis import Diagnosis, Issue, Outcome
from sandbox.attach import attach
from tests.e2e.terminal import Terminal

SUBDOMAIN: Final = "diagnosed"
_MOST_TRIES: Final = 20

PLANTED: Final = (
    # service, kind, whether it happens to one tenant, playbook, cause
    ("dns", "wildcard-gone", False, Issue.DNS, "no_record"),
    ("dns", "shadowed", True, Issue.DNS, "wildcard_shadowed"),
    ("dns", "wrong-target", True, Issue.DNS, "wrong_target"),
    ("dns", "stale", True, Issue.DNS, "not_propagated"),
    ("dns", "servfail", True, Issue.DNS, "servers_failing"),
    ("dns", "caa", False, Issue.DNS, "caa_forbids"),
    ("taskifai", "expired-certificate", True, Issue.DNS, "certificate_expired"),
    ("taskifai", "wrong-certificate", True, Issue.DNS, "certificate_of_another"),
    ("supabase", "paused", True, Issue.DATABASE, "project_paused"),
    ("supabase", "password-changed", True, Issue.DATABASE, "password_refused"),
    ("supabase", "key-replaced", True, Issue.DATABASE, "key_refused"),
    ("supabase", "project-gone", True, Issue.DATABASE, "project_gone"),
    ("supabase", "over-quota", False, Issue.DATABASE, "over_quota"),
    ("supabase", "unhealthy", False, Issue.DATABASE, "services_unhealthy"),
    ("platform", "stale-keys", True, Issue.DATABASE, "platform_credentials"),
    ("platform", "tenant-gone", True, Issue.NOT_FOUND, "not_at_platform"),
    ("platform", "tenant-off", True, Issue.NOT_FOUND, "inactive_at_platform"),
    ("taskifai", "tenant-override", False, Issue.NOT_FOUND, "served_as_another"),
    ("taskifai", "cross-tenant-leak", False, Issue.LEAK, "foreign_token_accepted"),
    ("platform", "wrong-database", True, Issue.LEAK, "shared_database"),
    ("supabase", "open-table", True, Issue.LEAK, "anon_key_reads"),
)


@dataclass(frozen=True)
class Ward:
    """A tenant in a sandbox in which things happen to it."""

    system: System
    faults: str

    async def plant(self, service: str, kind: str, path: str = "") -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(self.faults, json={"service": service, "kind": kind, "path": path})

    async def heal(self) -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            (await client.delete(self.faults)).raise_for_status()

    async def diagnose(self, *issues: Issue) -> Diagnosis:
        """Ask again while an answer was late: that says something of this machine, and nothing of the tenant."""
        ask, operator = self.system.control.diagnoses.diagnose, sandbox_actor("operator")
        found = await ask(operator, SUBDOMAIN, issues=issues)
        for _ in range(_MOST_TRIES):
            if not any(probe.found.startswith("No answer within") for probe in found.probes):
                break
            found = await ask(operator, SUBDOMAIN, issues=issues)
        return found


@pytest.fixture(scope="module")
async def ward(shared_home: Path) -> AsyncIterator[Ward]:
    terminal = Terminal(shared_home)
    async with attach(shared_home, project_seconds=0.2), open_sandbox(shared_home) as settings:
        assert (await terminal.provision(SUBDOMAIN)).code == 0
        async with open_system(settings) as system:
            yield Ward(system, terminal.document.faults)


@pytest.fixture(autouse=True)
async def _healed(ward: Ward) -> AsyncIterator[None]:
    yield
    await ward.heal()


async def test_a_healthy_tenant_gets_a_clean_bill(ward: Ward) -> None:
    found = await ward.diagnose()

    assert found.healthy, found.cause
    assert {probe.outcome for probe in found.probes} <= {Outcome.OK, Outcome.SKIPPED}
    assert {probe.issue for probe in found.probes} == {*Issue}


@pytest.mark.parametrize(("service", "kind", "of_one", "issue", "cause"), PLANTED, ids=str)
async def test_a_planted_fault_is_named(
    *, ward: Ward, service: str, kind: str, of_one: bool, issue: Issue, cause: str
) -> None:
    assert (await ward.plant(service, kind, SUBDOMAIN if of_one else "")).status_code == 201

    found = await ward.diagnose()

    assert found.cause is not None
    assert (found.cause.issue, found.cause.code) == (issue, cause)
    assert len(found.causes) == 1
    assert found.cause.fixes


async def test_after_all_of_it_the_tenant_is_well_again(ward: Ward) -> None:
    found = await ward.diagnose()

    assert found.healthy, found.cause


async def test_what_can_be_planted_is_told_to_whoever_asks_for_something_else(ward: Ward) -> None:
    assert "tenant-gone" in (await ward.plant("platform", "no-such")).json()["message"]
    assert (
        "subdomain of a tenant" in (await ward.plant("platform", "tenant-gone", "nobody")).json()["message"]
    )


async def test_a_paused_project_is_found_and_restored_from_a_terminal(ward: Ward, shared_home: Path) -> None:
    terminal = Terminal(shared_home)
    await ward.plant("supabase", "paused", SUBDOMAIN)

    sick = await terminal.run("diagnose", SUBDOMAIN, "--issue", "database", "--json")
    assert (sick.code, sick.document["cause"]["code"]) == (1, "project_paused")
    mended = await terminal.run("diagnose", SUBDOMAIN, "--fix", "restore_project", "--json")
    assert (mended.code, mended.document["kind"], mended.document["state"]) == (0, "repair", "succeeded"), (
        mended.err
    )
    assert (await ward.diagnose(Issue.DATABASE)).healthy
