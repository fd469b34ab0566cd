"""Words and numbers as people read them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import words
from bot.blocks.kit import clip, escape, fit, mention
from tests.unit.test_blocks.samples import NOW


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0.0 s"), (7.25, "7.2 s"), (40, "40 s"), (120, "2 min"), (3 * 3600, "3 h"), (5 * 86_400, "5 days")],
)
def test_tells_how_long_something_took(seconds: float, told: str) -> None:
    assert words.duration(seconds) == told


@pytest.mark.parametrize(
    ("passed", "told"), [(2, "just now"), (8, "8 s ago"), (300, "5 min ago"), (12 * 86_400, "12 days ago")]
)
def test_tells_an_age(passed: float, told: str) -> None:
    assert words.age(NOW - timedelta(seconds=passed), NOW) == told


@pytest.mark.parametrize(
    ("count", "told"), [(900, "900 B"), (1500, "1.5 kB"), (12_400_000, "12 MB"), (3 * 10**15, "3000 TB")]
)
def test_tells_a_size(count: int, told: str) -> None:
    assert words.size(count) == told


def test_tells_a_time_that_each_reader_sees_in_their_own_zone() -> None:
    assert words.at_time(NOW) == f"<!date^{NOW.timestamp():.0f}^{{time}}|12:00 UTC>"


def test_keeps_what_was_typed_from_becoming_a_mention_or_a_link() -> None:
    assert words.said("<@U0BOSS> <!channel> <https://evil.test|here> R&D") == (
        "&lt;@U0BOSS&gt; &lt;!channel&gt; &lt;https://evil.test|here&gt; R&amp;D"
    )


@pytest.mark.parametrize(
    "secret",
    ["sb_secret_notreal123", "sbp_notreal123", "xoxb-1-notreal", "xapp-1-notreal", "eyJhbGci.eyJzdWIi.c2ln"],
)
def test_cuts_out_what_looks_like_a_secret(secret: str) -> None:
    assert words.said(f"refused: {secret} is unknown") == "refused: [redacted] is unknown"
    hidden = f"{secret[:4]}\u200b{secret[4:]}"  # an invisible letter in it
    assert words.bare(hidden) == "[redacted]"


def test_cuts_out_the_password_of_an_address() -> None:
    assert words.bare("postgresql://postgres:hunter2@db.test:5432/postgres") == (
        "postgresql://[redacted]@db.test:5432/postgres"
    )


def test_cuts_secrets_out_before_it_shortens() -> None:
    assert "sb_secret" not in words.said("x" * 590 + " sb_secret_notreal123", 600)


def test_names_commands_as_they_are_given_in_slack() -> None:
    assert words.said("See `tenantbot status customerinc`.") == "See `/tenant status customerinc`."
    assert words.said("`tenantbot undo customerinc` brings it back.") == (
        "`/tenant undo customerinc` brings it back."
    )
    assert words.said("Start one with `tenantbot worker`.") == "Start one with `tenantbot worker`."
    assert words.said("`tenantbot list` and `tenantbot runs` show them.") == (
        "`/tenant list` and `/tenant status` show them."
    )


def test_what_a_terminal_takes_as_an_option_is_not_asked_for_in_slack() -> None:
    assert words.said("then: tenantbot restore ARCHIVE --as-tenant acme") == "then: /tenant restore acme"
    assert words.said("The reason must have 3 characters; give it with --reason.") == (
        "The reason must have 3 characters."
    )


def test_makes_one_line_of_many() -> None:
    assert words.bare("a\n\tb  c\x00\u202e") == "a b c"


def test_a_text_of_nothing_is_a_dash() -> None:
    assert words.said(" ") == words.bare("") == "–"
    assert words.code("\u202e") == "`–`"


def test_a_name_can_not_end_the_code_it_stands_in() -> None:
    assert words.code("a`*b*") == "`a'*b*`"


@given(st.text(), st.integers(min_value=3, max_value=60))
def test_fits_any_text_into_any_room(text: str, limit: int) -> None:
    for escaped in (True, False):
        fitted = fit(text, limit, escaped=escaped)
        assert len(fitted.encode()) <= limit
        whole = escape(text) if escaped else text
        assert fitted == whole or fitted.endswith("…")


def test_never_cuts_an_entity_in_two() -> None:
    assert fit("&&&&", 12) == "&amp;…"


def test_clips_by_letters() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    ("person", "told"), [("U0BOSS", "<@U0BOSS>"), ("W1", "<@W1>"), ("<@U1>", "&lt;@U1&gt;")]
)
def test_mentions_only_what_is_an_id(person: str, told: str) -> None:
    assert mention(person) == told
