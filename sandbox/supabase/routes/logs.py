"""A project's logs: who is connected to its database, as its own log would say; at most 24 hours of it at once."""

import re
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.supabase.databases import database_of
from sandbox.supabase.desk import Desk
from sandbox.supabase.refusals import Refusal

_LONGEST = timedelta(hours=24)
_SOURCE = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)
_SOURCES = frozenset({"edge_logs", "postgres_logs"})
_CONNECTIONS = """
select (extract(epoch from backend_start) * 1000000)::bigint as timestamp,
       format('connection authorized: user=%s database=%s', usename, datname) as event_message
from pg_stat_activity
where datname = $1 and backend_start between $2 and $3
order by backend_start desc
limit 1000
"""


async def show_logs(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    since, until = _moment(request, "iso_timestamp_start"), _moment(request, "iso_timestamp_end")
    if until - since > _LONGEST:
        raise Refusal(400, "Timestamp range must be no more than 24 hours")
    source = _SOURCE.search(request.query_params.get("sql", "select from edge_logs"))
    if source is None or source[1] not in _SOURCES:
        return JSONResponse({"result": [], "error": "Unrecognized source"})
    if source[1] == "edge_logs":
        return JSONResponse({"result": []})
    rows = await desk.state.pool.fetch(_CONNECTIONS, database_of(project.ref).name, since, until)
    return JSONResponse({"result": [dict(row) for row in rows]})


def _moment(request: Request, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(request.query_params[name])
    except (KeyError, ValueError):
        raise Refusal(400, f"{name}: Invalid datetime") from None
    if moment.tzinfo is None:
        raise Refusal(400, f"{name}: Invalid datetime")
    return moment
