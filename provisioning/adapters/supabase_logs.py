"""A project's logs by the Management API, of which it hands out 24 hours at most."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from pydantic import BaseModel, TypeAdapter

from provisioning.adapters import supabase_replies as replies
from provisioning.adapters.supabase_api import SupabaseApi
from provisioning.domain.project import ProjectRef
from provisioning.errors import Permanent
from provisioning.ports import Clock
from provisioning.probes import LogLine

MOST_LINES: Final = 200
_SQL: Final = f"select timestamp, event_message from postgres_logs order by timestamp desc limit {MOST_LINES}"  # noqa: S608
_MICROSECONDS: Final = 1_000_000


class _Lines(BaseModel):
    result: tuple[dict[str, Any], ...] = ()
    error: Any = None


_LINES: Final = TypeAdapter(_Lines)


class SupabaseLogs:
    """Implements the port ProjectLogs."""

    def __init__(self, client: httpx.AsyncClient, *, organization: str, clock: Clock) -> None:
        self._api = SupabaseApi(client, organization=organization, clock=clock)

    async def recent_queries(self, ref: ProjectRef, *, since: datetime, until: datetime) -> Sequence[LogLine]:
        response = await self._api.ask_project(
            "GET",
            ref,
            "/analytics/endpoints/logs",
            needs="analytics_logs_read",
            params={"sql": _SQL, "iso_timestamp_start": _iso(since), "iso_timestamp_end": _iso(until)},
        )
        if not response.is_success:
            raise Permanent(f"Supabase offers no logs of the project {ref}.", code="no_logs")
        lines = replies.read(_LINES, response)
        if lines.error:
            raise Permanent(f"Supabase could not search the logs of the project {ref}.", code="no_logs")
        return [
            LogLine(_time(line.get("timestamp")), str(line.get("event_message", ""))) for line in lines.result
        ]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _time(value: Any) -> str:
    """Microseconds since 1970, or a time already."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / _MICROSECONDS, UTC).isoformat()
    return str(value or "")
