"""What Prometheus reads: the installation in numbers, whole, fresh enough, and without anybody's name."""

import asyncio
from datetime import date, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from bot.outbox.meters import count_call
from provisioning.domain.figures import BUCKETS
from provisioning.errors import Transient
from provisioning.observing.exposition import FRESH_SECONDS
from tests.fakes.clock import START, FakeClock
from tests.unit.test_observing.entries import Counter, expiries, exposition, read

LABELS = frozenset({"state", "kind", "step", "le", "queue", "token", "method", "result", "service"})
"""None of them can hold the name of a tenant, a person or an address."""


async def test_figures_are_shown_as_they_were_counted() -> None:
    shown = read(await exposition(Counter(), FakeClock()).text())

    assert shown["tenantbot_registry_up"] == {(): 1}
    assert shown["tenantbot_tenants"] == {("verified",): 7, ("suspended",): 1}
    assert shown["tenantbot_runs"] == {("provision", "succeeded"): 7, ("verify", "waiting"): 2}
    assert shown["tenantbot_oldest_open_run_seconds"] == {("verify", "waiting"): 3600}
    assert shown["tenantbot_queue_legs"] == {("provision", "enqueued"): 3}
    assert (shown["tenantbot_approvals_pending"], shown["tenantbot_workers"]) == ({(): 1}, {(): 2})
    assert shown["tenantbot_steps_total"] == {
        ("provision", "failed", "1"): 1,
        ("provision", "succeeded", "1"): 7,
    }
    assert shown["tenantbot_step_attempts_total"][("provision", "succeeded", "1")] == 9
    assert set(shown["tenantbot_build_info"].values()) == {1}


async def test_the_histogram_has_every_bucket_and_counts_what_is_below() -> None:
    shown = read(await exposition(Counter(), FakeClock()).text())

    buckets = {float(le): count for (_, le, _), count in shown["tenantbot_step_seconds_bucket"].items()}
    assert tuple(buckets) == BUCKETS
    assert (buckets[30], buckets[60], buckets[120], buckets[BUCKETS[-1]]) == (0, 3, 7, 7)
    assert shown["tenantbot_step_seconds_sum"] == {("provision", "1"): 520}
    assert shown["tenantbot_step_seconds_count"] == {("provision", "1"): 7}


async def test_many_who_ask_at_once_are_answered_by_one_count() -> None:
    counter, clock = Counter(), FakeClock()
    shown = exposition(counter, clock)

    await asyncio.gather(*(shown.text() for _ in range(5)))
    assert counter.times == 1

    await clock.sleep(FRESH_SECONDS)
    assert read(await shown.text())["tenantbot_audit_head_seq"] == {(): 93}


async def test_a_registry_that_is_away_takes_nothing_else_with_it() -> None:
    counter = Counter()
    counter.fault = Transient("The registry's database does not answer.")
    count_call("chat.update", "ratelimited", is_limit=True)

    shown = read(await exposition(counter, FakeClock()).text())

    assert shown["tenantbot_registry_up"] == {(): 0}
    assert "tenantbot_runs" not in shown
    assert shown["tenantbot_slack_calls_total"][("chat.update", "ratelimited")] >= 1
    assert shown["tenantbot_slack_rate_limited_total"][("chat.update",)] >= 1


async def test_words_that_are_none_of_slacks_make_no_series_of_their_own() -> None:
    count_call("chat.update", "xoxb-not-a-word <html>")

    shown = read(await exposition(Counter(), FakeClock()).text())

    assert ("chat.update", "other") in shown["tenantbot_slack_calls_total"]
    assert "xoxb" not in str(shown)


async def test_no_label_can_hold_a_name() -> None:
    text = (await exposition(Counter(), FakeClock()).text()).decode()

    ours = [one for one in text_string_to_metric_families(text) if one.name.startswith("tenantbot_")]
    labels = {label for family in ours for sample in family.samples for label in sample.labels}
    assert labels - {"version", "engine", "python"} <= LABELS


async def test_expiries_are_shown_once_they_are_known() -> None:
    clock = FakeClock()
    watched, registry = expiries(clock), CollectorRegistry()
    registry.register(watched)
    assert "tenantbot_certificate_expiry_timestamp_seconds" not in read(generate_latest(registry))

    assert await watched.look()

    shown = read(generate_latest(registry))
    end = (START + timedelta(days=30)).timestamp()
    assert shown["tenantbot_certificate_expiry_timestamp_seconds"] == {(): end}
    assert shown["tenantbot_token_expiry_timestamp_seconds"][("supabase",)] > START.timestamp()


async def test_what_never_ends_ends_after_everything_else() -> None:
    registry = CollectorRegistry()
    registry.register(expiries(FakeClock(), token_expires=date.max))

    shown = read(generate_latest(registry))

    assert shown["tenantbot_token_expiry_timestamp_seconds"] == {("supabase",): float("inf")}
