"""Going over the chain: every single thing that is done to it is found, and named as what it is, where it is."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning.domain.audit import GENESIS, AuditRow, Head, key_id, row_hash
from provisioning.domain.audit_proof import MOST_BREAKS, Break, Proof
from provisioning.domain.secret import Secret

KEY, OLD_KEY, STRANGE_KEY = (Secret(secrets.token_hex(32)) for _ in range(3))
KEYS = {key_id(KEY): KEY, key_id(OLD_KEY): OLD_KEY}
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
COUNT = 9
SEQS = st.integers(1, COUNT)
TEXT_COLUMNS = (
    "surface",
    "actor_id",
    "actor_name",
    "team",
    "action",
    "subdomain",
    "run_id",
    "result",
    "reason",
)


def chained(rows: Sequence[AuditRow], key: Secret = KEY, previous: str = GENESIS) -> list[AuditRow]:
    """The rows as whoever has the key would write them, one after the other."""
    made = []
    for row in rows:
        named = row._replace(key_id=key_id(key), previous_hash=previous)
        made.append(named._replace(hash=row_hash(named.content(), previous_hash=previous, key=key)))
        previous = made[-1].hash
    return made


def a_row(seq: int, **changes: Any) -> AuditRow:
    row = AuditRow(
        seq, NOON + timedelta(minutes=seq), "cli", "token:ada", "ada", None, "provision.requested", "customerinc",
        f"run-{seq}", "hash", "accepted", None, {"company": "Müller & Søn", "n": seq}, "", "", "",
    )  # fmt: skip
    return row._replace(**changes)


def a_log(count: int = COUNT) -> list[AuditRow]:
    return chained([a_row(seq) for seq in range(1, count + 1)])


def breaks(rows: Sequence[AuditRow], kept: Sequence[Head] = ()) -> list[tuple[str, int]]:
    return [(one.kind, one.seq) for one in proved(rows, kept)]


def proved(rows: Sequence[AuditRow], kept: Sequence[Head] = ()) -> Sequence[Break]:
    proof = Proof(KEYS, kept)
    proof.read(rows[:3])
    proof.read(rows[3:])
    return proof.finish()


def test_a_log_that_nobody_touched_is_whole() -> None:
    log = a_log()
    proof = Proof(KEYS, [Head.of(row) for row in log])
    proof.read(log)

    assert proof.finish() == []
    assert (proof.rows, proof.head) == (COUNT, Head.of(log[-1]))


def test_an_empty_log_is_whole() -> None:
    assert breaks([]) == []
    assert Proof(KEYS).head is None


def test_rows_made_with_an_older_key_stay_whole() -> None:
    old = chained([a_row(seq) for seq in range(1, 5)], OLD_KEY)
    new = chained([a_row(seq) for seq in range(5, 9)], KEY, previous=old[-1].hash)

    assert breaks(old + new) == []


@given(seq=SEQS, column=st.sampled_from(TEXT_COLUMNS), byte=st.integers(0, 10), mask=st.integers(1, 31))
def test_a_flipped_bit_of_any_text_is_a_changed_row(seq: int, column: str, byte: int, mask: int) -> None:
    log = a_log()
    text = getattr(log[seq - 1], column) or "x"
    at = byte % len(text)
    changes: Any = {column: text[:at] + chr(ord(text[at]) ^ mask) + text[at + 1 :]}
    log[seq - 1] = log[seq - 1]._replace(**changes)

    assert breaks(log) == [("changed row", seq)]


@given(seq=SEQS, column=st.sampled_from(["hash", "previous_hash"]), at=st.integers(0, 63))
def test_a_flipped_letter_of_any_hash_is_a_changed_row(seq: int, column: str, at: int) -> None:
    log = a_log()
    text = getattr(log[seq - 1], column)
    changes: Any = {column: text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]}
    log[seq - 1] = log[seq - 1]._replace(**changes)

    assert breaks(log) == [("changed row", seq)]


CHANGES: dict[str, Callable[[AuditRow], AuditRow]] = {
    "the time": lambda row: row._replace(at=row.at + timedelta(microseconds=1)),
    "a detail": lambda row: row._replace(details={**row.details, "n": 99}),
    "no details": lambda row: row._replace(details={}),
    "nothing instead of a text": lambda row: row._replace(subdomain=None),
    "another of our keys": lambda row: row._replace(key_id=key_id(OLD_KEY)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_other_column_is_a_changed_row(change: str) -> None:
    log = a_log()
    log[4] = CHANGES[change](log[4])

    assert breaks(log) == [("changed row", 5)]


@given(seq=st.integers(1, COUNT - 1), more=st.integers(0, 3))
def test_rows_taken_out_are_a_gap(seq: int, more: int) -> None:
    log = a_log()
    del log[seq - 1 : min(seq + more, COUNT - 1)]

    assert breaks(log) == [("gap", seq)]


def test_a_gap_is_told_with_its_rows() -> None:
    log = a_log()
    assert proved(log[:2] + log[3:])[0].message == "Row 3 is missing."
    assert proved(log[:2] + log[5:])[0].message == "Rows 3 to 5 are missing."


@given(seq=SEQS, other=SEQS)
def test_a_row_that_comes_twice_follows_on_nothing(seq: int, other: int) -> None:
    log = a_log()
    log.insert(max(seq, other), log[seq - 1])

    assert breaks(log) == [("wrong predecessor", seq)]


@given(seq=st.integers(2, COUNT))
def test_a_row_made_with_the_key_for_another_place_has_the_wrong_predecessor(seq: int) -> None:
    log = a_log()
    (log[seq - 1],) = chained([a_row(seq, result="forged")], previous="f" * 64)

    found = breaks(log)
    assert found[0] == ("wrong predecessor", seq)
    assert set(found[1:]) <= {("wrong predecessor", seq + 1)}  # which still names the one that was there


@given(cut=st.integers(0, COUNT - 1), at=st.integers(1, COUNT))
def test_a_cut_tail_is_told_by_a_head_that_was_kept(cut: int, at: int) -> None:
    log = a_log()
    kept = [Head.of(log[at - 1])]

    assert breaks(log[:cut], kept) == ([("cut tail", cut + 1)] if cut < at else [])


def test_without_a_kept_head_a_cut_tail_can_not_be_told() -> None:
    assert breaks(a_log()[:5]) == []


@given(since=SEQS, kept=st.sets(SEQS, min_size=1))
def test_a_chain_made_anew_with_the_key_differs_from_what_was_kept(since: int, kept: set[int]) -> None:
    log = a_log()
    heads = [Head.of(log[seq - 1]) for seq in kept]
    before = log[: since - 1]
    previous = before[-1].hash if before else GENESIS
    anew = chained([a_row(seq, result="forged") for seq in range(since, COUNT + 1)], previous=previous)

    differing = [seq for seq in sorted(kept) if seq >= since]
    assert breaks(before + anew) == []
    assert breaks(before + anew, heads) == [("rewritten chain", seq) for seq in differing[:1]]


def test_a_chain_made_anew_with_another_key_is_told_once() -> None:
    log = a_log()
    anew = chained([a_row(seq) for seq in range(4, COUNT + 1)], STRANGE_KEY, previous=log[2].hash)

    assert breaks(log[:3] + anew) == [("unknown key", 4)]
    assert breaks(log[:3] + anew, [Head.of(log[6])]) == [("unknown key", 4), ("rewritten chain", 7)]


def test_what_is_found_is_bounded() -> None:
    log = [row._replace(result="forged") for row in a_log(MOST_BREAKS + 50)]

    assert len(proved(log)) == MOST_BREAKS


def test_a_head_survives_its_file() -> None:
    head = Head.of(a_log()[-1])

    assert Head.from_json(head.to_json()) == head
