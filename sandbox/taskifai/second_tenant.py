"""The tenant that is always there, so that every other one has a neighbour to be kept apart from."""

import secrets

import asyncpg

from sandbox.state import State
from sandbox.supabase.projects import create_project, delete_project
from sandbox.taskifai import passwords
from sandbox.taskifai.bodies import NewTenant, Registration
from sandbox.taskifai.sql import read_script
from sandbox.taskifai.tenants import add_tenant
from sandbox.taskifai.users import add_user

SUBDOMAIN = "harbour"
_COMPANY = "Harbour & Daughters"
_EMAIL = "admin@harbour-and-daughters.com"
_ORGANIZATION = "harbour"  # not the stack's: its project counts for nobody's limit

_TABLES = read_script("second_tenant.sql")
_IS_THERE = """
select exists (
    select from taskifai_living_tenants tenant
    join supabase_projects project on tenant.database_url = 'https://' || ref || '.supabase.co'
    where subdomain = $1 and project.deleted_at is null
)
"""
_FIND_PROJECT = """
select ref, database_name, anon_key, service_role_key from supabase_projects
where organization_slug = $1 and deleted_at is null and ready_at is not null
"""
_FIND_UNFINISHED = """
select ref from supabase_projects
where organization_slug = $1 and deleted_at is null and ready_at is null
"""
# Whoever asks the Supabase API does not see this project, and so can't delete it.
_HIDE = "update supabase_projects set status = 'ACTIVE_HEALTHY', gone_at = now() where ref = $1"


async def ensure_second_tenant(state: State) -> None:
    """Make the tenant, its database and one admin, unless they are there; when suspended it stays so."""
    if await state.pool.fetchval(_IS_THERE, SUBDOMAIN):
        return
    project = await _ensure_project(state)
    await _fill(state, project["database_name"])
    tenant = NewTenant(
        company_name=_COMPANY,
        subdomain=SUBDOMAIN,
        database_url=f"https://{project['ref']}.supabase.co",
        database_anon_key=project["anon_key"],
        database_service_key=project["service_role_key"],
        admin_email=_EMAIL,
    )
    await state.pool.execute(
        "update taskifai_tenants set deleted_at = now() where subdomain = $1 and deleted_at is null",
        SUBDOMAIN,
    )
    await add_tenant(state, tenant)


async def _ensure_project(state: State) -> asyncpg.Record:
    # A crash may have left one that is written down but has no database.
    for unfinished in await state.pool.fetch(_FIND_UNFINISHED, _ORGANIZATION):
        await delete_project(state, unfinished["ref"], linger_seconds=0)
    project = await state.pool.fetchrow(_FIND_PROJECT, _ORGANIZATION)
    if project is None:
        await create_project(
            state,
            name=_COMPANY,
            organization=_ORGANIZATION,
            region="eu-central-1",
            password=secrets.token_urlsafe(24),
            ready_seconds=0,
        )
        project = await state.pool.fetchrow(_FIND_PROJECT, _ORGANIZATION)
    assert project is not None
    await state.pool.execute(_HIDE, project["ref"])
    return project


async def _fill(state: State, database_name: str) -> None:
    password = secrets.token_urlsafe(24)  # nobody's to know: the tenant is there to refuse
    admin = Registration(email=_EMAIL, password=password, full_name="Admin", role="admin")
    database = await asyncpg.connect(state.dsn(database_name))
    try:
        await database.execute(_TABLES)
        await add_user(database, admin, await passwords.hash_password(password))
    finally:
        await database.close()
