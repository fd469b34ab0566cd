"""Where answers go: with --json one document on stdout and all else on stderr, without it text for people."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console, RenderableType

from provisioning.cli.options import Program
from provisioning.documents import error_document
from provisioning.errors import InvalidRequest, TenantbotError

_VERBS = (
    "provision|suspend|activate|status|list|runs|verify|retry|rollback|cancel|resend|orphans|worker|token|keys|db|sandbox|web|doctor"
    "|deprovision|approve|reject|undo|restore|import|audit|rotate|lockdown|digest|fleet|diagnose"
)
_COMMAND: Final = re.compile(rf"\btenantbot (?=(?P<verb>{_VERBS})\b|--help\b)")


@dataclass(frozen=True)
class Output:
    json: bool
    out: Console
    err: Console
    program: Program
    """How the program was started; hints name it, so that they can be pasted."""

    @property
    def people(self) -> Console:
        """Where people read: stdout, or stderr when stdout belongs to the document."""
        return self.err if self.json else self.out

    def document(self, document: Any) -> None:
        """Print the answer of the command, where it is wanted as a document."""
        if self.json:
            print(json.dumps(document, indent=2, default=str), file=self.out.file)

    async def stream(self, name: str, entries: AsyncIterator[Any]) -> int:
        """Print a document of all entries under `name`, and their total, one by one as they come.

        Nothing is printed before the first one is there, so that a refusal is a document of its own.
        """
        total, opening = 0, f'{{"{name}": ['
        async for entry in entries:
            self._write(("," if total else opening) + "\n" + json.dumps(entry, default=str))
            total += 1
        self._write(("" if total else opening) + f'\n], "total": {total}}}\n')
        return total

    def _write(self, text: str) -> None:
        if self.json:
            print(text, end="", file=self.out.file)

    def say(self, text: RenderableType = "") -> None:
        if isinstance(text, str):
            self.people.print(self.pasteable(text), markup=False, soft_wrap=True)
        else:
            self.people.print(text)

    def error(self, fault: TenantbotError) -> None:
        self.document(error_document(fault))
        messages = (
            [error.message for error in fault.errors]
            if isinstance(fault, InvalidRequest)
            else [fault.message]
        )
        if isinstance(fault, InvalidRequest) and fault.hint:
            messages.append(fault.hint)
        for message in messages:
            self.err.print(self.pasteable(message), style="red", markup=False, soft_wrap=True)

    def pasteable(self, text: str) -> str:
        """Name the program in a hint as it was started here."""
        return _COMMAND.sub(lambda found: f"{self.program.of(found['verb'] or '')} ", text)
