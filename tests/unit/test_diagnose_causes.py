"""From evidence to cause: each playbook's reasoning as a table, and how causes are ranked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from provisioning.diagnose import database_causes, leak_causes, subdomain_causes, tenant_not_found
from provisioning.diagnose.asks import Told
from provisioning.diagnose.credentials import Credentials
from provisioning.diagnose.foreign_token import TriedElsewhere
from provisioning.domain.diagnosis import Cause, FixVerb, Issue, Sure, ranked
from provisioning.domain.project import DatabaseAddress, ProjectRef
from provisioning.domain.run import Run, RunError, RunId, RunKind, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.ports import Answer, DnsAnswer, FoundProject, PublishedTenant, ServiceHealth
from provisioning.probes import CaaPolicy, Certificate, DataAnswer, HostedDomain

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HOST, TARGET = "acme.taskifai.com", "cname.vercel-dns.com"
HOME = DnsAnswer(HOST, (TARGET,), frozenset({"192.0.2.1"}))
NOTHING = DnsAnswer(HOST)
AWAY = DnsAnswer(HOST, ("parked.example.net",), frozenset({"192.0.2.99"}))
VALID = Certificate((HOST,), "An authority", NOW + timedelta(days=60), None)
SILENT: Told[Any] = Told(code="transient", words="Nobody answers.")

HEALTHY_DNS = subdomain_causes.Evidence(
    host=HOST,
    target=TARGET,
    provider="cloudflare",
    now=NOW,
    name=Told(HOME),
    random=Told(HOME),
    authority=Told(HOME),
    wanted=Told(DnsAnswer(TARGET, (), frozenset({"192.0.2.1"}))),
    caa=Told(None),
    certificate=Told(VALID),
)


@pytest.mark.parametrize(
    ("change", "code", "sure"),
    [
        ({}, None, None),
        ({"name": Told(DnsAnswer(HOST, (), frozenset({"192.0.2.1"})))}, None, None),
        (
            {"name": Told(NOTHING), "authority": Told(NOTHING), "random": Told(NOTHING)},
            "no_record",
            "certain",
        ),
        ({"name": Told(NOTHING), "authority": Told(NOTHING), "random": SILENT}, "no_record", "likely"),
        ({"name": Told(NOTHING), "authority": Told(NOTHING)}, "wildcard_shadowed", "certain"),
        ({"name": Told(NOTHING)}, "not_propagated", "likely"),
        ({"name": Told(AWAY)}, "not_propagated", "likely"),
        ({"name": Told(AWAY), "authority": Told(AWAY)}, "wrong_target", "certain"),
        ({"name": Told(AWAY), "authority": SILENT, "wanted": SILENT}, "wrong_target", "likely"),
        ({"name": SILENT, "authority": SILENT}, "servers_failing", "likely"),
        ({"name": SILENT}, "resolver_failing", "likely"),
        ({"hosted": Told(None)}, "not_hosted", "certain"),
        ({"hosted": Told(HostedDomain(HOST, None))}, None, None),
        ({"hosted": Told(HostedDomain(HOST, "misconfigured"))}, "not_hosted", "certain"),
        ({"caa": Told(CaaPolicy("taskifai.com", ("letsencrypt.org",)))}, None, None),
        ({"caa": Told(CaaPolicy("taskifai.com", ()))}, "caa_forbids", "likely"),
        (
            {
                "caa": Told(CaaPolicy("taskifai.com", ("ca.example.net",))),
                "certificate": Told(replace(VALID, problem="certificate has expired", expires_at=NOW)),
            },
            "caa_forbids",
            "certain",
        ),
        (
            {"certificate": Told(replace(VALID, problem="certificate has expired", expires_at=NOW))},
            "certificate_expired",
            "certain",
        ),
        (
            {"certificate": Told(replace(VALID, names=("other.example.net",), problem="Hostname mismatch"))},
            "certificate_of_another",
            "certain",
        ),
        (
            {"certificate": Told(replace(VALID, problem="self-signed certificate in certificate chain"))},
            "certificate_untrusted",
            "certain",
        ),
        ({"certificate": SILENT}, "no_server", "likely"),
    ],
)
def test_subdomain_not_resolving(change: dict[str, Any], code: str | None, sure: str | None) -> None:
    cause = subdomain_causes.conclude(replace(HEALTHY_DNS, **change))

    assert_is(cause, Issue.DNS, code, sure)


@pytest.mark.parametrize(
    ("provider", "verb"), [("cloudflare", FixVerb.ADD_RECORD), ("none", FixVerb.BY_HAND)]
)
def test_a_missing_record_is_added_by_us_only_where_we_may(provider: str, verb: FixVerb) -> None:
    nothing = Told(NOTHING)

    cause = subdomain_causes.conclude(
        replace(HEALTHY_DNS, name=nothing, authority=nothing, random=nothing, provider=provider)
    )

    assert cause is not None
    assert cause.fixes[0].verb is verb
    assert f"{HOST} CNAME {TARGET}" in " ".join(cause.fixes[0].plan)


REF = ProjectRef("abcdefghijklmnopqrst")
ADDRESS = DatabaseAddress("aws-1-eu-west-1.pooler.supabase.com", 5432, f"postgres.{REF}", "postgres")
TAKEN = Told(DataAnswer(200, accepted=True, rows=1, words=""))
REFUSED = Told(DataAnswer(401, accepted=False, rows=0, words="Invalid API key"))
LIMITED = Told(DataAnswer(402, accepted=None, rows=0, words="exceed_egress_quota"))
PAUSED = Told(DataAnswer(540, accepted=None, rows=0, words="Project paused"))


def told_status(word: str) -> Told[FoundProject | None]:
    return Told(FoundProject(REF, "TaskifAI - Acme", "eu-west-1", word))


def answer(status: int, tenant_id: str | None = None, text: str = "") -> Told[Answer]:
    return Told(Answer(status, "application/json", tenant_id, "the body" if tenant_id else None, None, text))


def login_fault(code: str) -> Told[str]:
    return Told(code=code, words="As it says.")


HEALTHY_DATABASE = database_causes.Evidence(
    subdomain="acme",
    recorded=ADDRESS,
    opened=Told(Credentials()),
    status=told_status("ACTIVE_HEALTHY"),
    health=Told([ServiceHealth("db", "ACTIVE_HEALTHY")]),
    pooler=Told(ADDRESS),
    host=Told(DnsAnswer(ADDRESS.host, (), frozenset({"192.0.2.7"}))),
    login=Told("20261124000001"),
    service_key=TAKEN,
    anon_key=TAKEN,
    platform=answer(401),
)
MOVED = Told(replace(ADDRESS, host="aws-2-eu-west-1.pooler.supabase.com"))
ONLY_IPV6 = Told(DnsAnswer(ADDRESS.host, (), frozenset({"2001:db8::7"})))
SICK = Told([ServiceHealth("pooler", "UNHEALTHY", "not found")])


@pytest.mark.parametrize(
    ("change", "code", "sure"),
    [
        ({}, None, None),
        ({"opened": Told(code="vault", words="No key opens it.")}, "sealed_values", "certain"),
        ({"status": Told(None)}, "project_gone", "certain"),
        ({"status": told_status("GOING_DOWN")}, "project_gone", "certain"),
        ({"status": told_status("INACTIVE"), "login": login_fault("not_ready")}, "project_paused", "certain"),
        ({"status": SILENT, "service_key": PAUSED}, "project_paused", "likely"),
        ({"status": told_status("RESTORE_FAILED")}, "project_failed", "certain"),
        ({"status": told_status("RESIZING")}, "project_not_up", "certain"),
        ({"status": told_status("A_NEW_WORD")}, "project_not_up", "certain"),
        ({"service_key": LIMITED, "anon_key": LIMITED}, "over_quota", "certain"),
        ({"status": Told(code="payment_required", words="HTTP 402")}, "over_quota", "certain"),
        ({"login": login_fault("bad_credentials")}, "password_refused", "certain"),
        ({"login": login_fault("network_restricted")}, "network_restricted", "certain"),
        ({"login": login_fault("bad_certificate")}, "database_tls", "certain"),
        ({"login": login_fault("no_encryption")}, "database_tls", "certain"),
        ({"login": login_fault("not_ready"), "pooler": MOVED}, "pooler_moved", "certain"),
        ({"pooler": MOVED}, "pooler_moved", "likely"),
        ({"login": login_fault("not_ready")}, "pooler_unaware", "likely"),
        ({"login": login_fault("transient"), "host": ONLY_IPV6}, "ipv6_only", "likely"),
        ({"login": login_fault("transient"), "host": Told(DnsAnswer("x"))}, "host_not_resolving", "certain"),
        ({"login": login_fault("late"), "health": SICK}, "services_unhealthy", "likely"),
        ({"login": login_fault("late")}, "database_silent", "likely"),
        ({"login": login_fault("late"), "status": SILENT}, "database_silent", "unclear"),
        ({"service_key": REFUSED}, "key_refused", "certain"),
        ({"anon_key": REFUSED}, "key_refused", "certain"),
        ({"platform": answer(503)}, "platform_credentials", "likely"),
        ({"platform": answer(404)}, None, None),
        ({"health": SICK}, "services_unhealthy", "likely"),
        ({"service_key": SILENT}, "not_answered", "unclear"),
        ({"status": SILENT}, "not_answered", "unclear"),
    ],
)
def test_database_connection(change: dict[str, Any], code: str | None, sure: str | None) -> None:
    cause = database_causes.conclude(replace(HEALTHY_DATABASE, **change))

    assert_is(cause, Issue.DATABASE, code, sure)


TENANT_ID = "11111111-1111-4111-8111-111111111111"
TENANT = Tenant(
    tenant_id=UUID(TENANT_ID),
    company_name="Acme",
    subdomain="acme",
    state=TenantState.VERIFIED,
    is_active=True,
    created_at=NOW,
    admin_email="admin@acme-corp.com",
    admin_name="Ada",
    project_ref=REF,
)
ROW = PublishedTenant(TENANT_ID, "acme", f"https://{REF}.supabase.co", is_active=True)
WAITING = Run(
    run_id=RunId("provision-acme-1"),
    kind=RunKind.PROVISION,
    state=RunState.WAITING,
    subdomain="acme",
    requested_by="Ada",
    created_at=NOW,
    request={},
    error=RunError("failed", "The quota is used up.", 1),
)
HEALTHY_TENANT = tenant_not_found.Evidence(
    subdomain="acme",
    tenant=TENANT,
    run=None,
    publishes=True,
    published=Told(ROW),
    answer=answer(200, TENANT_ID),
)
NO_ROW = Told[PublishedTenant | None](None)


@pytest.mark.parametrize(
    ("change", "code", "sure"),
    [
        ({}, None, None),
        ({"tenant": None, "published": NO_ROW}, "unknown_tenant", "certain"),
        ({"tenant": None, "published": SILENT}, "unknown_tenant", "likely"),
        ({"tenant": None}, "not_registered", "certain"),
        ({"tenant": replace(TENANT, state=TenantState.DELETED, is_active=False)}, "deleted", "certain"),
        (
            {"tenant": replace(TENANT, state=TenantState.PROVISIONING, is_active=False), "run": WAITING},
            "not_provisioned",
            "certain",
        ),
        ({"tenant": replace(TENANT, state=TenantState.SUSPENDED, is_active=False)}, "suspended", "certain"),
        ({"published": NO_ROW, "answer": answer(404, text="Tenant not found")}, "not_at_platform", "certain"),
        ({"published": Told(replace(ROW, is_active=False))}, "inactive_at_platform", "certain"),
        ({"answer": answer(200, "22222222-2222-4222-8222-222222222222")}, "served_as_another", "certain"),
        ({"answer": answer(404, text="Tenant not found")}, "refused_at_its_url", "likely"),
        ({"answer": answer(403, text="suspended")}, "refused_at_its_url", "likely"),
        ({"answer": answer(404, text="Not Found")}, None, None),
        ({"answer": answer(500, text="Internal Server Error")}, "application_failing", "likely"),
        ({"publishes": False, "published": Told(None)}, None, None),
        ({"answer": SILENT}, "not_answered", "unclear"),
        ({"published": SILENT}, "not_answered", "unclear"),
    ],
)
def test_tenant_not_found(change: dict[str, Any], code: str | None, sure: str | None) -> None:
    cause = tenant_not_found.conclude(replace(HEALTHY_TENANT, **change))

    assert_is(cause, Issue.NOT_FOUND, code, sure)


OURS, THEIRS = f"https://{REF}.supabase.co", "https://zzzzzzzzzzzzzzzzzzzz.supabase.co"
HARBOUR = PublishedTenant("2", "harbour", THEIRS, is_active=True)
HEALTHY_ISOLATION = leak_causes.Evidence(
    subdomain="acme",
    url=OURS,
    sealed_url=Told(OURS),
    registered=Told([ROW, HARBOUR]),
    session=Told(TriedElsewhere("harbour", 200, 403)),
    key_elsewhere=REFUSED,
    neighbour="harbour",
    readable=Told([]),
)


@pytest.mark.parametrize(
    ("change", "code", "affected"),
    [
        ({}, None, ()),
        ({"session": Told(TriedElsewhere("harbour", 200, 200))}, "foreign_token_accepted", ("harbour",)),
        ({"key_elsewhere": TAKEN}, "foreign_key_accepted", ("harbour",)),
        (
            {"registered": Told([replace(ROW, database_url=THEIRS), HARBOUR])},
            "shared_database",
            ("harbour",),
        ),
        ({"registered": Told([ROW, replace(HARBOUR, database_url=OURS)])}, "shared_database", ("harbour",)),
        ({"registered": Told([replace(ROW, database_url=THEIRS)])}, "wrong_project", ()),
        ({"registered": Told([replace(ROW, database_url=None), HARBOUR])}, None, ()),
        ({"sealed_url": Told(THEIRS)}, "sealed_url_of_another", ()),
        ({"readable": Told(["users"])}, "anon_key_reads", ()),
    ],
)
def test_cross_tenant_leak(change: dict[str, Any], code: str | None, affected: tuple[str, ...]) -> None:
    cause = leak_causes.conclude(replace(HEALTHY_ISOLATION, **change))

    assert_is(cause, Issue.LEAK, code, "certain" if code else None)
    assert (cause.affected if cause else ()) == affected


@pytest.mark.parametrize("silent", ["session", "registered", "key_elsewhere", "readable"])
def test_silence_is_no_leak_but_is_told(silent: str) -> None:
    change: dict[str, Any] = {silent: SILENT}

    cause = leak_causes.conclude(replace(HEALTHY_ISOLATION, **change))

    assert_is(cause, Issue.LEAK, "not_answered", "unclear")


def test_what_is_sure_and_dangerous_comes_first_and_guesses_go() -> None:
    likely_dns = Cause(Issue.DNS, "not_propagated", "", Sure.LIKELY)
    certain_database = Cause(Issue.DATABASE, "key_refused", "", Sure.CERTAIN)
    certain_leak = Cause(Issue.LEAK, "anon_key_reads", "", Sure.CERTAIN)
    unclear = Cause(Issue.NOT_FOUND, "not_answered", "", Sure.UNCLEAR)

    assert ranked([unclear, likely_dns, certain_database, certain_leak]) == (
        certain_leak,
        certain_database,
        likely_dns,
    )
    assert ranked([unclear]) == (unclear,)


def assert_is(cause: Cause | None, issue: Issue, code: str | None, sure: str | None) -> None:
    if code is None:
        assert cause is None
        return
    assert cause is not None
    assert (cause.issue, cause.code, cause.sure.value) == (issue, code, sure)
    assert cause.sentence.endswith(".")
    assert all(fix.plan for fix in cause.fixes)
