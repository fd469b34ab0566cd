"""The organizations that exist: the one of the stack, on a paid plan, and a free one with its small limit."""

from dataclasses import dataclass

from sandbox.state import State

FREE_SLUG = "sandbox-free"


@dataclass(frozen=True)
class Organization:
    slug: str
    plan: str


class ProjectLimitReached(Exception):
    """The organization holds as many projects as it may."""

    def __init__(self, slug: str, limit: int) -> None:
        if slug == FREE_SLUG:
            reason = (
                "The following organization members have reached their maximum limits for the number of"
                " active free projects within organizations where they are an administrator or owner:"
                f" sandbox ({limit} project limit). To continue, delete a project or upgrade the plan."
            )
        else:
            reason = (
                "This organization has reached its maximum limit for the number of projects"
                f" ({limit} project limit). To continue, delete a project or ask support for more."
            )
        super().__init__(reason)


def list_organizations(own_slug: str) -> list[Organization]:
    return [Organization(own_slug, "pro"), Organization(FREE_SLUG, "free")]


def find_organization(own_slug: str, slug: str) -> Organization | None:
    return next((found for found in list_organizations(own_slug) if found.slug == slug), None)


async def project_limit(state: State, slug: str) -> int:
    limit: int = await state.pool.fetchval(
        "select case when $1 = $2 then free_project_limit else project_limit end from supabase_settings",
        slug,
        FREE_SLUG,
    )
    return limit
