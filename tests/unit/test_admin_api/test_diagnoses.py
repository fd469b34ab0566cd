"""Diagnosing over HTTP: the same questions, repairs and notices as at the other surfaces."""

from tests.fakes.worker import FakeWorker
from tests.fakes.world import SUBDOMAIN, World
from tests.unit.test_admin_api.caller import Caller


async def test_a_fault_is_named_and_repaired(operator: Caller, world: World) -> None:
    await FakeWorker(world).provision()
    del world.platform.records[SUBDOMAIN]

    found = (await operator.ask("POST", f"/tenants/{SUBDOMAIN}/diagnose")).json()
    assert (found["healthy"], found["cause"]["code"]) == (False, "not_at_platform")
    assert found["cause"]["fixes"][0]["verb"] == "republish"

    begun = await operator.ask("POST", f"/tenants/{SUBDOMAIN}/repair", {"fix": "republish"})
    assert begun.status_code == 202
    await FakeWorker(world).finish(begun.json()["run_id"])
    again = (await operator.ask("POST", f"/tenants/{SUBDOMAIN}/diagnose", {"issues": ["not_found"]})).json()
    assert (again["healthy"], again["issues"]) == (True, ["not_found"])


async def test_a_notice_is_asked_for_about_a_kept_incident(operator: Caller, world: World) -> None:
    await FakeWorker(world).provision()
    none = await operator.ask("POST", f"/tenants/{SUBDOMAIN}/notify", {"reason": "a leak was found"})
    assert (none.status_code, none.json()["code"]) == (409, "no_incident")

    await operator.ask("POST", f"/tenants/{SUBDOMAIN}/diagnose", {"issues": ["leak"]})
    asked = await operator.ask("POST", f"/tenants/{SUBDOMAIN}/notify", {"reason": "a leak was found"})

    assert (asked.status_code, asked.json()["action"]) == (202, "notify")
    assert asked.headers["location"] == f"/admin/approvals/{asked.json()['approval_id']}"
