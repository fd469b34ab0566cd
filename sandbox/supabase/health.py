"""How the services of a project come up: the database first, the pooler last, each at its own moment."""

import json

from sandbox.supabase.projects import Project

# The moment each service answers, as a share of the time until the project itself counts as healthy.
_MOMENTS = {
    "db": 0.5, "db_postgres_user": 0.5, "rest": 0.9, "realtime": 0.9, "auth": 1.0, "storage": 1.0,
    "pg_bouncer": 1.25, "pooler": 1.25,
}  # fmt: skip
SERVICES = tuple(_MOMENTS)
_POOLING = ("pooler", "pg_bouncer")
_UP = "ACTIVE_HEALTHY"


def service_health(project: Project, service: str, *, unhealthy: bool) -> dict[str, object]:
    status, error = _status(project, service, unhealthy=unhealthy)
    answer: dict[str, object] = {"name": service, "healthy": status == _UP, "status": status}
    return answer if error is None else {**answer, "error": error}


def _status(project: Project, service: str, *, unhealthy: bool) -> tuple[str, str | None]:
    if unhealthy or project.status in {"INIT_FAILED", "INACTIVE"}:
        return "UNHEALTHY", f"Failed to retrieve project's {service} service health"
    moment = _MOMENTS[service]
    reached = project.ready_after is not None and project.age >= moment * project.ready_after
    if reached and (moment < 1 or project.status == _UP):
        return _UP, None
    if service in _POOLING:
        # The pooler runs already, for everyone; it has not heard of this project yet.
        return "UNHEALTHY", json.dumps({"error": "not found"})
    return "COMING_UP", None
