"""Verbs that start a run. Run, reservation, audit and enqueueing are one transaction."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import Actor, Role
from provisioning.domain.audit import request_hash
from provisioning.domain.lockdown import is_fleet
from provisioning.domain.request import REGION_GROUPS, ProvisionRequest, parse_email, parse_provision_request
from provisioning.domain.run import Run, RunId, RunKind, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import FieldError, InvalidRequest, Refused, TenantbotError
from provisioning.provision.step7_send_welcome_email import TEMPLATE
from provisioning.registry import AuditEntry, Transaction

SHORTEST_REASON, LONGEST_REASON = 3, 500


@dataclass(frozen=True)
class Started:
    """The run, and whether it was there already: the same request while its run is open goes on with that run."""

    run: Run
    continued: bool


class Requests:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def provision(
        self, actor: Actor, raw: Mapping[str, Any], *, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start provisioning a tenant. Raises InvalidRequest per field, Refused when the subdomain is taken or busy."""
        async with self._desk.admit(
            actor, Role.OPERATOR, "provision", subdomain=str(raw.get("subdomain") or ""), request=raw
        ):
            request = parse_provision_request(raw, self._desk.defaults)
            return await self._provision(actor, request, origin)

    async def verify(
        self, actor: Actor, subdomain: str, *, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start checking a tenant again."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "verify", subdomain=subdomain),
            self._desk.registry.transaction() as tx,
        ):
            tenant = await existing_tenant(tx, subdomain)
            if tenant.state is TenantState.SUSPENDED:
                raise Refused(f"{subdomain} is suspended; activate it before verifying it.", code="suspended")
            return await self._begin(tx, actor, RunKind.VERIFY, tenant, {}, origin)

    async def resend(
        self,
        actor: Actor,
        subdomain: str,
        *,
        email: str | None = None,
        origin: Mapping[str, Any] | None = None,
    ) -> Started:
        """Start sending the welcome e-mail again, with a new temporary password, to the admin or to `email`."""
        async with (
            self._desk.admit(
                actor,
                Role.OPERATOR,
                "resend",
                subdomain=subdomain,
                request={"email": email} if email else None,
            ),
            self._desk.registry.transaction() as tx,
        ):
            tenant = await existing_tenant(tx, subdomain)
            if tenant.state is TenantState.SUSPENDED:
                raise Refused(
                    f"{subdomain} is suspended, so nobody could log in with a new password; activate it first.",
                    code="suspended",
                )
            recipient = _email(email) if email else tenant.admin_email
            last = await tx.outbox.latest(tenant.tenant_id, template=TEMPLATE)
            request = {"email": recipient, "version": last.version + 1 if last else 1}
            return await self._begin(tx, actor, RunKind.RESEND, tenant, request, origin)

    async def suspend(
        self, actor: Actor, subdomain: str, *, reason: str, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start switching a tenant off, with the proof that it is. A suspended one is proved again."""
        return await self._switch(actor, RunKind.SUSPEND, subdomain, reason, origin)

    async def activate(
        self, actor: Actor, subdomain: str, *, reason: str = "", origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start switching a tenant on again, with its access checked."""
        return await self._switch(actor, RunKind.ACTIVATE, subdomain, reason or "activated", origin)

    async def rotate(
        self, actor: Actor, subdomain: str, *, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start giving a tenant a new database password and a new secret key, the old ones kept until those are proved."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "rotate", subdomain=subdomain),
            self._desk.registry.transaction() as tx,
        ):
            tenant = await existing_tenant(tx, subdomain)
            if tenant.state is TenantState.SUSPENDED:
                raise Refused(
                    f"{subdomain} is suspended, so new credentials could not be proved; activate it first.",
                    code="suspended",
                )
            return await self._begin(tx, actor, RunKind.ROTATE, tenant, {}, origin)

    async def _switch(
        self, actor: Actor, kind: RunKind, subdomain: str, reason: str, origin: Mapping[str, Any] | None
    ) -> Started:
        async with self._desk.admit(
            actor, Role.OPERATOR, kind.value, subdomain=subdomain, request={"reason": reason}
        ):
            said = parse_reason(reason)
            async with self._desk.registry.transaction() as tx:
                tenant = await existing_tenant(tx, subdomain)
                return await self._begin(tx, actor, kind, tenant, {"reason": said}, origin)

    async def _provision(
        self, actor: Actor, request: ProvisionRequest, origin: Mapping[str, Any] | None
    ) -> Started:
        asked = request.to_json()
        async with self._desk.registry.transaction() as tx:
            if (open_run := await tx.runs.find_open(request.subdomain)) is not None:
                return await continue_run(tx, actor, open_run, RunKind.PROVISION, asked)
            await refuse_in_lockdown(tx)
        await self._check_region(request)
        run = new_run(self._desk, actor, RunKind.PROVISION, request.subdomain, asked, origin)
        try:
            async with self._desk.registry.transaction() as tx:
                tenant = await tx.tenants.reserve(request)
                return await start_run(tx, actor, run, tenant.tenant_id)
        except Refused:  # taken: perhaps by the same request, a moment ago
            async with self._desk.registry.transaction() as tx:
                if (open_run := await tx.runs.find_open(request.subdomain)) is not None:
                    return await continue_run(tx, actor, open_run, RunKind.PROVISION, asked)
                latest = await tx.runs.find_latest(request.subdomain, kind=RunKind.PROVISION)
                there = await tx.tenants.find(request.subdomain)
            is_buried = there is not None and there.state is TenantState.DELETED
            is_repeat = latest is not None and request_hash(latest.request) == request_hash(asked)
            if is_repeat and not is_buried:
                raise Refused(
                    f"The subdomain {request.subdomain} is taken, by this very request, which has run already; "
                    f"see `tenantbot status {request.subdomain}`.",
                    code="taken",
                    field="subdomain",
                ) from None
            raise

    async def _begin(
        self,
        tx: Transaction,
        actor: Actor,
        kind: RunKind,
        tenant: Tenant,
        request: Mapping[str, Any],
        origin: Mapping[str, Any] | None,
    ) -> Started:
        if (open_run := await tx.runs.find_open(tenant.subdomain)) is not None:
            return await continue_run(tx, actor, open_run, kind, request)
        if kind is RunKind.ACTIVATE:
            await refuse_in_lockdown(tx)
        if tenant.state is TenantState.SUSPENDED and kind is RunKind.VERIFY:
            raise Refused(
                f"{tenant.subdomain} is suspended, so there is nothing to get into; "
                f"`tenantbot activate {tenant.subdomain}` switches it on.",
                code="suspended",
            )
        if tenant.state is TenantState.PROVISIONING:
            raise Refused(
                f"{tenant.subdomain} is not provisioned; see `tenantbot status {tenant.subdomain}`.",
                code="not_provisioned",
            )
        return await start_run(
            tx, actor, new_run(self._desk, actor, kind, tenant.subdomain, request, origin), tenant.tenant_id
        )

    async def _check_region(self, request: ProvisionRequest) -> None:
        """A region that Supabase does not offer is refused now. A question it can't answer now is left to step 1."""
        try:
            offered: Sequence[str] = await self._desk.ports.projects.regions()
        except TenantbotError:
            return
        if offered and request.region not in {*offered, *REGION_GROUPS}:
            known = ", ".join(sorted({*offered, *REGION_GROUPS}))
            raise InvalidRequest(
                [
                    FieldError(
                        "region", f"Supabase does not offer the region {request.region}; use one of {known}."
                    )
                ]
            )


async def existing_tenant(tx: Transaction, subdomain: str) -> Tenant:
    tenant = await tx.tenants.find(subdomain)
    if tenant is None or tenant.state is TenantState.DELETED:
        raise Refused(
            f"There is no tenant {subdomain}; `tenantbot list` shows all.",
            code="unknown_tenant",
            field="subdomain",
        )
    return tenant


async def refuse_in_lockdown(tx: Transaction) -> None:
    """Raise Refused while a lockdown is in force: nothing is switched on then, but by lifting it."""
    if (lockdown := await tx.lockdowns.in_force()) is not None:
        raise Refused(lockdown.refusal, code="lockdown")


def new_run(
    desk: Desk,
    actor: Actor,
    kind: RunKind,
    subdomain: str,
    request: Mapping[str, Any],
    origin: Mapping[str, Any] | None,
) -> Run:
    return Run(
        run_id=RunId("-".join([kind, *([] if is_fleet(subdomain) else [subdomain]), secrets.token_hex(4)])),
        kind=kind,
        state=RunState.QUEUED,
        subdomain=subdomain,
        requested_by=actor.label,
        created_at=desk.clock.now(),
        request=dict(request),
        origin=dict(origin or {}),
        steps=desk.pipelines[kind].views(request),
    )


async def start_run(
    tx: Transaction,
    actor: Actor,
    run: Run,
    tenant_id: UUID | None,
    *,
    result: str = "accepted",
    action: str = "requested",
    at: datetime | None = None,
) -> Started:
    """Have it executed at once, or at `at`."""
    await tx.runs.create(run, tenant_id=tenant_id, request_hash=request_hash(run.request))
    await tx.legs.enqueue(run.run_id, run.leg, at=at)
    await _audit(tx, actor, run, result, action=action)
    return Started(run, continued=False)


async def continue_run(
    tx: Transaction, actor: Actor, run: Run, kind: RunKind, request: Mapping[str, Any]
) -> Started:
    is_same = request_hash(run.request) == request_hash(request)
    if run.kind is kind and (is_same or kind in {RunKind.VERIFY, RunKind.ACTIVATE, RunKind.VERIFY_ALL}):
        await _audit(tx, actor, run, "continued")
        return Started(run, continued=True)
    raise Refused(
        f"{run.subdomain} has an open run of its own ({run.run_id}, {run.state}); "
        f"see `tenantbot status {run.subdomain}`, then retry, roll back or cancel it.",
        code="run_open",
        field="subdomain",
    )


async def _audit(tx: Transaction, actor: Actor, run: Run, result: str, *, action: str = "requested") -> None:
    await tx.audit.append(
        actor,
        AuditEntry(
            action=f"{run.kind}.{action}",
            result=result,
            subdomain=run.subdomain,
            run_id=run.run_id,
            request_hash=request_hash(run.request),
            details=run.request,
        ),
    )


def parse_reason(text: str) -> str:
    """Read why something is asked for. Raises InvalidRequest when nobody could make sense of it later."""
    said = " ".join(text.split())
    if not SHORTEST_REASON <= len(said) <= LONGEST_REASON:
        raise InvalidRequest(
            [
                FieldError(
                    "reason",
                    f"The reason must have {SHORTEST_REASON} to {LONGEST_REASON} characters; give it with --reason.",
                )
            ]
        )
    return said


def _email(text: str) -> str:
    try:
        return parse_email(text)
    except ValueError as fault:
        raise InvalidRequest([FieldError("email", str(fault))]) from fault
