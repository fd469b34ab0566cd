"""A tenant that was ended comes back from its archive, with real processes and a real database."""

from sandbox.attach import attach
from tests.e2e.terminal import Terminal


async def test_an_ended_tenant_comes_back_from_its_archive(terminal: Terminal) -> None:
    subdomain = "comes-back"
    async with attach(terminal.home, project_seconds=0.2):
        assert (await terminal.provision(subdomain)).code == 0
        asked = await terminal.run(
            "deprovision", subdomain, "--reason", "they left", "--grace", "0", "--json"
        )
        assert asked.code == 3
        ended = await terminal.run("approve", asked.document["approval_id"], "--as", "approver", "--json")
        assert ended.code == 0, ended.err
        (archive,) = (terminal.home / "archive" / "archives").glob(f"{subdomain}-*")

        restored = await terminal.run(
            "restore", f"archives/{archive.name}", "--as-tenant", subdomain, "--json"
        )

        assert restored.code == 0, restored.err
        assert (restored.document["kind"], restored.document["state"]) == ("restore", "succeeded")
        assert "all as in the manifest" in restored.document["steps"][1]["detail"]
        found = await terminal.run("status", subdomain, "--json")
        assert found.document["tenant"]["state"] == "verified"
        assert (await terminal.run("orphans", subdomain, "--json")).document["orphans"] == []
