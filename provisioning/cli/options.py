"""Options that every command takes, before or after the verb."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisioning.domain.actor import Role

FLAGS: Final = frozenset({"--json", "--sandbox"})
VALUED: Final = frozenset({"--home", "--as"})

SANDBOX_PEOPLE: Final[Mapping[str, Role]] = {
    "viewer": Role.VIEWER,
    "operator": Role.OPERATOR,
    "approver": Role.APPROVER,
    "approver2": Role.APPROVER,
}
_APPROVERS: Final = tuple(name for name, role in SANDBOX_PEOPLE.items() if role is Role.APPROVER)
_FOR_ANOTHER: Final = "approve"


@dataclass(frozen=True)
class Options:
    """What holds for the whole invocation. `home` is absolute."""

    json: bool
    sandbox: bool
    home: Path
    person: str | None


def hoist(arguments: Sequence[str]) -> list[str]:
    """Move the options of every command to the front, where the top level reads them."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest.extend([word, *words])
        elif word in FLAGS or word.split("=")[0] in VALUED:
            front.append(word)
            if word in VALUED:
                front.extend(value for value in [next(words, None)] if value is not None)
        else:
            rest.append(word)
    return front + rest


def home_folder(given: str | None, environ: Mapping[str, str]) -> Path:
    """--home, else TENANTBOT_HOME, else .tenantbot in the working folder; made absolute once."""
    return Path(given or environ.get("TENANTBOT_HOME") or ".tenantbot").expanduser().absolute()


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell before anything is parsed, so that even a usage error is a document."""
    return "--json" in arguments[: arguments.index("--")] if "--" in arguments else "--json" in arguments


@dataclass(frozen=True)
class Program:
    """How the program was started, so that a hint can be pasted: `python3 run.py --sandbox --as viewer`."""

    start: str = "tenantbot"
    sandbox: bool = False
    person: str | None = None

    def of(self, verb: str) -> str:
        """What stands before a verb. What somebody asks for is approved by another one."""
        person = self.person
        if verb == _FOR_ANOTHER and self.sandbox:
            person = next(one for one in _APPROVERS if one != self.person)
        return f"{self.start} --as {person}" if person else self.start


def program(argv0: str, options: Options, *, given_home: str | None) -> Program:
    words = ["python3 run.py" if argv0.endswith("__main__.py") else "tenantbot"]
    if options.sandbox:
        words.append("--sandbox")
    if given_home:
        words.append(f"--home {shlex.quote(given_home)}")
    return Program(" ".join(words), sandbox=options.sandbox, person=options.person)
