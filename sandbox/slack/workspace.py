"""The workspace: who is in it, in which channels and groups, and the app that is installed."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.slack.sql import read_script
from sandbox.state import State

BOT = "U0TENANTBOT"
SLACKBOT = "USLACKBOT"
VIEWER, OPERATOR, APPROVER, APPROVER2 = "U0VIEWER001", "U0OPERATOR1", "U0APPROVER1", "U0APPROVER2"
GUEST, DEACTIVATED, OTHER_BOT, STRANGER = "U0GUEST0001", "U0LEFT00001", "U0OTHERBOT1", "U0HARBOUR01"
OPS, GENERAL, RANDOM, SHARED = "C0OPS000001", "C0GENERAL01", "C0RANDOM001", "C0SHARED001"
VIEWERS, OPERATORS, APPROVERS = "S0VIEWERS01", "S0OPERATORS", "S0APPROVERS"

_PEOPLE_TO_BE = (VIEWER, OPERATOR, APPROVER, APPROVER2, GUEST, STRANGER)
_SCRIPT = read_script("workspace.sql")


@dataclass(frozen=True)
class Workspace:
    team_id: str
    name: str
    domain: str
    app_id: str
    bot_id: str
    bot_user_id: str
    scopes: list[str]
    app_scopes: list[str]
    commands: list[str]
    events: list[str]
    request_url: str | None
    limit_scale: float

    @property
    def url(self) -> str:
        return f"https://{self.domain}.slack.com/"


async def ensure_workspace(state: State) -> None:
    """Make what is missing; whatever is there already stays as people have left it."""
    await state.pool.execute(_SCRIPT)


async def get_workspace(state: State) -> Workspace:
    row = await state.pool.fetchrow("select * from slack_workspace")
    assert row is not None, "ensure_workspace comes before the first call"
    return Workspace(**{name: value for name, value in row.items() if name != "only_one"})


def people_to_be() -> tuple[str, ...]:
    """Return those whom the page lets one be."""
    return _PEOPLE_TO_BE
