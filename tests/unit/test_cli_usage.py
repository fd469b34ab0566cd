"""What the command line says to input that it can't even parse: one sentence, exit code 2, no traceback."""

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from provisioning.cli.app import build_app, run
from provisioning.cli.options import hoist, home_folder
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
        (("list", "--page", "0"), "--page"),
        (("list", "--page", "many"), "--page"),
        (("token", "--name", "ada", "--role", "king"), "'viewer', 'operator', 'approver'"),
        (("token", "--name", "ada", "--role", "viewer", "--expires", "soon"), "write 45s, 30m, 24h or 7d"),
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
