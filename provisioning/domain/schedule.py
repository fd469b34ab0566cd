"""When something is due by the clock: a cron line in a time zone, and its ticks."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger

NEVER: Final = "off"

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE: Final = re.compile(r"([0-7])(?:-([0-7]))?(/\d+)?")
_FIELDS: Final = 5
_LOOK_BACK: Final = (
    *(timedelta(minutes=2), timedelta(hours=2), timedelta(days=2)),
    *(timedelta(days=32), timedelta(days=370)),
)


@dataclass(frozen=True)
class Tick:
    """One time at which a schedule is due. `slot` is that in its own zone: what comes twice there in autumn is one."""

    due_at: datetime
    slot: str


@dataclass(frozen=True)
class Schedule:
    """`trigger` is the library's; None where nothing is to happen by the clock."""

    name: str
    trigger: CronTrigger | None

    def last_tick(self, *, after: datetime, now: datetime) -> Tick | None:
        """The latest one that is due by now; those before it, back to `after`, are not made up."""
        if self.trigger is None:
            return None
        for back in _LOOK_BACK:
            start = max(after.astimezone(UTC), now.astimezone(UTC) - back)
            if found := _latest(self.trigger, start, now.astimezone(UTC)):
                return Tick(found, f"{found.astimezone(self.trigger.timezone):%Y-%m-%dT%H:%M}")
            if start == after.astimezone(UTC):
                break
        return None


def parse_schedule(name: str, cron: str, timezone: str) -> Schedule:
    """Read the five fields of a crontab, or `off`. Raises ValueError with what is wrong."""
    if cron.strip().lower() == NEVER:
        return Schedule(name, None)
    fields = cron.split()
    if len(fields) != _FIELDS:
        raise ValueError(f"it has five fields, such as `0 9 * * *` for nine every day, or is `{NEVER}`")
    fields[4] = ",".join(_named_days(part) for part in fields[4].split(","))
    try:
        return Schedule(name, CronTrigger.from_crontab(" ".join(fields), timezone=parse_zone(timezone)))
    except ValueError as fault:
        raise ValueError(f"{fault}; such as `0 9 * * *` for nine every day") from fault


def parse_zone(name: str) -> ZoneInfo:
    """Raises ValueError for what is no time zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name} is no time zone; they are named like Europe/Berlin or UTC") from None


def _latest(trigger: CronTrigger, after: datetime, now: datetime) -> datetime | None:
    """Walk in UTC: local times go back once a year, and would never end."""
    latest, at = None, after + timedelta(microseconds=1)
    while (fires := trigger.get_next_fire_time(None, at)) is not None and fires.astimezone(UTC) <= now:
        latest = fires.astimezone(UTC)
        at = max(latest, at) + timedelta(seconds=1)
    return latest


def _named_days(part: str) -> str:
    """Name the days of a crontab, where 0 and 7 are Sunday: the library counts from Monday."""
    if (found := _RANGE.fullmatch(part)) is None:
        return part
    first, last, step = found[1], found[2], found[3]
    if step and not last:
        last = "6"
    days = range(int(first), int(last or first) + 1, int((step or "/1")[1:]) or 1)
    if not days:
        raise ValueError(f"the days {part} are none")
    return ",".join(dict.fromkeys(_DAYS[day] for day in days))
