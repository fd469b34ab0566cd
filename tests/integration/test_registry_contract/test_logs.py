"""What is only ever added to: the engine's inbox, the outbox, the audit log."""

import asyncio
from datetime import UTC, datetime, timedelta

from provisioning.domain.audit import GENESIS, key_id, row_hash
from provisioning.registry import AuditEntry
from tests.integration.test_registry_contract.books import KEY, Books
from tests.integration.test_registry_contract.entries import RUN, SOMEBODY, SUBDOMAIN, reserve


async def test_a_leg_is_enqueued_once_under_its_name(books: Books) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    async with books.registry.transaction() as tx:
        await tx.legs.enqueue(RUN, 1)
        await tx.legs.enqueue(RUN, 1)
        await tx.legs.enqueue(RUN, 2, at=at)

    assert await books.legs() == {RUN: None, f"{RUN}.2": at}


async def test_the_outbox_has_one_row_for_each_version(books: Books) -> None:
    tenant = await reserve(books)
    rows = []
    async with books.registry.transaction() as tx:
        assert await tx.outbox.latest(tenant.tenant_id, template="welcome") is None
        for version, recipient, message_id in (
            (1, "a@b.com", "<1>"),
            (1, "c@d.com", "<x>"),
            (10, "a@b.com", "<10>"),
        ):
            rows.append(
                await tx.outbox.ensure(
                    tenant.tenant_id,
                    template="welcome",
                    version=version,
                    recipient=recipient,
                    message_id=message_id,
                )
            )
        latest = await tx.outbox.latest(tenant.tenant_id, template="welcome")
        assert await tx.outbox.latest(tenant.tenant_id, template="another") is None

    assert rows[0] == rows[1]
    assert (rows[0].recipient, rows[0].message_id, rows[0].state) == ("a@b.com", "<1>", "pending")
    assert latest == rows[2]


async def test_a_message_is_marked(books: Books) -> None:
    tenant = await reserve(books)
    async with books.registry.transaction() as tx:
        row = await tx.outbox.ensure(
            tenant.tenant_id, template="welcome", version=1, recipient="a@b.com", message_id="<1>"
        )
        for state in ("sending", "sent", "sent"):
            await tx.outbox.mark(row.message_id, state)
        await tx.outbox.mark("<nobody's>", "sent")
        latest = await tx.outbox.latest(tenant.tenant_id, template="welcome")

    assert latest is not None
    assert latest.state == "sent"


async def test_the_audit_log_is_a_chain_that_can_be_recomputed(books: Books) -> None:
    entries = [
        AuditEntry(
            "provision.requested",
            "accepted",
            subdomain=SUBDOMAIN,
            run_id=RUN,
            request_hash="hash",
            details={
                "company": "Müller & Søn “株式会社”",
                "vendors": ["b", "a"],
                "n": 1,
                "none": None,
                "yes": True,
            },
        ),
        AuditEntry("provision", "not_allowed", reason="A viewer.\nAnd a new line."),
        AuditEntry("provision.succeeded", "succeeded"),
    ]
    for entry in entries:
        async with books.registry.transaction() as tx:
            await tx.audit.append(SOMEBODY, entry)

    log = await books.audit()

    assert [row["action"] for row in log] == [entry.action for entry in entries]
    previous = GENESIS
    for seq, row in enumerate(log, start=1):
        content = {
            name: value for name, value in row.items() if name not in {"key_id", "previous_hash", "hash"}
        }
        assert row["seq"] == seq
        assert row["previous_hash"] == previous
        assert row["key_id"] == key_id(KEY)
        assert row["hash"] == row_hash(content, previous_hash=previous, key=KEY)
        previous = row["hash"]
    assert (log[0]["surface"], log[0]["actor_id"], log[0]["team"]) == ("test", "somebody", "T1")


async def test_many_at_once_make_one_chain(books: Books) -> None:
    async def append(number: int) -> None:
        async with books.registry.transaction() as tx:
            await tx.audit.append(SOMEBODY, AuditEntry(f"action-{number}", "accepted"))

    await asyncio.gather(*(append(number) for number in range(12)))

    log = await books.audit()
    assert [row["seq"] for row in log] == list(range(1, 13))
    hashes = [GENESIS, *(row["hash"] for row in log)]
    assert [row["previous_hash"] for row in log] == hashes[:-1]
