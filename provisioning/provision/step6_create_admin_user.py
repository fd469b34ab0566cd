"""Step 6: Create initial admin user (guide 14.3).

The temporary password is stored, sealed, before the call. "Already registered" after an unclear answer is our
own user: it is looked at and adopted. The registration route is the guide's way; SQL with bcrypt is its alternative.
"""

from datetime import timedelta

from provisioning.domain.project import Project
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.secret import Secret, new_password
from provisioning.domain.tenant import AdminUser
from provisioning.engine.step import step
from provisioning.errors import Permanent, Transient
from provisioning.ports import AdminRow, TenantDatabase
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_tenant_database

PASSWORD_LENGTH = 24
BCRYPT_COST = 12

_MADE = 201
_NO_SUCH_ROUTE = frozenset({404, 405, 501})
_ALREADY_THERE = frozenset({400, 409})


@step(
    6,
    "Create initial admin user",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=10),
    no_undo="the admin user goes with the project",
    detail=lambda admin: f"{admin.email}, by {admin.via}",
)
async def create_admin_user(at: At, request: ProvisionRequest, project: Project) -> AdminUser:
    password, tried_before = await ensure_temporary_password(at)
    async with open_tenant_database(at, project) as database:
        if tried_before and (row := await database.find_user(request.admin_email)) is not None:
            return _admin(_require_admin(row), "adoption")
        if at.ports.policy.admin_user_via != "sql" and (
            row := await _register(at, request, password, database)
        ):
            return _admin(row, "registration")
        return _admin(
            await insert_admin(at, database, request.admin_email, request.admin_name, password), "SQL"
        )


async def ensure_temporary_password(at: At) -> tuple[Secret, bool]:
    """Make the temporary password, or open the one that an earlier try stored."""
    vault = at.ports.vault
    async with at.ports.registry.transaction() as tx:
        stored = await tx.tenants.temporary_password(at.subdomain)
        if stored is not None:
            return vault.open(stored, subdomain=at.subdomain, field="temporary_password"), True
        password = new_password(PASSWORD_LENGTH)
        sealed = vault.seal(password, subdomain=at.subdomain, field="temporary_password")
        await tx.tenants.store_temporary_password(at.subdomain, sealed)
    return password, False


async def insert_admin(at: At, database: TenantDatabase, email: str, name: str, password: Secret) -> AdminRow:
    """Insert the admin, or give the one with this e-mail this password."""
    hashed = await at.ports.hasher.hash(password, cost=BCRYPT_COST)
    return await database.ensure_user(email=email, password_hash=hashed, full_name=name, role="admin")


async def _register(
    at: At, request: ProvisionRequest, password: Secret, database: TenantDatabase
) -> AdminRow | None:
    """Ask the tenant's own registration route. None when it has no such route and SQL may be used instead."""
    answer = await at.ports.app.register(
        at.subdomain, email=request.admin_email, password=password, full_name=request.admin_name
    )
    if answer.status in _NO_SUCH_ROUTE and at.ports.policy.admin_user_via == "auto":
        return None
    if answer.status == _MADE or answer.status in _ALREADY_THERE:
        row = await database.find_user(request.admin_email)
        if row is not None:
            return _require_admin(row)
    said = answer.text[:200]
    if answer.status >= 500:  # noqa: PLR2004
        raise Transient(f"The tenant's registration answered {answer.status}: {said}")
    raise Permanent(
        f"The tenant's registration refused the admin user ({answer.status}): {said}", code="register"
    )


def _require_admin(row: AdminRow) -> AdminRow:
    if row.role != "admin":
        raise Permanent(
            f"{row.email} exists in the tenant with role {row.role}, not admin; correct that row, then retry."
        )
    return row


def _admin(row: AdminRow, via: str) -> AdminUser:
    return AdminUser(user_id=row.user_id, email=row.email, full_name=row.full_name, via=via)
