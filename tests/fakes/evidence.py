"""What a run left behind in the world, counted."""

from dataclasses import dataclass

from tests.fakes.world import SUBDOMAIN, World


@dataclass(frozen=True)
class Evidence:
    """How many of each thing there are for one subdomain."""

    projects: int
    registry_rows: int
    platform_records: int
    admins: int
    message_ids: int
    uploads: int
    dns_records: int


WHOLE = Evidence(1, 1, 1, 1, 1, 0, 0)
"""A tenant that is whole has one of each, and nothing of its verification."""
GONE = Evidence(0, 0, 0, 0, 0, 0, 0)


def evidence(world: World, subdomain: str = SUBDOMAIN) -> Evidence:
    databases = [project.database for project in world.tenant_projects()]
    return Evidence(
        projects=len(databases),
        registry_rows=sum(row["subdomain"] == subdomain for row in world.records.tables.tenants.values()),
        platform_records=int(subdomain in world.platform.records),
        admins=sum(user.role == "admin" for database in databases for user in database.users.values()),
        message_ids=len(world.mailer.message_ids),
        uploads=sum(len(database.batches) for database in databases),
        dns_records=len(world.zone.records),
    )
