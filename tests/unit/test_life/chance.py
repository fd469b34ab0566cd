"""What may be drawn: who acts, about which tenant, what goes wrong meanwhile, and whether anybody works."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from hypothesis import strategies as st

from provisioning.domain.actor import Actor
from provisioning.errors import Permanent, Transient, Unclear
from tests.fakes.wire import COMMIT, TRANSACTION
from tests.fakes.world import OPERATOR
from tests.unit.test_life.life import TENANTS, Life
from tests.unit.test_life.people import APPROVER, EVERYBODY, EVERYTHING


class Mishap(Protocol):
    """Something that goes wrong as soon as it can."""

    def befall(self, life: Life) -> None: ...


@dataclass(frozen=True)
class Fault:
    """The next calls of this name fail, or their answers are lost."""

    call: str
    error: Exception
    times: int

    def befall(self, life: Life) -> None:
        is_lost = isinstance(self.error, Unclear) or self.call == COMMIT
        life.world.wire.fail(self.call, self.error, after_effect=is_lost, times=self.times)


@dataclass(frozen=True)
class Interruption:
    """Somebody acts just before the next call of this name, so in the middle of a step."""

    call: str
    verb: str
    actor: Actor
    subdomain: str

    def befall(self, life: Life) -> None:
        life.once_before(self.call, lambda: life.verb(self.verb, self.actor, self.subdomain))


@dataclass(frozen=True)
class Accident:
    """Something else happens then."""

    call: str
    what: Callable[[Life], Awaitable[None]]

    def befall(self, life: Life) -> None:
        life.once_before(self.call, lambda: self.what(life))


_CALLS: Final = st.sampled_from(
    [
        *("app.batches", "app.login", "app.frontend", "app.register", "database.census"),
        *("database.ensure_user", "database.remove_probe_users", "databases.open", "dns.lookup", "hasher.hash"),
        *("mailer.send", "platform.find", "platform.publish", "platform.set_active", "projects.create"),
        *("projects.delete", "projects.status", "zone.ensure_cname", "zone.remove_cname"),
    ]
)  # fmt: skip
_CALLS_OF_AN_END: Final = st.sampled_from(
    [
        *("backups.list", "backups.make", "backups.prove", "backups.prove", "backups.move", "backups.write"),
        *("platform.set_active", "platform.withdraw", "projects.delete", "projects.status"),
    ]
)  # fmt: skip
_ERRORS: Final = st.sampled_from(
    [Transient("It does not answer."), Permanent("It refuses."), Unclear("Its answer was lost.")]
)
_AWAY: Final = Transient("The registry's database does not answer.", code="database_unreachable")
_HAPPENINGS: Final = st.sampled_from([Life.write_everywhere, Life.damage_backups, Life.wait_a_little])
_IN_BETWEEN: Final = st.sampled_from(["undo", "cancel", "retry", "rollback", "suspend", "activate"])

people = st.sampled_from([OPERATOR, APPROVER, APPROVER, EVERYTHING, *EVERYBODY])
pairs = st.one_of(st.just((OPERATOR, APPROVER)), st.tuples(people, people))
"""Who asks, and who answers."""
tenants = st.sampled_from(TENANTS)
graces = st.sampled_from(["0", "1h", "7d"])
spans = st.sampled_from([timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=8)])
workers = st.one_of(st.sampled_from([0, 0, 0, None]), st.integers(1, 80))
"""A worker that does all that is due (0), one that is killed after so many effects, or nobody (None)."""


def _mishaps(calls: st.SearchStrategy[str]) -> st.SearchStrategy[Mishap | None]:
    faults = st.builds(Fault, calls, _ERRORS, st.integers(1, 3))
    return st.one_of(
        st.none(),
        st.none(),
        faults,
        faults,
        st.builds(Fault, st.sampled_from([TRANSACTION, COMMIT]), st.just(_AWAY), st.just(1)),
        st.builds(Interruption, calls, _IN_BETWEEN, people, tenants),
        st.builds(Accident, calls, _HAPPENINGS),
    )


mishaps: Final = _mishaps(_CALLS)
mishaps_of_an_end: Final = st.one_of(
    _mishaps(_CALLS_OF_AN_END),
    st.just(Accident("backups.prove", Life.damage_backups)),
    st.just(Fault("backups.prove", Permanent("The proof's server is away."), 1)),
    st.just(Fault("platform.withdraw", Permanent("The platform refuses."), 1)),
)
