"""The verbs that put a backup back: into a database, or as a tenant again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from provisioning.control_plane.archived_tenant import ArchivedTenant, read_archived_tenant
from provisioning.control_plane.archives import Archived, find_folder, list_archived
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.plans import Plan
from provisioning.control_plane.questions import Ask, Questions, ask_all
from provisioning.control_plane.requests import (
    Started,
    continue_run,
    new_run,
    parse_reason,
    refuse_in_lockdown,
    start_run,
)
from provisioning.doctor.questions import ask_organization, ask_region, ask_token
from provisioning.domain.actor import Actor, Role
from provisioning.domain.backup import Proof
from provisioning.domain.question import Question
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.run import RunKind
from provisioning.domain.secret import Secret
from provisioning.domain.subdomain import subdomain_fault
from provisioning.domain.tenant import Tenant
from provisioning.errors import FieldError, InvalidRequest, Refused
from provisioning.ports import Backups
from provisioning.registry import AuditEntry
from provisioning.restore.request import RestoreRequest

_ACTION: Final = "restore"


@dataclass(frozen=True)
class RestorePlan:
    """What a restore would make, and what the backup holds. `revives`: in the place of its own tombstone."""

    plan: Plan
    archive: str
    revives: bool
    taken_at: datetime
    tables: int
    rows: int
    users: int


@dataclass(frozen=True)
class _Wanted:
    request: RestoreRequest
    archived: ArchivedTenant


class Restores:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._questions = Questions(desk)

    async def archives(self, actor: Actor) -> Sequence[Archived]:
        """Every backup that the archive has, the newest first. Raises Refused when there is no archive."""
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION):
            return await list_archived(self._backups(), self._desk.registry)

    async def into_database(self, actor: Actor, archive: str, dsn: Secret) -> Proof:
        """Restore a folder of the archive into an empty database, and compare it. Touches no other database.

        Raises Refused when there is no such backup, or when the database is not empty.
        """
        subdomain = _subject(archive)
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=subdomain):
            folder = await find_folder(self._backups(), archive)
            target = _database_of(dsn)
            await self._record(actor, subdomain, "begun", f"{folder} into {target}")
            proof = await self._backups().restore(folder, dsn=dsn)
        said = f"{len(proof.differences)} differences" if proof.differences else "all equal"
        await self._record(
            actor, subdomain, "done" if proof.ok else "failed", f"{folder} into {target}: {said}"
        )
        return proof

    async def plan(self, actor: Actor, archive: str, subdomain: str = "", *, reason: str = "") -> RestorePlan:
        """Say what `as_tenant` would make, and ask everything that it would stumble over. Changes nothing.

        Raises InvalidRequest or Refused where it would be refused for what was typed.
        """
        subject, asked = subdomain or _subject(archive), {"archive": archive}
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=subject, request=asked):
            wanted = await self._read(archive, subdomain, reason)
            request, archived = wanted.request.tenant, wanted.archived
            async with self._desk.registry.transaction() as tx:
                there = await tx.tenants.find(request.subdomain)
            if there is not None and not archived.is_of(there):
                raise Refused(_taken(there), code="taken", field="subdomain")
        manifest, contents = archived.manifest, archived.manifest.contents
        return RestorePlan(
            plan=Plan(
                request=request,
                steps=tuple(step.title for step in self._desk.pipelines[RunKind.RESTORE].steps),
                monthly_cost=self._desk.ports.policy.monthly_cost,
                questions=tuple(await self._ask(request, there)),
            ),
            archive=wanted.request.archive,
            revives=there is not None,
            taken_at=datetime.fromisoformat(manifest.taken_at),
            tables=len(contents.tables) + len(contents.carried),
            rows=contents.rows,
            users=archived.users,
        )

    async def as_tenant(
        self,
        actor: Actor,
        archive: str,
        subdomain: str = "",
        *,
        reason: str = "",
        origin: Mapping[str, Any] | None = None,
    ) -> Started:
        """Start making a tenant anew from its archive: in the place of its own tombstone, or at a subdomain that is free.

        Without a subdomain it gets its own. Raises Refused when there is no such backup, or when the subdomain is
        somebody else's.
        """
        subject, asked = subdomain or _subject(archive), {"archive": archive}
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=subject, request=asked):
            wanted = await self._read(archive, subdomain, reason)
            request, own = wanted.request, wanted.request.tenant.subdomain
            run = new_run(self._desk, actor, RunKind.RESTORE, own, request.to_json(), origin)
            async with self._desk.registry.transaction() as tx:
                if (open_run := await tx.runs.find_open(own)) is not None:
                    return await continue_run(tx, actor, open_run, RunKind.RESTORE, run.request)
                await refuse_in_lockdown(tx)
                there = await tx.tenants.find(own)
                revived = there is not None and wanted.archived.is_of(there)
                tenant = await (
                    tx.tenants.exhume(request.tenant) if revived else tx.tenants.reserve(request.tenant)
                )
                return await start_run(tx, actor, run, tenant.tenant_id)

    async def _read(self, archive: str, subdomain: str, reason: str) -> _Wanted:
        """Read what was typed, and what the archive says to it. The reason is nobody's to ask for, but checked if given."""
        said = parse_reason(reason) if reason.strip() else ""
        named = subdomain.strip()
        if named and (fault := subdomain_fault(named)):
            raise InvalidRequest([FieldError("subdomain", fault)])
        folder = await find_folder(self._backups(), archive)
        archived = await read_archived_tenant(self._backups(), self._desk.registry, folder)
        request = RestoreRequest(
            tenant=archived.request(named or archived.subdomain, default_region=self._desk.defaults.region),
            archive=folder,
            manifest_sha256=archived.manifest_sha256,
            reason=said,
        )
        return _Wanted(request, archived)

    async def _ask(self, request: ProvisionRequest, tombstone: Tenant | None) -> Sequence[Question]:
        async def platform(request: ProvisionRequest) -> Question:
            found = await self._desk.ports.platform.find(request.subdomain)
            if (
                found
                and tombstone
                and found.tenant_id == tombstone.platform_tenant_id
                and not found.is_active
            ):
                return Question("platform", "keeps its tombstone, which is revived with its old id", ok=True)
            return await outside.platform(request)

        ports, outside = self._desk.ports, self._questions
        asked: dict[str, Ask] = {
            "Supabase token": lambda _: ask_token(ports.projects),
            "organization": lambda _: ask_organization(ports.projects, ports.policy),
            "region": lambda asked: ask_region(ports.projects, asked.region),
            "platform": platform,
            "DNS": outside.dns,
        }
        return [*await ask_all(asked, request), *await outside.lockdown()]

    def _backups(self) -> Backups:
        if self._desk.ports.backups is None:
            raise Refused("There is no archive; set ARCHIVE_URL to where the backups are.", code="no_archive")
        return self._desk.ports.backups

    async def _record(self, actor: Actor, subdomain: str | None, result: str, what: str) -> None:
        async with self._desk.registry.transaction() as tx:
            await tx.audit.append(
                actor, AuditEntry(action=_ACTION, result=result, subdomain=subdomain, reason=what)
            )


def _subject(archive: str) -> str | None:
    """Whom a request is about, as the folder's name tells it."""
    named = Archived.read(archive.strip().rstrip("/"))
    return named.subdomain if named else None


def _taken(tenant: Tenant) -> str:
    return (
        f"{tenant.subdomain} is taken by {tenant.company_name} ({tenant.state}). A backup comes back at its own "
        "subdomain once its tenant is deleted, or at one that is free."
    )


def _database_of(dsn: Secret) -> str:
    """Name the database without its login. Raises Refused when this is no address of one."""
    url = urlsplit(dsn.reveal())
    if url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise Refused(
            "--to is not the address of a database, such as postgresql://user:password@host:5432/database.",
            code="bad_dsn",
            field="to",
        )
    return f"{url.path.strip('/')} on {url.hostname or 'this machine'}"
