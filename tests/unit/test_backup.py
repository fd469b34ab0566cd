"""Backups as values: how their folders are named, and what a comparison tells."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from provisioning.domain.backup import (
    Column,
    Contents,
    ExtensionManifest,
    Manifest,
    SequenceManifest,
    TableManifest,
    today_folder,
)
from provisioning.domain.backup_comparison import differences

NOW = datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
USERS = TableManifest("public", "users", (Column("id", "uuid", generated=False),), (("id",),), 3, "abc")
CATALOG: dict[str, dict[str, str]] = {
    "constraint": {"public.users.role": "CHECK (((role)::text = 'a'::text))"},
    "function": {"public.f()": "begin  return 1; end"},
    "grant": {"SELECT public.users to anon": ""},
}
CONTENTS = Contents(
    schemas=("public",),
    tables=(USERS,),
    carried=(),
    sequences=(SequenceManifest("public.numbers", 7, 9),),
    extensions=(ExtensionManifest("pg_trgm", "1.6", "extensions", ("index public.names",)),),
    roles=("anon",),
    catalog=CATALOG,
)


def test_a_folder_is_named_after_its_day_and_numbered_from_the_second_on() -> None:
    first = "backups/customerinc-20261124"
    assert today_folder("customerinc", NOW) == first
    assert today_folder("customerinc", NOW, {first}) == f"{first}-2"
    assert today_folder("customerinc", NOW, {first, f"{first}-2"}) == f"{first}-3"
    assert today_folder("customerinc", NOW, {"backups/another-20261124"}) == first


def test_what_is_equal_has_no_differences() -> None:
    assert differences(CONTENTS, CONTENTS, same_major=True) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tables": ()}, "table public.users is missing"),
        ({"tables": (replace(USERS, rows=2),)}, "table public.users has 2 rows instead of 3"),
        ({"tables": (replace(USERS, checksum="abd"),)}, "table public.users has other rows"),
        ({"tables": (USERS, replace(USERS, name="more"))}, "table public.more is too much"),
        ({"sequences": (SequenceManifest("public.numbers", 10, 10),)}, "sequence public.numbers gives"),
        ({"extensions": ()}, "extension pg_trgm is missing"),
        ({"catalog": CATALOG | {"function": {}}}, r"function public\.f\(\) is missing"),
        (
            {"catalog": CATALOG | {"function": {"public.f()": "begin return 1; end"}}},
            r"function public\.f\(\) differs",
        ),
        (
            {"catalog": CATALOG | {"constraint": {"public.users.role": "CHECK (role = 'b')"}}},
            "constraint public.users.role differs",
        ),
        (
            {"catalog": CATALOG | {"policy": {"public.users.all": "create policy"}}},
            "policy public.users.all is too much",
        ),
    ],
)
def test_every_kind_of_difference_is_named(changed: dict[str, Any], said: str) -> None:
    (found,) = differences(CONTENTS, replace(CONTENTS, **changed), same_major=True)
    assert re.match(said, found)


def test_an_expression_that_was_read_in_once_more_is_the_same() -> None:
    again = {"public.users.role": "CHECK ((role)::character varying = 'a')"}
    found = replace(CONTENTS, catalog=CATALOG | {"constraint": again})
    assert differences(CONTENTS, found, same_major=True) == []


def test_a_sequence_may_have_moved_while_the_dump_was_made() -> None:
    found = replace(CONTENTS, sequences=(SequenceManifest("public.numbers", 8, 8),))
    assert differences(CONTENTS, found, same_major=True) == []


def test_a_privilege_that_only_newer_servers_have_is_no_difference_between_versions() -> None:
    grants = CATALOG["grant"] | {"MAINTAIN public.users to anon": ""}
    found = replace(CONTENTS, catalog=CATALOG | {"grant": grants})
    assert differences(CONTENTS, found, same_major=False) == []
    assert differences(CONTENTS, found, same_major=True) == [
        "grant MAINTAIN public.users to anon is too much"
    ]


@pytest.mark.parametrize("raw", [{}, {"format": 2}, {"format": 1}, {"format": 1, "files": []}])
def test_what_is_no_manifest_of_ours_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is not known|is incomplete"):
        Manifest.from_json(raw)
