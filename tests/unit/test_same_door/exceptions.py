"""Every verb of the door is on every surface. Here is what is not, and why.

A new verb of the control plane fails the test beside this until each surface has it, or has its reason here.
"""

from collections.abc import Mapping
from typing import Final

SURFACES: Final[Mapping[str, tuple[str, ...]]] = {
    "api": ("provisioning/api",),
    "cli": ("provisioning/cli", "bot/digest_command.py"),
    "slack": ("bot/listeners", "bot/blocks", "bot/reporter", "bot/visit.py", "bot/reception.py"),
}
"""Where each surface calls the door."""

OF_SURFACES: Final = {
    **dict.fromkeys(("gate", "reports", "repeats"), "asked by surfaces about themselves, not by people"),
    "schedules": "asked by clocks",
}
"""Groups without a verb for people."""

NOBODYS: Final = {
    "approvals.unreported": "a surface asks what it has still to show",
    "approvals.save_report": "a surface keeps how far it has shown a question",
    "approvals.expire": "done on schedule",
    "audit.keep_head": "a process does it by itself",
    "digests.tick": "done on schedule",
    "digests.find": "whoever has asked for a digest looks whether it is posted",
    "digests.pending": "a surface asks what it has still to post",
    "digests.save_report": "a surface keeps how far it has posted a digest",
    "rounds.tick": "done on schedule",
    "rounds.notices": "a surface asks what it has still to tell",
    "rounds.save_report": "a surface keeps how far it has told something",
    "views.worker_alive": "told along with a run, by surfaces that tell it",
    "views.subdomain": "turns a tenant's id in an address into what people call it",
    "plans.choices": "what a form, or the OpenAPI document, offers",
}
"""Verbs that no person asks for."""

_KEYS: Final = (
    "it changes what stands in the environment of processes, so it is done at a terminal beside them"
)
_FORM: Final = (
    "for a form that is filled in before anything is asked; elsewhere the request itself is refused"
)

EXCEPTIONS: Final[Mapping[tuple[str, str], str]] = {
    **{
        (surface, f"keys.{verb}"): _KEYS
        for surface in ("api", "slack")
        for verb in ("status", "add", "rotate", "retire")
    },
    **{(surface, f"plans.{verb}"): _FORM for surface in ("api", "cli") for verb in ("check", "subdomain")},
    ("api", "restores.into_database"): "it takes the login of a database, and as long as that takes",
    (
        "slack",
        "restores.into_database",
    ): "it takes the login of a database, which must not be typed into Slack",
    ("api", "views.every"): "the list has pages, which follow each other by a cursor",
    ("slack", "views.every"): "a list in Slack is leafed through",
    (
        "slack",
        "audit.verify",
    ): "its answer is for whoever looks after the installation, with the log's heads at hand",
    ("slack", "audit.export"): "all of it is no message",
    **{
        ("slack", f"imports.{verb}"): "it takes a database's password, which must not be typed into Slack"
        for verb in ("plan", "start")
    },
    ("slack", "digests.send"): "it is posted on schedule; whoever wants it at once sees it as an answer",
    (
        "slack",
        "rounds.history",
    ): "the channel tells of each turn, and a tenant's status of the last verification",
    ("slack", "views.run"): "a run is shown with its tenant, and in its thread",
    ("slack", "views.events"): "the thread tells the run's history as it goes on",
    ("cli", "plans.rollback"): "a roll back in a terminal is typed with its run, and not confirmed again",
    ("cli", "approvals.list"): "`status` and `approve` name the question of a tenant",
    ("cli", "approvals.find"): "`status` shows the question of a tenant",
    ("cli", "views.fleet"): "`list` and `runs` have the numbers",
}
