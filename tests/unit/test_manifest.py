"""The manifest is valid, and promises exactly what the program uses."""

import json
import os
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest

from bot.app import COMMANDS, EVENTS
from bot.manifest import MANIFEST_FILE, Manifest, read_document
from bot.outbox.budgets import METHODS
from provisioning.errors import Permanent

CONTRACTS = (
    Path(os.environ.get("CONTRACTS_DIR", MANIFEST_FILE.parent.parent / "shared" / "contracts")) / "slack"
)

ALTERNATIVES: Final = {
    # Any one of the listed scopes will do; which one depends on the kind of channel. Ours are public or private
    # channels, never conversations with one person (im) or a few (mpim).
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.replies": {"channels:history", "groups:history"},
}
OF_EVENTS: Final = {"subteam_members_changed": "usergroups:read"}
OF_COMMANDS: Final = {"commands"}


def contract(name: str) -> dict[str, Any]:
    file = CONTRACTS / name
    if not file.exists():
        pytest.skip(f"The contracts of Slack are not in {CONTRACTS} (set CONTRACTS_DIR).")
    read: dict[str, Any] = json.loads(file.read_text())
    return read


def test_is_what_slack_accepts_as_a_manifest() -> None:
    schema = contract("manifest.schema.2.0.0.json")

    faults = [fault.message for fault in jsonschema.Draft7Validator(schema).iter_errors(read_document())]

    assert faults == []


def test_asks_for_the_scopes_of_the_methods_that_are_called_and_no_more() -> None:
    methods = contract("slack_web_methods_2026-05.json")["methods"]
    needed = set(OF_COMMANDS)
    for method in METHODS:
        needed |= ALTERNATIVES.get(method) or _only_scopes(method, methods[method])
    needed |= {OF_EVENTS[event] for event in EVENTS if event in OF_EVENTS}

    assert Manifest.load().scopes == needed


def _only_scopes(method: str, described: dict[str, Any]) -> set[str]:
    scopes = set(described["scopes"].get("bot", ()))
    assert len(scopes) <= 1, (
        f"{method} may be called with any of {scopes}: say in ALTERNATIVES which are ours, "
        "or take it out of METHODS when nobody calls it"
    )
    return scopes


def test_offers_the_commands_that_are_answered() -> None:
    assert Manifest.load().commands == set(COMMANDS)


def test_subscribes_to_the_events_that_are_listened_to() -> None:
    assert Manifest.load().events == set(EVENTS)


def test_is_written_for_socket_mode_and_one_workspace() -> None:
    settings = read_document()["settings"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
    assert settings["token_rotation_enabled"] is False
    assert settings["org_deploy_enabled"] is False


def test_typed_names_arrive_as_ids() -> None:
    assert all(one["should_escape"] for one in read_document()["features"]["slash_commands"])


@pytest.mark.parametrize("text", ["", "features: {}", "- a list", "{"])
def test_a_file_that_is_no_manifest_is_one_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "app_manifest.yml"
    file.write_text(text)

    with pytest.raises(Permanent, match="can't be read as the app's manifest"):
        Manifest.load(file)


def test_a_manifest_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="can't be read as the app's manifest"):
        Manifest.load(tmp_path / "app_manifest.yml")
