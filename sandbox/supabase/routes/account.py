"""Who is asking, their organizations, and where projects can be made."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.supabase.desk import Desk
from sandbox.supabase.organizations import Organization, find_organization, list_organizations
from sandbox.supabase.reading import read_word
from sandbox.supabase.refusals import Refusal
from sandbox.supabase.regions import CONTINENTS, describe_regions
from sandbox.supabase.validators import invalid


async def show_profile(_desk: Desk, _request: Request) -> Response:
    return JSONResponse(
        {
            "gotrue_id": "00000000-0000-4000-8000-000000000000",
            "primary_email": "sandbox@supabase.test",
            "username": "sandbox",
        }
    )


async def show_organizations(desk: Desk, _request: Request) -> Response:
    found = list_organizations(desk.organization)
    return JSONResponse([{"id": one.slug, "slug": one.slug, "name": _name(one)} for one in found])


async def show_organization(desk: Desk, request: Request) -> Response:
    one = get_organization(desk, request.path_params["slug"])
    return JSONResponse(
        {
            "id": one.slug,
            "name": _name(one),
            "plan": one.plan,
            "opt_in_tags": [],
            "allowed_release_channels": ["ga"],
        }
    )


async def show_available_regions(desk: Desk, request: Request) -> Response:
    slug = request.query_params.get("organization_slug")
    if slug is None:
        raise invalid("organization_slug", "Invalid input: expected string, received undefined")
    get_organization(desk, slug)
    return JSONResponse(describe_regions(read_word(request, "continent", tuple(CONTINENTS), default="NA")))


def get_organization(desk: Desk, slug: str) -> Organization:
    found = find_organization(desk.organization, slug)
    if found is None:
        raise Refusal(404, "Organization not found")
    return found


def _name(organization: Organization) -> str:
    return organization.slug.replace("-", " ").capitalize()
