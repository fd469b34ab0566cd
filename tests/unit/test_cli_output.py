"""A document that is printed as it comes: whole at its end, and not begun before the first entry is there."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.console import Console

from provisioning.cli.options import Options, program
from provisioning.cli.output import Output
from provisioning.errors import Refused


def output(*, as_json: bool) -> Output:
    started = program("/usr/bin/tenantbot", Options(as_json, False, Path("/h"), None), given_home=None)
    return Output(as_json, Console(), Console(stderr=True), started)


async def entries(number: int) -> AsyncIterator[dict[str, int]]:
    for index in range(number):
        yield {"index": index}


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_is_one_document(capsys: pytest.CaptureFixture[str], number: int) -> None:
    assert await output(as_json=True).stream("tenants", entries(number)) == number
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"tenants": [{"index": index} for index in range(number)], "total": number}


async def test_nothing_is_printed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert await output(as_json=False).stream("tenants", entries(3)) == 3
    assert capsys.readouterr().out == ""


async def test_a_refusal_comes_before_anything_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    async def refused() -> AsyncIterator[dict[str, int]]:
        async for entry in entries(1):
            if not entry["index"]:
                raise Refused("There is no tenant nobody.")
            yield entry

    with pytest.raises(Refused):
        await output(as_json=True).stream("tenants", refused())
    assert capsys.readouterr().out == ""
