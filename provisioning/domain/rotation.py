"""What a run of new credentials tells of the secret key, which can't always be replaced."""

from typing import Final

from provisioning.domain.run import Run

KEY_STEP: Final = 5
"""The step that tells."""
_LEFT: Final = "left as it is"


def left_as_it_is(why: str) -> str:
    return f"{_LEFT}: {why}"


def key_left(run: Run) -> str | None:
    """Why the secret key was not replaced, in the words of its step; None when it was."""
    told = next((step.detail for step in run.steps if step.number == KEY_STEP), None)
    return told if told and told.startswith(_LEFT) else None
