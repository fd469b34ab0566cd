"""Verbs that find out what is wrong with a tenant (guide 14.6), and that mend what has no verb of its own."""

from collections.abc import Sequence

from provisioning.control_plane.desk import Desk
from provisioning.diagnose.examination import PLAYBOOKS, diagnose
from provisioning.diagnose.subject import read_subject
from provisioning.domain.actor import Actor, Role
from provisioning.domain.diagnosis import Diagnosis, Issue
from provisioning.domain.subdomain import subdomain_fault
from provisioning.errors import Refused
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
            await self._desk.record(actor, _entry(found))
            return found


def _entry(found: Diagnosis) -> AuditEntry:
    return AuditEntry(
        action="diagnose",
        result=found.cause.code if found.cause else "healthy",
        subdomain=found.subdomain,
        reason=found.cause.sentence if found.cause else None,
        details={"issues": [issue.value for issue in found.issues], "seconds": found.seconds},
    )
