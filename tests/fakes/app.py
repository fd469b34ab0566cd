"""The TaskifAI application in memory: served from the platform's records and the tenants' databases."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from provisioning.domain.secret import Secret
from provisioning.errors import Transient
from provisioning.ports import Answer, Clock
from tests.fakes.hasher import fake_hash
from tests.fakes.platform import FakePlatform
from tests.fakes.projects import FakeProjects
from tests.fakes.tenant_database import Batch, FakeTenantDatabase, UserRow
from tests.fakes.tokens import issue_token, read_token


@dataclass
class Habits:
    """How the application behaves where it may, or should not."""

    register_missing: bool = False
    register_answers: int | None = None
    """A status that every registration gets, and nothing else happens."""
    front_page: str = "text/html; charset=utf-8"
    health_in_body: bool = True
    health_in_header: bool = True
    bare_batches: bool = False
    leaks: bool = False
    """Any tenant's token is good for every tenant."""
    serves_inactive: bool = False
    refuses_logins: bool = False
    claims_another_tenant: bool = False
    processing_seconds: float | None = 1.0
    """None: an upload stays pending for ever."""
    uploads_end_as: str = "completed"
    deletes_batches: bool = True
    fails_with: int | None = None
    """A status that every question gets."""


@dataclass(frozen=True)
class _Served:
    tenant_id: str
    database: FakeTenantDatabase


