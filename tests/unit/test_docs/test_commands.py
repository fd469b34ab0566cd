"""Whatever a page tells to type is taken by the program."""

import re
import shlex
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from bot.__main__ import program
from bot.app import VERBS
from provisioning.cli.options import FLAGS, VALUED, hoist
from tests.unit.test_docs.pages import PAGES, code, name, shell_lines

_PROGRAMS: Final = ("tenantbot ", "python3 run.py ", "uv run tenantbot ")
_OF_RUN_PY: Final = frozenset({"test", "soak"})
_SLASH: Final = re.compile(r"^/tenant ([a-z]+)")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_and_option_exists(page: Path) -> None:
    said = [*code(page), *shell_lines(page)]
    wrong = [line for line in said if (words := _typed(line)) is not None and not _is_taken(words)]
    assert not wrong


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_verb_of_slack_exists(page: Path) -> None:
    said = [match[1] for line in code(page) if (match := _SLASH.match(line))]
    assert [verb for verb in said if verb not in VERBS] == []


def _typed(line: str) -> list[str] | None:
    """The words after the program's name, without comments and what a reader is to fill in."""
    for start in _PROGRAMS:
        if line.strip().startswith(start):
            words = shlex.split(line.strip()[len(start) :], comments=True)
            return [word for word in words if word not in {"…", "|", ">"}]
    return None


def _is_taken(words: list[str]) -> bool:
    if not words or words[0] in _OF_RUN_PY:
        return True
    command: Any = typer.main.get_command(program())
    rest = _after_the_common_options(words)
    while hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return False
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    return all(word.partition("=")[0] in known for word in rest if word.startswith("--"))


def _after_the_common_options(words: list[str]) -> list[str]:
    rest = hoist(words)
    while rest and rest[0].partition("=")[0] in FLAGS | VALUED:
        rest = rest[2 if rest[0] in VALUED else 1 :]
    return rest
