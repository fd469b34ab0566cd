"""The database of a project: queries, its password, the pooler in front of it, what protects it."""

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.supabase.bodies import check_new_password, check_query
from sandbox.supabase.databases import change_password, database_of
from sandbox.supabase.desk import Desk
from sandbox.supabase.queries import run_query
from sandbox.supabase.reading import read_json
from sandbox.supabase.refusals import Refusal


async def answer_query(desk: Desk, request: Request) -> Response:
    body = await read_json(request)
    check_query(body)
    project = await desk.get_living_project(request.path_params["ref"])
    database = database_of(project.ref)
    password = await desk.state.pool.fetchval(
        "select database_password from supabase_projects where ref = $1", project.ref
    )
    dsn = desk.state.dsn(database.name, user=database.user, password=password)
    try:
        rows = await run_query(
            dsn, body["query"], body.get("parameters", []), read_only=body.get("read_only", False)
        )
    except asyncpg.PostgresError as error:
        raise Refusal(400, f"Failed to run sql query: ERROR:  {error.sqlstate}: {error}") from error
    except asyncpg.InterfaceError as error:  # parameters that fit neither in number nor in type
        raise Refusal(400, f"Failed to run sql query: {error}") from error
    return JSONResponse(rows, 201)


async def replace_password(desk: Desk, request: Request) -> Response:
    body = await read_json(request)
    check_new_password(body)
    project = await desk.get_living_project(request.path_params["ref"])
    async with desk.state.pool.acquire() as connection, connection.transaction():
        await change_password(connection, database_of(project.ref), body["password"])
        await connection.execute(
            "update supabase_projects set database_password = $2 where ref = $1",
            project.ref,
            body["password"],
        )
    return JSONResponse({"message": "Successfully updated the database password"})


async def show_pooler(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    database, server = database_of(project.ref), desk.state.server
    address = f"postgresql://{database.user}:[YOUR-PASSWORD]@{server.host}:{server.port}/{database.name}"
    pooler = {
        "identifier": project.ref,
        "database_type": "PRIMARY",
        "is_using_scram_auth": True,
        "db_user": database.user,
        "db_host": server.host,
        "db_port": server.port,
        "db_name": database.name,
        "connection_string": address,
        "connectionString": address,
        "default_pool_size": None,
        "max_client_conn": None,
        "pool_mode": "session",
    }
    return JSONResponse([pooler])


async def show_backups(desk: Desk, request: Request) -> Response:
    """Every project here is new, and a new project has no backups yet."""
    project = await desk.get_living_project(request.path_params["ref"])
    return JSONResponse(
        {
            "region": project.region,
            "walg_enabled": True,
            "pitr_enabled": False,
            "backups": [],
            "physical_backup_data": {},
        }
    )


async def show_vault_root_key(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    root_key = await desk.state.pool.fetchval(
        "select vault_root_key from supabase_projects where ref = $1", project.ref
    )
    return JSONResponse({"root_key": root_key})


async def show_ssl_enforcement(desk: Desk, request: Request) -> Response:
    await desk.get_living_project(request.path_params["ref"])
    return JSONResponse({"currentConfig": {"database": False}, "appliedSuccessfully": True})


async def show_data_api(desk: Desk, request: Request) -> Response:
    await desk.get_living_project(request.path_params["ref"])
    return JSONResponse(
        {
            "db_schema": "public,graphql_public",
            "max_rows": 1000,
            "db_extra_search_path": "public,extensions",
            "db_pool": None,
        }
    )
