"""The audit chain: whatever is changed, taken out or put in between shows."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from provisioning.domain.actor import ENGINE
from provisioning.domain.audit import GENESIS, canonical_json, key_id, request_hash, row_hash
from provisioning.domain.secret import Secret
from provisioning.registry import AuditEntry
from tests.fakes.world import OPERATOR, World

HASHED = (
    *("seq", "at", "surface", "actor_id", "actor_name", "team", "action", "subdomain", "run_id"),
    *("request_hash", "result", "reason", "details"),
)

Log = list[Mapping[str, Any]]


@pytest.fixture
async def log(world: World) -> Log:
    for number in range(4):
        async with world.records.transaction() as tx:
            await tx.audit.append(
                OPERATOR,
                AuditEntry("provision.requested", "accepted", subdomain="customerinc", details={"n": number}),
            )
            await tx.audit.append(ENGINE, AuditEntry("provision.succeeded", "succeeded"))
    return list(world.records.tables.audit)


def is_whole(log: Log, key: Secret) -> bool:
    previous = GENESIS
    for seq, row in enumerate(log, start=1):
        content = {name: row[name] for name in HASHED}
        if row["seq"] != seq or row["previous_hash"] != previous:
            return False
        if row["hash"] != row_hash(content, previous_hash=previous, key=key):
            return False
        previous = row["hash"]
    return True


def test_a_chain_that_nobody_touched_is_whole(world: World, log: Log) -> None:
    assert len(log) == 8
    assert log[0]["previous_hash"] == GENESIS
    assert is_whole(log, world.audit_key)
    assert {row["key_id"] for row in log} == {key_id(world.audit_key)}


def change_the_result(log: Log) -> None:
    log[2] = {**log[2], "result": "refused"}


def change_a_detail(log: Log) -> None:
    log[4] = {**log[4], "details": {"n": 99}}


def change_who_it_was(log: Log) -> None:
    log[0] = {**log[0], "actor_id": "somebody"}


def take_one_out(log: Log) -> None:
    del log[3]


def take_the_first_out(log: Log) -> None:
    del log[0]


def swap_two(log: Log) -> None:
    log[1], log[2] = log[2], log[1]


def put_one_in(log: Log) -> None:
    log.insert(2, log[1])


@pytest.mark.parametrize(
    "forge",
    [
        change_the_result,
        change_a_detail,
        change_who_it_was,
        take_one_out,
        take_the_first_out,
        swap_two,
        put_one_in,
    ],
)
def test_a_chain_that_was_touched_is_not_whole(world: World, log: Log, forge: Callable[[Log], None]) -> None:
    forge(log)

    assert not is_whole(log, world.audit_key)


def test_without_the_key_a_row_can_not_be_forged(world: World, log: Log) -> None:
    forged = {**log[-1], "result": "refused"}
    content = {name: forged[name] for name in HASHED}
    guessed = row_hash(content, previous_hash=forged["previous_hash"], key=Secret("guessed"))
    log[-1] = {**forged, "hash": guessed}

    assert not is_whole(log, world.audit_key)


async def test_a_row_whose_change_was_undone_was_never_there(world: World, log: Log) -> None:
    async def change_and_fail() -> None:
        async with world.records.transaction() as tx:
            await tx.audit.append(OPERATOR, AuditEntry("provision.cancel", "accepted"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()

    assert world.records.tables.audit == log


def test_the_order_of_fields_does_not_matter_and_their_values_do() -> None:
    assert canonical_json({"b": 1, "a": [2, "é"]}) == '{"a":[2,"\\u00e9"],"b":1}'
    assert request_hash({"a": 1, "b": 2}) == request_hash({"b": 2, "a": 1})
    assert request_hash({"a": 1}) != request_hash({"a": "1"})


def test_a_key_is_named_without_being_shown() -> None:
    key = Secret("fake-audit-key")

    assert len(key_id(key)) == 12
    assert "fake" not in key_id(key)
    assert key_id(key) != key_id(Secret("another"))
