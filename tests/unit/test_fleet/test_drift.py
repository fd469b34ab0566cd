"""Drift: each tenant against its own version, every difference by name."""

import copy

import pytest

from provisioning.domain.drift import TenantDrift, compare, compare_seeds
from provisioning.domain.schema_files import SchemaFile
from provisioning.errors import Permanent, Refused
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World, real_seeds

VERSION = "20261124000001"
NEXT = SchemaFile("20261125000001", "notes", "create table if not exists public.notes (id int)")
BASE = {
    "table": {"public.products": "table"},
    "column": {"public.products.name": "text not null", "public.products.price": "numeric(10,2)"},
    "index": {"public.products.products_pkey": "create unique index"},
    "grant": {"SELECT public.products to authenticated": ""},
}


def differences(**changes: dict[str, str]) -> list[str]:
    found = copy.deepcopy(BASE)
    for kind, names in changes.items():
        found.setdefault(kind, {}).update(names)
    return [one.told(VERSION) for one in compare(BASE, found)]


def test_one_column_added_by_hand_is_shown_as_exactly_that() -> None:
    assert differences(column={"public.products.note": "text"}) == [
        f"products.note text: not in version {VERSION}"
    ]


def test_a_changed_type_shows_both() -> None:
    assert differences(column={"public.products.price": "real"}) == [
        f"products.price: real, in version {VERSION} numeric(10,2)"
    ]


def test_what_is_missing_is_named() -> None:
    found = {**BASE, "column": {"public.products.name": "text not null"}, "index": {}}
    assert [one.told(VERSION) for one in compare(BASE, found)] == [
        f"products.price: missing, in version {VERSION} numeric(10,2)",
        f"index products.products_pkey: missing, in version {VERSION}",
    ]


def test_the_parts_of_a_table_too_many_go_without_saying() -> None:
    more = {
        "table": {"public.extra": "table"},
        "column": {"public.extra.id": "integer not null"},
        "constraint": {"public.extra.extra_pkey": "PRIMARY KEY (id)"},
        "index": {"public.extra.extra_pkey": "create unique index"},
        "row security": {"public.extra": "off"},
        "grant": {"SELECT public.extra to anon": ""},
    }
    assert differences(**more) == [f"table extra: not in version {VERSION}"]


def test_a_grant_and_a_policy_are_differences_of_their_own() -> None:
    assert differences(
        grant={"SELECT public.products to anon": ""}, policy={"public.products.open": "create policy"}
    ) == [
        f"grant SELECT products to anon: not in version {VERSION}",
        f"policy products.open: not in version {VERSION}",
    ]


def test_a_constraint_brings_its_index_with_it() -> None:
    both = {"public.products.name_key": "UNIQUE (name)"}
    assert differences(constraint=both, index=both) == [
        f"constraint products.name_key: not in version {VERSION}"
    ]


def test_a_changed_vendor_configuration_is_named_by_its_places() -> None:
    rows = {one["vendor_name"]: one["config_data"] for one in real_seeds().vendor_rows()}
    edited = {**rows["boxnox"], "currency": "GBP"}
    assert list(compare_seeds(real_seeds(), {"boxnox": edited})) == [
        "vendor boxnox: currency differs from the seeds"
    ]
    assert list(compare_seeds(real_seeds(), {"galilu": rows["galilu"]})) == []
    assert list(compare_seeds(real_seeds(), {"other": {}})) == [
        "vendor other: a default that is not in the seeds"
    ]


async def look(world: World, subdomain: str | None = None) -> list[TenantDrift]:
    return [one async for one in world.control.fleet.drift(OPERATOR, subdomain)]


async def test_a_tenant_as_it_was_made_has_none(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    assert await look(world) == [TenantDrift(SUBDOMAIN, VERSION)]


async def test_a_tenant_is_held_against_its_own_version(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    world.schema.now.append(NEXT)
    world.database.columns["public.products.note"] = "text"

    (found,) = await look(world, SUBDOMAIN)

    assert found.findings == (f"products.note text: not in version {VERSION}",)


async def test_versions_that_nobody_knows_or_that_were_left_out_are_named(
    world: World, worker: FakeWorker
) -> None:
    await worker.provision()
    world.schema.now.append(NEXT)
    world.database.versions.append("20271231000000")

    (found,) = await look(world)

    assert found.findings == (
        "version 20271231000000: recorded, but there is no such file",
        f"version {NEXT.version}: never applied, although the tenant has 20271231000000",
    )


async def test_a_tenant_that_does_not_answer_is_no_clean_one(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    world.wire.fail("databases.open", Permanent("The password is refused."))

    (found,) = await look(world)

    assert not found.ok
    assert found.fault == "The password is refused."


async def test_only_operators_look_and_only_at_tenants(world: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        [one async for one in world.control.fleet.drift(VIEWER)]
    with pytest.raises(Refused, match="no tenant nobody"):
        await look(world, "nobody")
