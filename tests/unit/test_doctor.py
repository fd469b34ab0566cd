"""What the doctor makes of answers, where no system outside is needed to give them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import unreadable_settings
from provisioning.doctor import clock
from provisioning.doctor.clock import check_clock
from provisioning.doctor.dns import check_certificate, check_dns
from provisioning.doctor.supabase import check_token_expiry
from provisioning.doctor.surroundings import Surroundings
from provisioning.domain.registry_look import RegistryLook
from provisioning.errors import InvalidRequest, Transient
from provisioning.settings import Settings
from tests.fakes.clock import START
from tests.fakes.world import World

Look = Callable[[], Awaitable[RegistryLook]]


def look_at(now: datetime) -> Look:
    async def look() -> RegistryLook:
        return RegistryLook(missing=(), server_version="18.6", now=now, worker_alive=True, sealed=None)

    return look


def surroundings(world: World, **changes: Any) -> Surroundings:
    ports = world.ports

    async def no_time() -> datetime:
        raise Transient("Supabase can't be reached.")

    async def no_server() -> str:
        raise AssertionError

    async def no_tools(_tenant: object) -> str:
        raise AssertionError

    at = Surroundings(
        clock=world.clock,
        vault=world.vault,
        projects=ports.projects,
        platform=ports.platform,
        app=ports.app,
        dns=ports.dns,
        zone=ports.zone,
        mailer=ports.mailer,
        archive=world.archive,
        policy=ports.policy,
        region="emea",
        token_expires=None,
        look_at_registry=look_at(START),
        ask_the_time=no_time,
        find_public_key=None,
        check_proof_server=no_server,
        find_dump_tools=no_tools,
    )
    return replace(at, **changes)


@pytest.mark.parametrize(
    ("off", "ok", "words"),
    [(0, True, "agrees with the database"), (59, True, "agrees"), (-90, False, "90 seconds behind the database's"),
     (90, False, "90 seconds ahead of the database's")],
)  # fmt: skip
async def test_a_clock_may_differ_by_a_minute(world: World, off: int, ok: bool, words: str) -> None:
    (finding,) = await check_clock(surroundings(world), look_at(START - timedelta(seconds=off)))

    assert finding.ok is ok
    assert words in finding.found


async def test_a_supabase_that_hangs_keeps_the_databases_clock_from_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "_SECONDS", 0.01)

    async def hang() -> datetime:
        await asyncio.Event().wait()
        return START

    (finding,) = await check_clock(surroundings(world, ask_the_time=hang), look_at(START))

    assert (finding.ok, finding.found) == (True, "agrees with the database")


@pytest.mark.parametrize(
    ("expires", "ok", "words"),
    [
        (None, None, "not known"),
        (date.max, True, "never ends"),
        ((START + timedelta(days=15)).date(), True, "in 15 days"),
        ((START + timedelta(days=14)).date(), False, "in 14 days"),
        ((START - timedelta(days=1)).date(), False, "ended on"),
    ],
)
async def test_a_token_that_ends_within_two_weeks_is_to_be_replaced(
    world: World, expires: date | None, ok: bool | None, words: str
) -> None:
    (finding,) = check_token_expiry(surroundings(world, token_expires=expires))

    assert finding.ok is ok
    assert words in finding.found
    assert bool(finding.advice) is (ok is not True)


@pytest.mark.parametrize(("provider", "ok"), [("none", False), ("cloudflare", None)])
async def test_without_a_wildcard_it_matters_whether_somebody_adds_the_records(
    world: World, provider: str, ok: bool | None
) -> None:
    world.dns.wildcard = None
    world.zone.provider = provider

    findings = {one.name: one for one in await check_dns(surroundings(world))}

    assert findings["DNS wildcard"].ok is ok
    assert ("DNS zone" in findings) is (provider != "none")


async def test_a_certificate_is_renewed_two_weeks_before_its_end(world: World) -> None:
    (finding,) = await check_certificate(surroundings(world))

    assert finding.ok is True
    assert "for 60 days" in finding.found


def test_a_file_of_certificates_that_holds_none_is_a_malformed_setting(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("not a certificate")

    with pytest.raises(InvalidRequest) as refusal:
        Settings.checked({"taskifai_ca_file": str(empty), "supabase_ca_file": "/nowhere/ca.pem"})

    said = {fault.field: fault.message for fault in refusal.value.errors}
    for name in ("TASKIFAI_CA_FILE", "SUPABASE_CA_FILE"):
        assert said[name].startswith(f"{name} is malformed")
        assert "holds no certificates that can be read" in said[name]


def test_where_one_of_two_settings_is_needed_the_advice_begins_after_both_names() -> None:
    with pytest.raises(InvalidRequest) as refusal:
        Settings.checked({}, for_slack=True)

    found = {finding.found: finding.advice for finding in unreadable_settings(refusal.value)}
    advice = found["SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing"]
    assert advice.startswith("One of them says how Slack reaches the bot. SLACK_APP_TOKEN: ")
