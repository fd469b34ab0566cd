"""What must hold at every moment of any life. The reasons are looked up in what was recorded, not in what was meant."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.audit import AuditRow
from provisioning.domain.audit_proof import Proof
from provisioning.domain.run import Run, RunId, RunKind, RunState
from provisioning.domain.tenant import TenantState
from provisioning.engine.names import leg_id
from tests.fakes.backups import KeptBackup
from tests.fakes.projects import MadeProject
from tests.fakes.registry.tables import Tables
from tests.unit.test_life.life import TENANTS, Life
from tests.unit.test_life.people import APPROVERS, human
from tests.unit.test_life.story import ON_THE_WAY, told

_CUSTOMERS: Final = ("more_rows", "users", "batches", "vendors", "resellers")
"""What of a tenant's database its customer can change."""


class Promises:
    def __init__(self, life: Life) -> None:
        self._life = life
        self._world = life.world
        self._broken: list[str] = []
        """Found inside a step, where an error raised would be taken for the step's own."""
        self._seen: Tables | None = None
        self._chain = self._new_chain()
        self._ended_by: set[RunId] = set()
        life.world.projects.at_delete = self._project_goes

    def check(self) -> None:
        """Whatever was just done, all of it holds."""
        assert not self._broken, self._broken
        tables = self._world.records.tables
        if tables is self._seen:
            return
        self._seen = tables
        self._check_chain(tables)
        self._check_secrets(tables)
        runs = self._life.runs()
        for run in runs:
            self._check_run(run, tables)
        undone = {run_id for action, run_id in self._audited() if action == "deprovision.undo"}
        assert not self._ended_by & undone, "undone, although the project is gone"
        for subdomain in TENANTS:
            open_runs = [run for run in runs if run.subdomain == subdomain and run.state.is_open]
            assert len(open_runs) <= 1, open_runs
            self._check_story(subdomain, open_runs[0] if open_runs else None)

    @property
    def deletions(self) -> int:
        return len(self._ended_by)

    def check_rest(self) -> None:
        """Once everything has been done that could be, nobody waits for nobody, and the log is whole from its start."""
        for run in self._life.runs():
            assert not run.state.is_open or run.state is RunState.WAITING, run
        self._chain = self._new_chain()
        self._check_chain(self._world.records.tables)

    # A project goes

    def _project_goes(self, project: MadeProject) -> None:
        tenant = self._life.owner(project)
        if tenant is None or tenant["project_ref"] not in {None, project.ref}:
            self._broken.append(f"{project.name} was nobody's, or another one than its tenant's")
            return
        subdomain = tenant["subdomain"]
        run = next(run for run in self._life.runs() if run.subdomain == subdomain and run.state.is_open)
        if run.kind is RunKind.PROVISION:
            if self._life.is_invited(subdomain):
                self._broken.append(f"{subdomain} was rolled back under its customer")
            return
        self._ended_by.add(run.run_id)
        self._broken += [f"{subdomain} lost its project: {why}" for why in self._faults(project, tenant, run)]

    def _faults(self, project: MadeProject, tenant: Mapping[str, Any], run: Run) -> list[str]:
        approval = self._approval_of(run.run_id)
        served = self._world.platform.records.get(run.subdomain)
        facts = {
            "its run is no deprovision": run.kind is RunKind.DEPROVISION,
            "somebody had undone it": ("deprovision.undo", run.run_id) not in self._audited(),
            "nobody had approved it": approval is not None and approval.state is ApprovalState.APPROVED,
            "one person asked and approved": approval is not None and self._are_two(approval),
            "its grace was not over": approval is not None and self._is_over(approval),
            "it was not suspended": tenant["state"] is TenantState.SUSPENDED and not tenant["is_active"],
            "the platform served it": served is None or not served.is_active,
            "no backup of it was proved": any(
                self._is_proof(kept, project, tenant["suspended_at"])
                for kept in self._world.backups.kept.values()
            ),
        }
        return [fault for fault, holds in facts.items() if not holds]

    def _approval_of(self, run_id: RunId) -> Approval | None:
        rows = self._world.records.tables.approvals.values()
        return next((row["approval"] for row in rows if row["approval"].run_id == run_id), None)

    def _are_two(self, approval: Approval) -> bool:
        """By the audit log, which knows each way in by itself."""
        by = {
            row["action"]: human(row["surface"], row["actor_id"])
            for row in self._world.records.tables.audit
            if row["details"].get("approval_id") == approval.approval_id
        }
        approver = by["deprovision.approved"]
        return approver != by["deprovision.requested"] and approver in APPROVERS

    def _is_over(self, approval: Approval) -> bool:
        assert approval.decided_at is not None
        grace = timedelta(seconds=approval.request["grace_seconds"])
        return self._world.clock.now() >= approval.decided_at + grace

    def _is_proof(self, kept: KeptBackup, project: MadeProject, suspended_at: datetime) -> bool:
        """Proved, younger than the suspension, and of all that the customer had when the project went."""
        folder, now = kept.ref.folder, vars(project.database)
        return (
            folder in self._world.backups.proved
            and kept.project_ref == project.ref
            and datetime.fromisoformat(self._world.backups.documents[f"{folder}/manifest.json"]["taken_at"])
            >= suspended_at
            and all(kept.state[name] == now[name] for name in _CUSTOMERS)
        )

    def _audited(self) -> set[tuple[str, RunId]]:
        return {(row["action"], row["run_id"]) for row in self._world.records.tables.audit}

    # A run stands somewhere

    def _check_run(self, run: Run, tables: Tables) -> None:
        assert run.error is None or run.error.code != "unexpected", run.error
        if not run.state.is_open:
            assert run.finished_at is not None
            assert (
                run.kind is not RunKind.DEPROVISION
                or run.state is not RunState.SUCCEEDED
                or self._is_told(run)
            )
            return
        name = leg_id(run.run_id, run.leg)
        leg = None if name in self._life.worker.done else tables.legs.get(name)
        if run.state is RunState.WAITING:
            assert run.waiting_for is not None
            assert run.waiting_for.who
            assert run.waiting_for.what
            assert self._goes_on_at(run.waiting_for.until, leg), (
                f"{run.run_id} goes on by itself at another time: {leg}"
            )
        else:
            assert leg is not None, f"{run.run_id} is {run.state}, and nobody will go on with it"

    def _goes_on_at(self, until: datetime | None, leg: Mapping[str, Any] | None) -> bool:
        """At the time that is told, or never. One whose process was killed after its end is entered again, for nothing."""
        if until is None:
            return leg is None or leg["at"] is None or leg["at"] <= self._world.clock.now()
        return leg is not None and leg["at"] == until

    def _is_told(self, run: Run) -> bool:
        """A tenant that is deleted has left a tombstone, a backup at rest, and a record of how that came."""
        records = [
            document
            for path, document in self._world.backups.documents.items()
            if path.endswith("/deletion-record.json") and document["run_id"] == run.run_id
        ]
        folders = [folder for folder in self._world.backups.kept if folder.startswith("archives/")]
        return len(records) == 1 and records[0]["proof"]["ok"] and records[0]["backup"]["folder"] in folders

    # What is written fits what is

    def _check_story(self, subdomain: str, open_run: Run | None) -> None:
        tenant = self._life.tenant(subdomain)
        rows = [row for row in self._world.records.tables.audit if row["subdomain"] == subdomain]
        states = told(rows)
        if open_run is not None and open_run.state is not RunState.WAITING:
            states |= ON_THE_WAY[open_run.kind]
        state = tenant["state"] if tenant else None
        assert state in states, f"{subdomain} is {state}, and the audit log says {states}"
        if states in ({TenantState.SUSPENDED}, {TenantState.VERIFIED}):
            is_served = self._world.platform.records[subdomain].is_active
            assert is_served is (state is TenantState.VERIFIED), f"the platform takes {subdomain} for another"

    def _new_chain(self) -> Proof:
        self._read = 0
        return Proof(self._life.wait(self._keys()))

    async def _keys(self) -> Mapping[str, Any]:
        async with self._world.records.transaction() as tx:
            return await tx.audit.keys()

    def _check_chain(self, tables: Tables) -> None:
        new = tables.audit[self._read :]
        self._chain.read(AuditRow(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in new)
        self._read += len(new)
        assert not self._chain.finish()

    def _check_secrets(self, tables: Tables) -> None:
        written = repr((tables, self._world.backups.documents))
        secrets = [self._world.audit_key.reveal()]
        for project in self._world.projects.made:
            secrets += [one.reveal() for one in (project.password, project.keys.anon, project.keys.service)]
        secrets += [
            line.removeprefix("Password: ") for line in self._mailed() if line.startswith("Password: ")
        ]
        assert not [secret for secret in secrets if secret in written], "a secret is readable in the tables"

    def _mailed(self) -> list[str]:
        return [line.strip() for mail in self._world.mailer.mailbox for line in mail.text.splitlines()]
