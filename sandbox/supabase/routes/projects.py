"""Projects: made, listed, shown, renamed, deleted."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.supabase.bodies import check_new_project, check_rename
from sandbox.supabase.desk import Desk
from sandbox.supabase.health import SERVICES, service_health
from sandbox.supabase.organizations import ProjectLimitReached
from sandbox.supabase.projects import (
    Project,
    create_project,
    delete_project,
    find_project,
    pause_project,
    rename_project,
    restore_project,
)
from sandbox.supabase.reading import read_json, read_number, read_word, read_words
from sandbox.supabase.refusals import Refusal
from sandbox.supabase.regions import choose_region
from sandbox.supabase.routes.account import get_organization
from sandbox.supabase.validators import choice, invalid

_SORTS = ("name_asc", "name_desc", "created_asc", "created_desc")
# How long a deleted project still shows, as a share of the time one takes to come up.
_LINGER_SHARE = 0.25


async def add_project(desk: Desk, request: Request) -> Response:
    body = await read_json(request)
    check_new_project(body)
    organization = get_organization(desk, body["organization_slug"])
    if organization.plan != "free" and body.get("desired_instance_size") == "nano":
        raise Refusal(400, "Minimum instance size on paid plans is Micro")
    try:
        ref = await create_project(
            desk.state,
            name=body["name"],
            organization=organization.slug,
            region=choose_region(body.get("region_selection")),
            password=body["db_pass"],
            ready_seconds=desk.project_seconds,
        )
    except ProjectLimitReached as error:
        raise Refusal(403, str(error)) from error
    project = await find_project(desk.state, ref)
    assert project is not None
    return JSONResponse(_describe(project), 201)


async def show_projects(desk: Desk, _request: Request) -> Response:
    found = await desk.list_projects()
    return JSONResponse([_describe_with_database(project) for project in found])


async def show_organization_projects(desk: Desk, request: Request) -> Response:
    organization = get_organization(desk, request.path_params["slug"])
    limit = read_number(request, "limit", least=1, most=100, default=100)
    offset = read_number(request, "offset", least=0, default=0)
    sort = read_word(request, "sort", _SORTS, default="name_asc")
    search = request.query_params.get("search", "").lower()
    statuses = read_words(request, "statuses")
    found = [
        project
        for project in await desk.list_projects()
        if project.organization_slug == organization.slug
        and search in project.name.lower()
        and (not statuses or project.status in statuses)
    ]
    if sort.startswith("name"):
        found.sort(key=lambda project: project.name)
    if sort.endswith("desc"):
        found.reverse()
    return JSONResponse(
        {
            "projects": [_describe_in_list(project) for project in found[offset : offset + limit]],
            "pagination": {"count": len(found), "limit": limit, "offset": offset},
        }
    )


async def show_project(desk: Desk, request: Request) -> Response:
    return JSONResponse(_describe_with_database(await desk.get_project(request.path_params["ref"])))


async def change_project(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    body = await read_json(request)
    check_rename(body)
    await rename_project(desk.state, project.ref, body["name"])
    return JSONResponse({"id": project.number, "ref": project.ref, "name": body["name"]})


async def remove_project(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    linger = desk.project_seconds * _LINGER_SHARE
    if not await delete_project(desk.state, project.ref, linger_seconds=linger):
        raise Refusal(404, "Project not found")
    return JSONResponse({"id": project.number, "ref": project.ref, "name": project.name})


async def pause(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    if get_organization(desk, project.organization_slug).plan != "free":
        raise Refusal(400, "Project is not free-tier. Please downgrade it to free-tier first and try again.")
    await pause_project(desk.state, project.ref)
    return Response(status_code=200)


async def restore(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    if not await restore_project(desk.state, project.ref, ready_seconds=desk.project_seconds):
        raise Refusal(400, f"This project is no longer in a paused state, it is {project.status}")
    return Response(status_code=200)


async def show_health(desk: Desk, request: Request) -> Response:
    services = read_words(request, "services")
    if not services:
        raise invalid("services", "Invalid input: expected array, received undefined")
    for service in services:
        choice(*SERVICES)("services", service)
    read_number(request, "timeout_ms", least=0, most=10_000, default=1000)
    project = await desk.get_living_project(request.path_params["ref"])
    unhealthy = await desk.misbehaves("unhealthy")
    return JSONResponse([service_health(project, name, unhealthy=unhealthy) for name in services])


def _describe(project: Project) -> dict[str, Any]:
    return {
        "id": project.ref,
        "ref": project.ref,
        "organization_id": project.organization_slug,
        "organization_slug": project.organization_slug,
        "name": project.name,
        "region": project.region,
        "created_at": project.created_at.isoformat(),
        "status": project.status,
    }


def _describe_with_database(project: Project) -> dict[str, Any]:
    database = {
        # The direct host, which nobody can reach from here; as on the real service it is not the way in.
        "host": f"db.{project.ref}.supabase.test",
        "version": project.server_version,
        "postgres_engine": project.server_version.partition(".")[0],
        "release_channel": "ga",
    }
    return {**_describe(project), "database": database}


def _describe_in_list(project: Project) -> dict[str, Any]:
    where = {"region": project.region, "status": project.status, "cloud_provider": "AWS"}
    database = {**where, "infra_compute_size": "micro", "identifier": project.ref, "type": "PRIMARY"}
    return {
        **where,
        "ref": project.ref,
        "name": project.name,
        "is_branch": False,
        "inserted_at": project.created_at.isoformat(),
        "databases": [database],
    }
