"""The table of contents of the admin API: its resources, and what every request passes."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI

from provisioning.api import (
    approvals,
    audit,
    diagnoses,
    digests,
    fleet,
    lockdown,
    notices,
    orphans,
    overview,
    plans,
    progress,
    restores,
    runs,
    tenants,
    verifications,
)
from provisioning.api.answers import Problem
from provisioning.api.edge import Edge
from provisioning.api.knock import Identify, Office
from provisioning.api.problems import install_problems
from provisioning.api.queries import query_parameters
from provisioning.api.rate_limit import RateLimit
from provisioning.api.responses import PROBLEMS
from provisioning.api.tenant_bodies import Provision
from provisioning.control_plane import ControlPlane
from provisioning.control_plane.plans import Choices
from provisioning.ports import Clock

RESOURCES: Final = (
    tenants.router,
    diagnoses.router,
    notices.router,
    plans.router,
    runs.router,
    progress.router,
    approvals.router,
    lockdown.router,
    orphans.router,
    restores.router,
    audit.router,
    overview.router,
    fleet.router,
    digests.router,
    verifications.router,
)

_ABOUT: Final = (
    "The control plane of TaskifAI over HTTP: the same verbs, rules, sentences and audit log as in Slack and on the "
    "command line."
)


def build_api(
    control: ControlPlane, *, identify: Identify, a_minute: int, clock: Clock, choices: Choices
) -> FastAPI:
    """Make the app. `identify` reads a bearer token, and raises Refused for what is none of ours.

    It takes `a_minute` requests of each caller. `choices` are what the document tells of regions and vendors.
    """
    app = FastAPI(
        title="TaskifAI admin API",
        version="1",
        description=_ABOUT,
        openapi_url=None,
        redirect_slashes=False,
    )
    install_problems(app, [route for router in RESOURCES for route in router.routes])
    for router in RESOURCES:
        app.include_router(router, responses=PROBLEMS)
    _describe(app, choices)
    limit = RateLimit(a_minute, now=clock.monotonic)
    app.state.office = Office(control, identify, limit, clock, query_parameters(app.openapi()))
    app.add_middleware(Edge)
    return app


def _describe(app: FastAPI, choices: Choices) -> None:
    """Serve the OpenAPI document; whoever may not act may know what there is."""
    build = app.openapi

    def described() -> dict[str, Any]:
        document = build()
        schemas = document["components"]["schemas"]
        if Problem.__name__ not in schemas:
            schemas[Problem.__name__] = _problem_schema(schemas)
            fields = schemas[Provision.__name__]["properties"]
            fields["region"]["enum"] = list(choices.regions)
            fields["vendors"]["items"]["enum"] = list(choices.vendors)
        return document

    app.openapi = described  # type: ignore[method-assign]

    @app.get("/admin/openapi.json", include_in_schema=False)
    async def openapi() -> Mapping[str, Any]:
        return app.openapi()


def _problem_schema(schemas: dict[str, Any]) -> dict[str, Any]:
    schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs"))
    return schema
