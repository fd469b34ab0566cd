"""The audit log from a terminal: looked at, proved, forged in the database and found out, handed out."""

import json

from sandbox.attach import attach
from tests.e2e.terminal import Terminal

FORGE = """
alter table audit_log disable trigger audit_log_append_only;
update audit_log set result = '{result}' where seq = 1;
alter table audit_log enable trigger audit_log_append_only;
"""


async def test_a_forged_entry_is_found_and_named(terminal: Terminal) -> None:
    async with attach(terminal.home), terminal.registry() as registry:
        assert (await terminal.run("verify", "audited")).code == 2  # refused, and so in the log
        shown = await terminal.run("audit", "show", "audited", "--json", "--as", "viewer")
        (entry,) = shown.document["entries"]
        assert (entry["action"], entry["result"], entry["actor_name"]) == ("verify", "refused", "operator")

        whole = await terminal.run("audit", "verify", "--json")
        assert (whole.code, whole.document["ok"], whole.document["breaks"]) == (0, True, [])

        was = await registry.fetchval("select result from audit_log where seq = 1")
        await registry.execute(FORGE.format(result="forged"))
        forged = await terminal.run("audit", "verify", "--json")
        await registry.execute(FORGE.format(result=was))
        assert forged.code == 1
        assert [(one["kind"], one["seq"]) for one in forged.document["breaks"]] == [("changed row", 1)]

        file = terminal.home / "audit.jsonl"
        assert (await terminal.run("audit", "export", "--to", str(file))).code == 0
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        assert lines[-1]["action"] == "audit.export"
