"""Verbs that find out what is wrong with a tenant (guide 14.6), and that mend what has no verb of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import (
    Started,
    continue_run,
    existing_tenant,
    new_run,
    refuse_in_lockdown,
    start_run,
)
from provisioning.diagnose.examination import PLAYBOOKS, diagnose
from provisioning.diagnose.incident import collect
from provisioning.diagnose.subject import Subject, read_subject
from provisioning.domain.actor import Actor, Role
from provisioning.domain.diagnosis import REPAIRS, Diagnosis, Issue, Outcome, Probe, Sure
from provisioning.domain.incident import incident_path
from provisioning.domain.run import RunKind
from provisioning.domain.subdomain import subdomain_fault
from provisioning.errors import Refused, TenantbotError
from provisioning.registry import AuditEntry


class Diagnoses:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def diagnose(self, actor: Actor, subdomain: str, *, issues: Sequence[Issue] = ()) -> Diagnosis:
        """Ask all there is to ask about a tenant, of these issues or of all four; ten seconds at most.

        Changes nothing, and takes an operator all the same: the tenant's credentials are opened to be tried.
        """
        async with self._desk.admit(actor, Role.OPERATOR, "diagnose", subdomain=subdomain):
            if fault := subdomain_fault(subdomain):
                raise Refused(fault, code="invalid_request", field="subdomain")
            subject = await read_subject(
                subdomain, ports=self._desk.ports, probes=self._desk.probes, clock=self._desk.clock
            )
            found = await diagnose(subject, tuple(issues) or tuple(PLAYBOOKS))
            if _is_incident(found):
                found = await self._keep_incident(subject, found)
            await self._desk.record(actor, _entry(found))
            return found

    async def _keep_incident(self, subject: Subject, found: Diagnosis) -> Diagnosis:
        """Put the evidence into the archive. That it can't be kept is said, and takes nothing from the diagnosis."""
        backups = self._desk.ports.backups
        if backups is None:
            return _with_incident(found, None, "not kept: there is no ARCHIVE_URL", Outcome.SKIPPED)
        document = await collect(subject, found)
        path = incident_path(str(document["incident"]))
        try:
            await backups.write(path, document)
        except TenantbotError as fault:
            return _with_incident(found, None, f"not kept: {fault.message}", Outcome.UNKNOWN)
        return _with_incident(found, path, path, Outcome.OK)

    async def repair(
        self, actor: Actor, subdomain: str, fix: str, *, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Start one of the repairs that a diagnosis proposes; the tenant's access is verified after it."""
        request = {"fix": fix}
        async with (
            self._desk.admit(actor, Role.OPERATOR, "repair", subdomain=subdomain, request=request),
            self._desk.registry.transaction() as tx,
        ):
            if fix not in REPAIRS:
                known = ", ".join(sorted(REPAIRS))
                raise Refused(f"{fix} is no repair; there are {known}.", code="invalid_request", field="fix")
            tenant = await existing_tenant(tx, subdomain)
            if (open_run := await tx.runs.find_open(subdomain)) is not None:
                return await continue_run(tx, actor, open_run, RunKind.REPAIR, request)
            await refuse_in_lockdown(tx)
            if not tenant.is_active:
                raise Refused(
                    f"{subdomain} is {tenant.state}, so its access could not be verified after a repair; "
                    f"see `tenantbot status {subdomain}`.",
                    code="not_active",
                )
            run = new_run(self._desk, actor, RunKind.REPAIR, subdomain, request, origin)
            return await start_run(tx, actor, run, tenant.tenant_id)


def _is_incident(found: Diagnosis) -> bool:
    """A leak that was found, or that somebody asked about by itself: they have a reason."""
    leaks = any(cause.issue is Issue.LEAK and cause.sure is not Sure.UNCLEAR for cause in found.causes)
    return leaks or found.issues == (Issue.LEAK,)


def _entry(found: Diagnosis) -> AuditEntry:
    return AuditEntry(
        action="diagnose",
        result=found.cause.code if found.cause else "healthy",
        subdomain=found.subdomain,
        reason=found.cause.sentence if found.cause else None,
        details={
            "issues": [issue.value for issue in found.issues],
            "seconds": found.seconds,
            "incident": found.incident,
        },
    )


def _with_incident(found: Diagnosis, path: str | None, said: str, outcome: Outcome) -> Diagnosis:
    asked = "recent queries, audit rows and all of this, for whoever examines it"
    probe = Probe(Issue.LEAK, "incident", asked, "kept", said, outcome)
    return replace(found, incident=path, probes=(*found.probes, probe))
