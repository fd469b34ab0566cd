"""Slack, the admin API and the command line have the same verbs, and each reaches the door's own."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

from bot.app import VERBS
from provisioning.cli.app import build_app
from provisioning.control_plane.door import ControlPlane
from tests.fakes.world import ROOT
from tests.unit.test_same_door.exceptions import EXCEPTIONS, NOBODYS, OF_SURFACES, SURFACES


def verbs_of_the_door() -> set[str]:
    """The public coroutines and generators of its groups, such as `requests.suspend`."""
    return {
        f"{group}.{name}"
        for group, kind in get_type_hints(ControlPlane).items()
        if group not in OF_SURFACES
        for name, found in vars(kind).items()
        if not name.startswith("_")
        and (inspect.iscoroutinefunction(found) or inspect.isasyncgenfunction(found))
    }


def verbs_called(surface: str) -> set[str]:
    return {verb for place in SURFACES[surface] for path in _files(ROOT / place) for verb in _calls(path)}


def _files(place: Path) -> Iterator[Path]:
    yield from [place] if place.is_file() else sorted(place.rglob("*.py"))


def _calls(path: Path) -> Iterator[str]:
    """What follows `control`: a group and its verb, at once or through a name that the group was given."""
    tree = ast.parse(path.read_text())
    named = {
        target.id: group
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (group := _group(node.value)) is not None
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            group = _group(node.value) or (
                named.get(node.value.id) if isinstance(node.value, ast.Name) else None
            )
            if group is not None:
                yield f"{group}.{node.attr}"


def _group(node: ast.expr) -> str | None:
    if not isinstance(node, ast.Attribute):
        return None
    holder = node.value
    name = (
        holder.attr
        if isinstance(holder, ast.Attribute)
        else holder.id
        if isinstance(holder, ast.Name)
        else ""
    )
    return node.attr if name in {"control", "_control"} else None


def test_every_verb_is_on_every_surface_or_has_a_reason() -> None:
    wanted = verbs_of_the_door() - NOBODYS.keys()
    missing = {(surface, verb) for surface in SURFACES for verb in wanted - verbs_called(surface)}
    assert missing == EXCEPTIONS.keys()


def test_every_verb_that_is_nobody_s_is_one_of_the_door() -> None:
    assert verbs_of_the_door() >= NOBODYS.keys()


def test_what_slack_calls_a_verb_is_a_command_of_that_name() -> None:
    app = build_app()
    commands = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}
    groups = {group.name for group in app.registered_groups}
    assert VERBS.keys() - {"help", "digest"} <= commands | groups
