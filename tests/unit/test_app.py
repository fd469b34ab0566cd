"""The table of contents is whole: every name that a block can carry has a listener, and no listener waits for nothing."""

import re
from pathlib import Path

from bot import app
from bot.blocks import ids

BLOCKS = Path(ids.__file__).parent
INPUTS = {
    *(ids.COMPANY, ids.SUBDOMAIN, ids.EMAIL, ids.NAME, ids.REGION, ids.VENDORS, ids.SAMPLE_RESELLERS),
    *(ids.REASON, ids.CONFIRM, ids.CONFIRM_PROJECT, ids.GRACE, ids.ARCHIVE),
}
VIEWS = {value for name, value in vars(ids).items() if name.endswith(("_FORM", "_PLAN", "_CONFIRM"))}
OTHERS = {ids.NO_VALUE, ids.NOTICE}


def every_id() -> set[str]:
    return {value for name, value in vars(ids).items() if re.fullmatch(r"[A-Z_]+", name)}


def test_every_button_and_form_has_a_listener() -> None:
    buttons = every_id() - INPUTS - VIEWS - OTHERS
    assert buttons - {ids.COMPANY} == (app.ACTIONS.keys() - {ids.COMPANY}) | app.SILENT
    assert app.VIEWS.keys() == VIEWS


def test_every_name_is_carried_by_some_block() -> None:
    text = "".join(path.read_text() for path in BLOCKS.glob("*.py") if path.name != "ids.py")
    unused = [
        name for name in vars(ids) if re.fullmatch(r"[A-Z_]+", name) and not re.search(rf"\b{name}\b", text)
    ]
    assert unused == []


def test_what_destroys_asks_anew_who_may() -> None:
    assert app.ACTIONS.keys() | app.VIEWS.keys() >= app.DESTRUCTIVE
    assert [name for name, entry in app.VERBS.items() if entry.destructive] == ["approve"]
    opened = {
        ids.ROLLBACK_CONFIRM,
        ids.ROTATE_CONFIRM,
        ids.REASON_FORM,
        ids.DEPROVISION_FORM,
        ids.ORPHAN_FORM,
        ids.FLEET_FORM,
    }
    assert opened | {ids.LOCKDOWN_FORM, ids.LIFT_FORM, ids.APPROVAL_APPROVE} == app.DESTRUCTIVE


def test_help_names_every_verb_with_a_summary() -> None:
    assert all(entry.verb.name == name and entry.verb.summary for name, entry in app.VERBS.items())
