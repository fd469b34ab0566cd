"""The pipelines: the guide's script (14.4), durable, complete, and in the order of 14.2."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.request import ProvisionRequest
from provisioning.domain.run import RunKind, RunState
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.provision.ports import ProvisionPorts
from provisioning.provision.resend_welcome_email import renew_password, send_again
from provisioning.provision.step1_create_project import create_project
from provisioning.provision.step2_initialize_schema import initialize_schema
from provisioning.provision.step3_seed_configurations import seed_configurations
from provisioning.provision.step4_create_tenant_record import create_tenant_record
from provisioning.provision.step5_configure_dns import configure_dns
from provisioning.provision.step6_create_admin_user import create_admin_user
from provisioning.provision.step7_send_welcome_email import send_welcome_email
from provisioning.provision.step8_verify_tenant import verify_again, verify_new_tenant
from provisioning.registry import Transaction


async def provision(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    request = ProvisionRequest.from_json(data)
    project = await run.step(create_project, request)
    await run.step(initialize_schema, project)
    await run.step(seed_configurations, request, project)
    record = await run.step(create_tenant_record, request, project)
    await run.step(configure_dns)
    admin = await run.step(create_admin_user, request, project)
    await run.step(send_welcome_email, record, admin)
    await run.step(verify_new_tenant, request, record, admin)


async def verify(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:  # noqa: ARG001 - the run names the tenant
    await run.step(verify_again)


async def resend(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    admin = await run.step(renew_password, str(data["email"]))
    await run.step(send_again, admin, int(data["version"]))


async def project_was_requested(tx: Transaction, subdomain: str) -> bool:
    intent = await tx.tenants.project_intent(subdomain)
    return intent is not None and (intent.requested or intent.ref is not None)


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every tenant
    return False


async def _end_provision(tx: Transaction, ending: Ending) -> None:
    if ending.state in {RunState.ROLLED_BACK, RunState.CANCELLED}:
        await tx.tenants.remove(ending.subdomain)


async def _end_verify(tx: Transaction, ending: Ending) -> None:
    """A verification leaves the tenant as it is."""


async def _end_resend(tx: Transaction, ending: Ending) -> None:
    if not ending.state.is_open:
        await tx.tenants.store_temporary_password(ending.subdomain, None)


PROVISION: Final = Pipeline(
    kind=RunKind.PROVISION,
    steps=(
        create_project,
        initialize_schema,
        seed_configurations,
        create_tenant_record,
        configure_dns,
        create_admin_user,
        send_welcome_email,
        verify_new_tenant,
    ),
    walk=provision,
    made_anything=project_was_requested,
    on_end=_end_provision,
)
VERIFY: Final = Pipeline(
    kind=RunKind.VERIFY, steps=(verify_again,), walk=verify, made_anything=_nothing_made, on_end=_end_verify
)
RESEND: Final = Pipeline(
    kind=RunKind.RESEND,
    steps=(renew_password, send_again),
    walk=resend,
    made_anything=_nothing_made,
    on_end=_end_resend,
)
