"""What app_manifest.yml promises Slack: scopes, commands and events."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import yaml

from provisioning.errors import Permanent

MANIFEST_FILE: Final = Path(__file__).resolve().parent.parent / "app_manifest.yml"


@dataclass(frozen=True)
class Manifest:
    """The parts of the manifest that the program must agree with."""

    scopes: frozenset[str]
    commands: frozenset[str]
    events: frozenset[str]

    @classmethod
    def load(cls, file: Path = MANIFEST_FILE) -> Self:
        """Raise Permanent where the file is not what came with the program."""
        try:
            document = read_document(file)
            return cls(
                scopes=frozenset(document["oauth_config"]["scopes"]["bot"]),
                commands=frozenset(one["command"] for one in document["features"]["slash_commands"]),
                events=frozenset(document["settings"]["event_subscriptions"]["bot_events"]),
            )
        except (OSError, yaml.YAMLError, LookupError, TypeError) as fault:
            raise Permanent(
                f"{file} can't be read as the app's manifest; restore the one that came with tenantbot.",
                code="bad_files",
            ) from fault


def read_document(file: Path = MANIFEST_FILE) -> dict[str, Any]:
    """Return the whole manifest, as Slack reads it."""
    document: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return document
