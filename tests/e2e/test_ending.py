"""The rest of a tenant's life on the command line: suspended, activated, ended by two people, restored from its archive."""

import json
from http import HTTPStatus

from sandbox.attach import attach
from tests.e2e.customer import Customer
from tests.e2e.evidence import database_of, evidence
from tests.e2e.tenant_rows import dsn_of, rows_of, use
from tests.e2e.terminal import Terminal, wanted

TENANT = "ends-here"


async def test_a_tenant_ends_by_two_people_and_its_archive_has_all_of_it(terminal: Terminal) -> None:
    async with attach(terminal.home, project_seconds=0.2):
        assert (await terminal.provision(TENANT)).code == 0
        customer = await Customer.of(terminal, TENANT)
        assert await customer.log_in() == HTTPStatus.OK

        suspended = await terminal.run("suspend", TENANT, "--reason", "invoice not paid", "--json")
        assert suspended.code == 0, suspended.err
        assert await customer.log_in() >= HTTPStatus.BAD_REQUEST
        activated = await terminal.run("activate", TENANT, "--json")
        assert activated.code == 0, activated.err
        assert await customer.log_in() == HTTPStatus.OK

        rows = await use(await dsn_of(terminal, TENANT))
        reason = ("--reason", "the customer left")
        asked = await terminal.run(
            "deprovision", TENANT, *reason, "--grace", "0", "--as", "operator", "--json"
        )
        assert asked.code == 3, asked.err
        assert (asked.document["state"], asked.document["grace_seconds"]) == ("pending", 0)
        assert await customer.log_in() == HTTPStatus.OK  # asking changes nothing
        refused = await terminal.run("approve", TENANT, "--as", "operator", "--json")
        assert (refused.code, refused.document["error"]["code"]) == (2, "not_allowed")

        approved = await terminal.run("approve", asked.document["approval_id"], "--as", "approver", "--json")
        assert approved.code == 0, approved.err
        assert approved.document["state"] == "approved"
        left = await evidence(terminal, TENANT)
        assert (left.projects, left.platform_records, left.registry_rows) == (0, 0, 1)
        taken = await terminal.run("provision", *wanted(TENANT), "--json")
        assert (taken.code, taken.document["error"]["code"]) == (2, "taken")

        (folder,) = (terminal.home / "archive" / "archives").glob(f"{TENANT}-*")
        record = json.loads((folder / "deletion-record.json").read_text())
        assert record["proof"]["ok"]
        assert ("operator" in record["requested_by"], "approver" in record["approved_by"]) == (True, True)
        target = await _new_database(terminal)
        restored = await terminal.run("restore", f"archives/{folder.name}", "--to", target, "--json")
        assert restored.code == 0, restored.err
        assert await rows_of(target) == rows


async def _new_database(terminal: Terminal) -> str:
    async with terminal.registry() as registry:
        await registry.execute("create database restored_here")
    return database_of(terminal, "restored_here")
