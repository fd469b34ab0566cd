"""Where answers go: with --json one document on stdout and all else on stderr, without it text for people."""

import json
from dataclasses import dataclass
from typing import Any

from rich.console import Console, RenderableType

from provisioning.cli.documents import error_document
from provisioning.errors import InvalidRequest, TenantbotError


@dataclass(frozen=True)
class Output:
    json: bool
    out: Console
    err: Console

    @property
    def people(self) -> Console:
        """Where people read: stdout, or stderr when stdout belongs to the document."""
        return self.err if self.json else self.out

    def document(self, document: Any) -> None:
        """Print the answer of the command, where it is wanted as a document."""
        if self.json:
            print(json.dumps(document, indent=2, default=str), file=self.out.file)

    def say(self, text: RenderableType = "") -> None:
        if isinstance(text, str):
            self.people.print(text, markup=False, soft_wrap=True)
        else:
            self.people.print(text)

    def error(self, fault: TenantbotError) -> None:
        self.document(error_document(fault))
        messages = (
            [error.message for error in fault.errors]
            if isinstance(fault, InvalidRequest)
            else [fault.message]
        )
        for message in messages:
            self.err.print(message, style="red", markup=False, soft_wrap=True)
