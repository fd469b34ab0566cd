"""The guide's five checks, made at the tenant's own URL as a customer would make them."""

import base64
import binascii
import json
from datetime import timedelta
from typing import Any

from provisioning.domain.secret import Secret
from provisioning.engine.waiting import wait_until
from provisioning.errors import TenantbotError, Transient
from provisioning.ports import Answer
from provisioning.provision.ports import At
from provisioning.provision.sales_file import FILENAME_START, ROWS, sales_file
from provisioning.provision.tenant_session import open_recorded_database
from provisioning.provision.verification import Checks, Finding, field, skipped

UPLOAD_DEADLINE = timedelta(minutes=2)
_NO_LOGIN = "no token: the login check failed"


async def frontend(checks: Checks) -> Finding:
    answer = await checks.at.ports.app.frontend(checks.at.subdomain)
    is_html = "html" in answer.content_type
    return Finding(
        expected="2xx and HTML over valid TLS",
        found=f"{answer.status} {answer.content_type or 'without a content type'}",
        ok=answer.is_success and is_html,
        evidence=checks.at.ports.app.url(checks.at.subdomain),
    )


async def tenant_context(checks: Checks) -> Finding:
    """The guide wants tenant_id in health; the platform as it is has it in the X-Tenant-ID header of any answer."""
    wanted = checks.subject.tenant_id
    answer = await checks.at.ports.app.health(checks.at.subdomain)
    return Finding(
        expected=f"tenant_id {wanted}",
        found=answer.tenant_id or f"none ({answer.status})",
        ok=answer.tenant_id == wanted,
        evidence=f"from {answer.tenant_id_from}"
        if answer.tenant_id_from
        else "neither in the body nor in X-Tenant-ID",
    )


async def login(checks: Checks) -> Finding:
    subject = checks.subject
    answer = await checks.at.ports.app.login(
        checks.at.subdomain, email=subject.email, password=subject.password
    )
    expected = f"a JWT with tenant_id {subject.tenant_id}"
    token = field(answer.data, "access_token")
    if not answer.is_success or not isinstance(token, str):
        return Finding(expected, f"{answer.status}: {_short(answer)}", ok=False)
    claims = _claims(token)
    if claims.get("tenant_id") == subject.tenant_id:
        checks.token = Secret(token)
    return Finding(
        expected,
        found=f"a JWT with tenant_id {claims.get('tenant_id')}",
        ok=claims.get("tenant_id") == subject.tenant_id,
        evidence=f"logged in as {subject.email}; claims {', '.join(sorted(claims))}",
    )


async def isolation(checks: Checks) -> Finding:
    expected = "an empty list of uploads" if checks.subject.is_new else "a list of uploads"
    if checks.token is None:
        return Finding(expected, _NO_LOGIN, ok=False)
    answer = await checks.at.ports.app.batches(checks.at.subdomain, checks.token)
    checks.at_home = answer
    batches = answer.data if isinstance(answer.data, list) else field(answer.data, "batches")
    if not answer.is_success or not isinstance(batches, list):
        return Finding(expected, f"{answer.status}: {_short(answer)}", ok=False)
    return Finding(
        expected,
        found=f"{len(batches)} uploads",
        ok=not batches or not checks.subject.is_new,
        evidence=f"GET /api/uploads/batches: {_short(answer)}",
    )


async def foreign_token(checks: Checks) -> Finding:
    """Our token must be refused at one other tenant, while it is accepted here: a broken platform refuses both."""
    expected = "our token accepted here and refused at another tenant"
    if checks.token is None:
        return Finding(expected, _NO_LOGIN, ok=False)
    other = checks.subject.partner or await other_tenant(checks.at)
    if other is None:
        return skipped(expected, "there is no other active tenant to try it at")
    here = checks.at_home or await checks.at.ports.app.batches(checks.at.subdomain, checks.token)
    try:
        there = await checks.at.ports.app.batches(other, checks.token)
    except TenantbotError as fault:  # no answer says nothing about isolation
        return skipped(expected, f"{other} could not be asked: {fault.message}")
    return Finding(
        expected,
        found=f"here {here.status}, at {other} {there.status}",
        ok=here.is_success and not there.is_success,
        evidence=f"{other} answered: {_short(there)}",
    )


async def file_upload(checks: Checks) -> Finding:
    expected = f"a sales file of {ROWS} rows processed, then removed again"
    if checks.token is None:
        return Finding(expected, _NO_LOGIN, ok=False)
    file = sales_file(checks.at.ports.seeds, checks.subject.vendors)
    if file is None:
        return skipped(expected, "no seeded vendor has a layout for it")
    name, content = file
    try:
        return await _upload(checks, expected, name, content)
    finally:  # also when the answer was lost, and with it the batch's id
        await remove_verification_uploads(checks.at)


async def _upload(checks: Checks, expected: str, name: str, content: bytes) -> Finding:
    assert checks.token is not None
    app, subdomain = checks.at.ports.app, checks.at.subdomain
    answer = await app.upload(subdomain, checks.token, filename=name, content=content)
    batch_id = field(answer.data, "batch_id")
    if not answer.is_success or not isinstance(batch_id, str):
        return Finding(expected, f"{answer.status}: {_short(answer)}", ok=False)
    status, evidence = await _await_processing(checks, batch_id)
    removed = await app.delete_batch(subdomain, checks.token, batch_id)
    return Finding(
        expected,
        found=f"{status}, removed" + ("" if removed.is_success else " in the database"),
        ok=status == "completed",
        evidence=f"{name}: {evidence}",
    )


async def remove_verification_uploads(at: At) -> None:
    """Leave no trace: whatever the application's own route did not remove goes in the database."""
    async with await open_recorded_database(at) as database:
        await database.remove_uploads_named(FILENAME_START)


async def other_tenant(at: At) -> str | None:
    """Name any other tenant that is served now, or None."""
    ports, subdomain = at.ports, at.subdomain
    async with ports.registry.transaction() as tx:
        ours = await tx.tenants.other_active(subdomain)
    return ours or (await ports.platform.other_active(subdomain) if ports.platform.publishes else None)


async def _await_processing(checks: Checks, batch_id: str) -> tuple[str, str]:
    status, evidence = "pending", ""

    async def probe() -> bool | None:
        nonlocal status, evidence
        assert checks.token is not None
        answer = await checks.at.ports.app.batch(checks.at.subdomain, checks.token, batch_id)
        batch = field(answer.data, "batch") or answer.data
        status = str(
            field(batch, "processing_status") or field(batch, "status") or f"unknown ({answer.status})"
        )
        evidence = _short(answer)
        return True if status in {"completed", "failed"} else None

    if checks.subject.upload_rests:
        await checks.at.clock.sleep(checks.subject.upload_rests)
    try:
        await wait_until(
            checks.at.clock, probe, deadline=checks.at.clock.now() + UPLOAD_DEADLINE, late=lambda: "late"
        )
    except Transient:
        return f"still {status} after {UPLOAD_DEADLINE.total_seconds() / 60:.0f} minutes", evidence
    return status, evidence


def _claims(token: str) -> dict[str, Any]:
    """Read a JWT's claims without its key: the platform signs it, we only look whom it names."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


def _short(answer: Answer) -> str:
    return " ".join(answer.text.split())[:120]
