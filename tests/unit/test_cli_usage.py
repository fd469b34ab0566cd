"""What the command line says to input that it can't even parse: one sentence, exit code 2, no traceback."""

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from provisioning.cli.app import build_app, run
from provisioning.cli.options import Options, hoist, home_folder, program
from provisioning.cli.output import Output
from provisioning.settings import Settings


def no_sandbox(_: Path) -> AbstractAsyncContextManager[Settings]:
    raise AssertionError("Nothing is opened for a command that can't be parsed.")


def leave(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        run(build_app(), arguments, open_sandbox=no_sandbox)
    code = left.value.code
    assert isinstance(code, int)
    return code


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("foo",), "No such command 'foo'"),
        (("status",), "Missing argument 'SUBDOMAIN|RUN'"),
        (("provision", "--nope"), "No such option: --nope"),
        (("list", "--page", "0"), "'--page': Input should be greater than or equal to 1. `"),
        (("diagnose", "acme", "--issue", "nope"), "'--issue': 'nope' is not one of"),
        (("list", "--page", "many"), "--page"),
        (("token", "--name", "ada", "--role", "king"), "'viewer', 'operator', 'approver'"),
        (("token", "--name", "ada", "--role", "viewer", "--expires", "soon"), "write 45s, 30m, 24h or 7d"),
        (("token", "--name", " ", "--role", "viewer"), "--name is one line, and not empty"),
        (("token", "--name", "ada", "--role", "viewer", "--slack", "ada"), "ada is no member id"),
        (("verify", "a", "b"), "unexpected extra argument"),
    ],
)
def test_says_what_is_wrong_and_where_help_is(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    assert leave(*arguments) == 2

    said = capsys.readouterr()
    assert words in said.err
    assert "--help` shows how" in said.err
    assert said.out == ""


def test_a_usage_error_is_a_document_where_documents_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("foo", "--json") == 2

    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


@pytest.mark.parametrize("arguments", [(), ("db",), ("keys",)])
def test_without_a_verb_it_shows_help(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert leave(*arguments) == 2

    said = capsys.readouterr()
    assert "Usage: tenantbot" in said.out + said.err


def test_options_of_every_command_may_stand_anywhere() -> None:
    given = ["status", "--json", "acme", "--home", "/var/h", "--as=viewer", "--sandbox"]

    assert hoist(given) == ["--json", "--home", "/var/h", "--as=viewer", "--sandbox", "status", "acme"]
    assert hoist(["status", "--", "--json"]) == ["status", "--", "--json"]


def test_the_home_is_the_option_else_the_environment_else_here(tmp_path: Path) -> None:
    assert home_folder(str(tmp_path), {"TENANTBOT_HOME": "/elsewhere"}) == tmp_path
    assert home_folder(None, {"TENANTBOT_HOME": "/elsewhere"}) == Path("/elsewhere")
    assert home_folder(None, {}) == Path.cwd() / ".tenantbot"
    assert home_folder("", {}) == Path.cwd() / ".tenantbot"


@pytest.mark.parametrize(
    ("given", "text", "pasted"),
    [
        ({}, "see `tenantbot status acme`.", "see `tenantbot status acme`."),
        ({"sandbox": True}, "tenantbot list", "tenantbot --sandbox list"),
        (
            {"sandbox": True, "home": "/a b", "person": "viewer"},
            "tenantbot status acme",
            "tenantbot --sandbox --home '/a b' --as viewer status acme",
        ),
        (
            {"sandbox": True, "person": "operator"},
            "tenantbot approve x",
            "tenantbot --sandbox --as approver approve x",
        ),
        (
            {"sandbox": True, "person": "approver"},
            "tenantbot approve x",
            "tenantbot --sandbox --as approver2 approve x",
        ),
        ({}, "tenantbot approve x", "tenantbot approve x"),
        ({}, "tenantbot is up", "tenantbot is up"),
    ],
)
def test_a_hint_can_be_pasted_as_it_is(
    capsys: pytest.CaptureFixture[str], given: dict[str, Any], text: str, pasted: str
) -> None:
    home = given.get("home")
    options = Options(False, given.get("sandbox", False), Path(home or "/h"), given.get("person"))
    started = program("/usr/bin/tenantbot", options, given_home=home)
    Output(False, Console(), Console(stderr=True), started).say(text)
    assert capsys.readouterr().out.strip() == pasted


def test_a_usage_error_names_how_it_was_started(capsys: pytest.CaptureFixture[str]) -> None:
    assert leave("restore", "--sandbox", "--as", "viewer") == 2
    assert " --sandbox --as viewer restore --list` shows" in capsys.readouterr().err
