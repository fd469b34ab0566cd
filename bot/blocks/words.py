"""Words and numbers as people read them: times, sizes, states, marks. No text leaves here with a secret in it."""

import re
from datetime import datetime
from typing import Final

from bot.blocks.kit import escape, fit
from provisioning.domain.redaction import redact
from provisioning.domain.run import RunState, StepState
from provisioning.domain.tenant import TenantState

COMMAND: Final = "/tenant"

STEP_MARKS: Final = {
    StepState.PENDING: "▫️",
    StepState.RUNNING: "⏳",
    StepState.SUCCEEDED: "✅",
    StepState.FAILED: "❌",
    StepState.UNDONE: "↩️",
    StepState.SKIPPED: "➖",
}
RUN_MARKS: Final = {
    RunState.QUEUED: "🕒",
    RunState.RUNNING: "⏳",
    RunState.WAITING: "✋",
    RunState.SUCCEEDED: "✅",
    RunState.ROLLED_BACK: "↩️",
    RunState.CANCELLED: "🚫",
}
TENANT_MARKS: Final = {
    TenantState.PROVISIONING: "⏳",
    TenantState.UNVERIFIED: "⚠️",
    TenantState.VERIFIED: "✅",
    TenantState.SUSPENDED: "⏸️",
    TenantState.DELETED: "🗑️",
}
ANSWER_MARKS: Final = {True: "✓", False: "✗", None: "–"}

_VERBS: Final = (
    "provision|status|list|verify|retry|rollback|cancel|resend|suspend|activate"
    "|deprovision|approve|reject|undo|audit|orphans|lockdown|rotate|digest|restore|diagnose"
)
_IN_TERMINAL: Final = re.compile(rf"\btenantbot (?=(?:{_VERBS})\b)")
_RESTORE: Final = re.compile(r"\btenantbot restore \S+ --as-tenant (?=\S)")
_OPTION: Final = re.compile(r"; give it with --[\w-]+|, with --[\w-]+,| \(--[\w-]+\)")
"""How a terminal's option is named at the end of a sentence."""
_OPEN_RUNS: Final = re.compile(r"\btenantbot runs\b")
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def line(text: str) -> str:
    """Make one line of a text from outside, without secrets, and with commands named as they are given in Slack."""
    one = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
    return _as_in_slack(redact(one))


def _as_in_slack(text: str) -> str:
    """Restoring is a form here, which takes the tenant's name, and what an option gives is asked for in one, too."""
    text = _RESTORE.sub(f"{COMMAND} restore ", _OPTION.sub("", text))
    return _OPEN_RUNS.sub(f"{COMMAND} status", _IN_TERMINAL.sub(f"{COMMAND} ", text))


def said(text: str, limit: int = 600) -> str:
    """A text from outside, for a place where Slack reads markup."""
    return fit(line(text), limit) or "–"


def bare(text: str, limit: int = 600) -> str:
    """A text from outside, for a place where Slack reads none."""
    return fit(line(text), limit, escaped=False) or "–"


def code(text: str) -> str:
    """A name to be copied as it stands."""
    return f"`{escape(line(text)).replace('`', chr(39)) or '–'}`"


def duration(seconds: float) -> str:
    """`7.3 s`, `40 s`, `12 min`, `3 h`, `5 days`."""
    if seconds < 10:  # noqa: PLR2004 - tenths tell something only of short times
        return f"{max(seconds, 0.0):.1f} s"
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 1.5 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f} h"
    return f"{seconds / _DAY:.0f} days"


def about(seconds: float) -> str:
    """A time that is a guess: without tenths."""
    return duration(max(round(seconds), 0)).replace(".0 s", " s")


def age(since: datetime, now: datetime) -> str:
    """`just now`, `5 min ago`, `12 days ago`."""
    passed = (now - since).total_seconds()
    return "just now" if passed < 5 else f"{about(passed)} ago"  # noqa: PLR2004


def at_time(moment: datetime) -> str:
    """A time of day, which Slack shows each reader in their own time zone."""
    return f"<!date^{moment.timestamp():.0f}^{{time}}|{moment:%H:%M %Z}>"


def at_moment(moment: datetime) -> str:
    """Day and time, each reader's own: for what stands there for long, where an age would grow wrong."""
    return f"<!date^{moment.timestamp():.0f}^{{date_short_pretty}} {{time}}|{moment:%Y-%m-%d %H:%M %Z}>"


def on_day(moment: datetime) -> str:
    return f"<!date^{moment.timestamp():.0f}^{{date_short}}|{moment:%Y-%m-%d}>"


def size(count: int) -> str:
    """`900 B`, `12 MB`, `1.5 GB`."""
    amount, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while amount >= 1000 and len(units) > 1:  # noqa: PLR2004
        amount, units = amount / 1000, units[1:]
    return f"{amount:.0f} {units[0]}" if amount >= 10 or units[0] == "B" else f"{amount:.1f} {units[0]}"  # noqa: PLR2004


def money(monthly: float) -> str:
    return f"{monthly:.0f} USD a month"


def state(name: str) -> str:
    """`rolled_back` → `rolled back`."""
    return name.replace("_", " ")


def bar(done: int, of: int) -> str:
    """`▰▰▰▱▱▱▱▱ 3 of 8`."""
    return f"{'▰' * done}{'▱' * (of - done)} {done} of {of}"