class FakeApp:
    """Implements the port TenantApp."""

    def __init__(self, clock: Clock, platform: FakePlatform, projects: FakeProjects) -> None:
        self._clock = clock
        self._platform = platform
        self._projects = projects
        self.habits = Habits()
        self.silent: set[str] = set()
        """Tenants whose own URL does not answer."""
        self.by_itself: dict[str, tuple[str, FakeTenantDatabase]] = {}
        """Tenants that it serves without the platform's registry: tenant id and database by subdomain."""

    def url(self, subdomain: str) -> str:
        return f"https://{subdomain}.taskifai.test"

    async def certificate_expiry(self, subdomain: str) -> datetime | None:
        if subdomain in self.silent:
            raise Transient(f"{self.url(subdomain)} did not answer.")
        return self._clock.now() + timedelta(days=60)

    async def frontend(self, subdomain: str) -> Answer:
        if self.habits.fails_with is not None:
            return _answer(self.habits.fails_with, {"detail": "Internal Server Error"})
        if self._served(subdomain) is None:
            return _no_tenant()
        return Answer(
            HTTPStatus.OK, self.habits.front_page, None, None, None, "<!doctype html><title>TaskifAI"
        )

    async def health(self, subdomain: str) -> Answer:
        if self.habits.fails_with is not None:
            return _answer(self.habits.fails_with, {"detail": "Internal Server Error"})
        served = self._served(subdomain)
        if served is None:
            return _no_tenant()
        if self.habits.health_in_body:
            return _answer(
                HTTPStatus.OK,
                {"status": "healthy", "tenant_id": served.tenant_id},
                served.tenant_id,
                "the body",
            )
        if self.habits.health_in_header:
            return _answer(HTTPStatus.OK, {"status": "healthy"}, served.tenant_id, "the header X-Tenant-ID")
        return _answer(HTTPStatus.OK, {"status": "healthy"})

    async def register(self, subdomain: str, *, email: str, password: Secret, full_name: str) -> Answer:
        served = self._served(subdomain)
        if served is None:
            return _no_tenant()
        if self.habits.register_missing:
            return _answer(HTTPStatus.NOT_FOUND, {"detail": "Not Found"})
        if self.habits.register_answers is not None:
            return _answer(self.habits.register_answers, {"detail": "Not as you would like"})
        if email.lower() in served.database.users:
            return _answer(HTTPStatus.BAD_REQUEST, {"detail": "Email already registered"})
        await served.database.ensure_user(
            email=email, password_hash=fake_hash(password), full_name=full_name, role="admin"
        )
        return self._session(HTTPStatus.CREATED, served, served.database.users[email.lower()])

    async def login(self, subdomain: str, *, email: str, password: Secret) -> Answer:
        if self.habits.fails_with is not None:
            return _answer(self.habits.fails_with, {"detail": "Internal Server Error"})
        served = self._served(subdomain)
        if served is None:
            return _no_tenant()
        user = served.database.users.get(email.lower())
        if user is None or user.password_hash != fake_hash(password) or self.habits.refuses_logins:
            return _answer(HTTPStatus.UNAUTHORIZED, {"detail": "Incorrect email or password"})
        return self._session(HTTPStatus.OK, served, user)

    async def batches(self, subdomain: str, token: Secret) -> Answer:
        served = self._let_in(subdomain, token)
        if served is None:
            return _unauthorized()
        found = [self._shown(batch) for batch in served.database.batches.values()]
        return _answer(HTTPStatus.OK, found if self.habits.bare_batches else {"batches": found})

    async def upload(self, subdomain: str, token: Secret, *, filename: str, content: bytes) -> Answer:
        served = self._let_in(subdomain, token)
        if served is None:
            return _unauthorized()
        seconds = self.habits.processing_seconds
        batch = Batch(
            batch_id=str(uuid4()),
            uploader=(read_token(token.reveal()) or {}).get("sub", ""),
            filename=filename,
            rows=len(list(csv.DictReader(io.StringIO(content.decode())))),
            processed_at=None if seconds is None else self._clock.monotonic() + seconds,
            ends_as=self.habits.uploads_end_as,
        )
        served.database.batches[batch.batch_id] = batch
        return _answer(HTTPStatus.OK, {"success": True, "batch_id": batch.batch_id, "status": "pending"})

    async def batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer:
        served = self._let_in(subdomain, token)
        if served is None:
            return _unauthorized()
        if batch_id not in served.database.batches:
            return _answer(HTTPStatus.NOT_FOUND, {"detail": "Batch not found"})
        return _answer(HTTPStatus.OK, self._shown(served.database.batches[batch_id]))

    async def delete_batch(self, subdomain: str, token: Secret, batch_id: str) -> Answer:
        served = self._let_in(subdomain, token)
        if served is None:
            return _unauthorized()
        if not self.habits.deletes_batches or batch_id not in served.database.batches:
            return _answer(HTTPStatus.NOT_FOUND, {"detail": "Not Found"})
        del served.database.batches[batch_id]
        return _answer(HTTPStatus.OK, {"success": True})

    def _served(self, subdomain: str) -> _Served | None:
        if subdomain in self.silent:
            raise Transient(f"{self.url(subdomain)} does not answer.")
        if subdomain in self.by_itself:
            return _Served(*self.by_itself[subdomain])
        record = self._platform.records.get(subdomain)
        if record is None or not (record.is_active or self.habits.serves_inactive):
            return None
        known = self._platform.credentials.get(subdomain)
        if known and not self._projects.takes(known.database_url, known.service_key):
            return None
        database = self._projects.database_at(record.database_url or "")
        return _Served(record.tenant_id, database) if database else None

    def _let_in(self, subdomain: str, token: Secret) -> _Served | None:
        served, claims = self._served(subdomain), read_token(token.reveal())
        if served is None or claims is None:
            return None
        return served if self.habits.leaks or claims["tenant_id"] == served.tenant_id else None

    def _session(self, status: int, served: _Served, user: UserRow) -> Answer:
        tenant_id = str(uuid4()) if self.habits.claims_another_tenant else served.tenant_id
        token = issue_token(sub=user.user_id, tenant_id=tenant_id, role=user.role)
        return _answer(status, {"access_token": token, "token_type": "bearer"}, hide=token)

    def _shown(self, batch: Batch) -> dict[str, Any]:
        is_done = batch.processed_at is not None and batch.processed_at <= self._clock.monotonic()
        return {
            "upload_batch_id": batch.batch_id,
            "original_filename": batch.filename,
            "processing_status": batch.ends_as if is_done else "pending",
            "rows_processed": batch.rows if is_done else 0,
        }


def _answer(
    status: int, data: Any, tenant_id: str | None = None, tenant_id_from: str | None = None, *, hide: str = ""
) -> Answer:
    text = json.dumps(data)
    return Answer(
        status=status,
        content_type="application/json",
        tenant_id=tenant_id,
        tenant_id_from=tenant_id_from,
        data=data,
        text=text.replace(hide, "…") if hide else text,
    )


def _no_tenant() -> Answer:
    return _answer(HTTPStatus.NOT_FOUND, {"detail": "Tenant not found"})


def _unauthorized() -> Answer:
    return _answer(HTTPStatus.UNAUTHORIZED, {"detail": "Could not validate credentials"})
