"""The verb that takes up a hand-made tenant: every read-only question first, then the sealed row and its run."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import Started, continue_run, new_run, refuse_in_lockdown, start_run
from provisioning.domain.actor import Actor, Role
from provisioning.domain.project import DatabaseAddress, Project
from provisioning.domain.question import Question
from provisioning.domain.redaction import redact
from provisioning.domain.run import RunKind, RunState
from provisioning.domain.schema_files import EXPECTED_TABLES
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Refused, TenantbotError
from provisioning.importing.request import ImportRequest, ImportSecrets, parse_import_request
from provisioning.importing.step1_check_schema import drift_words
from provisioning.importing.step2_check_seeds import vendor_words
from provisioning.importing.step3_adopt_tenant_record import published_as
from provisioning.ports import FoundProject
from provisioning.provision.no_lockdown import require_no_lockdown
from provisioning.provision.step5_configure_dns import where_it_leads

_ACTION: Final = "import"
_HEALTHY: Final = "ACTIVE_HEALTHY"


@dataclass(frozen=True)
class ImportPlan:
    """What the outside says of the tenant. `ready`: nothing stands in the way of its ending verified."""

    request: ImportRequest
    steps: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def ready(self) -> bool:
        return all(question.ok is not False for question in self.questions)


@dataclass(frozen=True)
class _Seen:
    """The project as it was found, and where its database is."""

    project: FoundProject
    address: DatabaseAddress


class Imports:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def plan(self, actor: Actor, raw: Mapping[str, Any]) -> ImportPlan:
        """Ask everything and change nothing. Raises InvalidRequest when the request itself is wrong."""
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=_subdomain(raw)):
            request, secrets = parse_import_request(raw, self._desk.defaults)
            questions = [
                await _ask("subdomain", lambda: self._subdomain(request)),
                await _ask("project", lambda: self._project(request)),
                await _ask("database", lambda: self._database(request, secrets)),
            ]
            if questions[-1].ok:
                questions += await self._contents(request, secrets)
            questions.append(await _ask("platform", lambda: self._platform(request)))
            questions.append(await _ask("DNS", lambda: self._dns(request)))
        steps = tuple(step.title for step in self._desk.pipelines[RunKind.IMPORT].steps)
        return ImportPlan(request, steps, tuple(questions))

    async def start(
        self, actor: Actor, raw: Mapping[str, Any], *, origin: Mapping[str, Any] | None = None
    ) -> Started:
        """Register the tenant, and start looking at it. Raises Refused unless its project is ours and its database opens.

        Without the database's password its run waits for it; whoever sends the same again with it lets the run go on.
        """
        async with self._desk.admit(actor, Role.OPERATOR, _ACTION, subdomain=_subdomain(raw)):
            request, secrets = parse_import_request(raw, self._desk.defaults)
            subdomain, asked = request.tenant.subdomain, request.to_json()
            async with self._desk.registry.transaction() as tx:
                if (open_run := await tx.runs.find_open(subdomain)) is not None:
                    started = await continue_run(tx, actor, open_run, RunKind.IMPORT, asked)
                    lacks_password = (await tx.tenants.secrets(subdomain)).password is None
                else:
                    started, lacks_password = None, False
                    await refuse_in_lockdown(tx)
            if started is not None:
                return await self._hand_in(started, request, secrets) if lacks_password else started
            await self._subdomain(request)
            seen = await self._look(request)
            await self._open(seen, secrets.password)
            project = await self._sealed(request, secrets, seen)
            url = self._desk.ports.vault.seal(Secret(project.url), subdomain=subdomain, field="database_url")
            run = new_run(self._desk, actor, RunKind.IMPORT, subdomain, asked, origin)
            async with self._desk.registry.transaction() as tx:
                tenant = await tx.tenants.reserve(request.tenant)
                await require_no_lockdown(tx)
                if secrets.password is not None:
                    await tx.tenants.store_project_intent(
                        subdomain, name=project.name, password=project.password
                    )
                await tx.tenants.store_project(subdomain, project, sealed_url=url)
                await tx.tenants.mark_imported(subdomain)
                return await start_run(tx, actor, run, tenant.tenant_id)

    async def _hand_in(self, started: Started, request: ImportRequest, secrets: ImportSecrets) -> Started:
        """Take the password that an import waits for, and let its run go on."""
        if secrets.password is None or started.run.state is not RunState.WAITING:
            return started
        seen, subdomain = await self._look(request), request.tenant.subdomain
        await self._open(seen, secrets.password)
        sealed = self._seal(secrets.password, subdomain)
        async with self._desk.registry.transaction() as tx:
            run = await tx.runs.lock(started.run.run_id)
            if run.state is RunState.WAITING:
                await tx.tenants.store_project_intent(subdomain, name=seen.project.name, password=sealed)
                await tx.legs.enqueue(run.run_id, await tx.runs.continue_with(run.run_id, run.direction))
            return Started(await tx.runs.lock(run.run_id), continued=True)

    def _seal(self, password: Secret | None, subdomain: str) -> Sealed:
        """What is not known yet is sealed as nothing; it is not stored."""
        vault = self._desk.ports.vault
        return vault.seal(password or Secret(""), subdomain=subdomain, field="project_password")

    async def _subdomain(self, request: ImportRequest) -> Question:
        name = request.tenant.subdomain
        async with self._desk.registry.transaction() as tx:
            owner = await tx.tenants.find_by_project(request.project_ref)
            tenant = await tx.tenants.find(name)
        if tenant is not None:
            raise Refused(
                f"{name} is registered already, for {tenant.company_name} ({tenant.state}).",
                code="taken",
                field="subdomain",
            )
        if owner is not None:
            raise Refused(
                f"The project {request.project_ref} belongs to the tenant {owner.subdomain}.",
                code="taken",
                field="project_ref",
            )
        return Question("subdomain", f"{name} is not registered yet", ok=True)

    async def _project(self, request: ImportRequest) -> Question:
        found = (await self._look(request)).project
        return Question("project", f"{found.name} in {found.region}, {found.status}", ok=True)

    async def _look(self, request: ImportRequest) -> _Seen:
        projects, ref = self._desk.ports.projects, request.project_ref
        found = await projects.status(ref)
        if found is None:
            raise Refused(f"Supabase shows us no project {ref}.", code="no_project", field="project_ref")
        if all(one.ref != ref for one in await projects.find_named_like(found.name)):
            raise Refused(
                f"{ref} ({found.name}) is not in the organization of SUPABASE_ORGANIZATION.",
                code="other_organization",
                field="project_ref",
            )
        if found.status != _HEALTHY:
            raise Refused(
                f"{ref} is {found.status}; import it once it is {_HEALTHY}.",
                code="not_healthy",
                field="project_ref",
            )
        return _Seen(found, await projects.address(ref))

    async def _database(self, request: ImportRequest, secrets: ImportSecrets) -> Question:
        seen = await self._look(request)
        if secrets.password is None:
            return Question("database", "its password is not given; the run will wait for it", ok=None)
        await self._open(seen, secrets.password)
        return Question("database", f"opens at {seen.address.host} with the given password", ok=True)

    async def _open(self, seen: _Seen, password: Secret | None) -> None:
        if password is None:
            return
        async with self._desk.ports.databases.open(seen.address, password) as database:
            await database.size_bytes()

    async def _contents(self, request: ImportRequest, secrets: ImportSecrets) -> Sequence[Question]:
        """Ask what is in the database. A table that is missing stops the run; all else deserves a look."""
        seen, ports = await self._look(request), self._desk.ports
        assert secrets.password is not None
        async with ports.databases.open(seen.address, secrets.password) as database:

            async def tables() -> Question:
                found = await database.tables()
                said = drift_words(found, await database.schema_version())
                stops = bool(EXPECTED_TABLES - found) and not request.apply_schema
                return Question("tables", said, ok=False if stops else found == EXPECTED_TABLES or None)

            async def seeds() -> Question:
                found = await database.default_vendors()
                whole = found >= frozenset(ports.seeds.vendor_names)
                return Question("seeds", vendor_words(found, ports.seeds), ok=True if whole else None)

            async def admin() -> Question:
                email = request.tenant.admin_email
                user = await database.find_user(email)
                role = f"has the role {user.role}" if user else "is no user of it"
                is_admin = user is not None and user.role == "admin"
                return Question("admin", f"{email} {role}", ok=True if is_admin else None)

            return [await _ask(ask.__name__, ask, wrong=None) for ask in (tables, seeds, admin)]

    async def _platform(self, request: ImportRequest) -> Question:
        tenant_id, said = await published_as(self._desk.ports, request.tenant.subdomain, request.project_ref)
        return Question("platform", said, ok=True if tenant_id else None)

    async def _dns(self, request: ImportRequest) -> Question:
        ports = self._desk.ports
        host = f"{request.tenant.subdomain}.{ports.policy.domain}"
        answer = await ports.dns.lookup(host)
        if answer.exists:
            return Question("DNS", f"{host} {await where_it_leads(ports.dns, ports.policy, answer)}", ok=True)
        if ports.zone.provider == "none":
            return Question("DNS", f"{host} does not resolve; the run will ask for a record", ok=None)
        return Question("DNS", f"{host} does not resolve; it will be added at {ports.zone.provider}", ok=None)

    async def _sealed(self, request: ImportRequest, secrets: ImportSecrets, seen: _Seen) -> Project:
        ports, subdomain = self._desk.ports, request.tenant.subdomain
        anon, service = secrets.anon_key, secrets.service_key
        if anon is None or service is None:
            keys = await ports.projects.keys(request.project_ref)
            anon, service = anon or keys.anon, service or keys.service
        return Project(
            ref=request.project_ref,
            name=seen.project.name,
            region=seen.project.region,
            url=ports.projects.url(request.project_ref),
            address=seen.address,
            password=self._seal(secrets.password, subdomain),
            anon_key=ports.vault.seal(anon, subdomain=subdomain, field="anon_key"),
            service_key=ports.vault.seal(service, subdomain=subdomain, field="service_key"),
        )


async def _ask(name: str, ask: Callable[[], Awaitable[Question]], *, wrong: bool | None = False) -> Question:
    try:
        return await ask()
    except TenantbotError as fault:
        return Question(name, redact(fault.message), ok=wrong)


def _subdomain(raw: Mapping[str, Any]) -> str:
    return str(raw.get("subdomain") or "")
