"""Whatever people ask, in whatever order, and whatever fails meanwhile: what was promised holds after every step."""

from datetime import timedelta
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from provisioning.domain.actor import Actor
from tests.fakes.world import OPERATOR
from tests.unit.test_life.chance import (
    Mishap,
    graces,
    mishaps,
    mishaps_of_an_end,
    pairs,
    people,
    spans,
    tenants,
    workers,
)
from tests.unit.test_life.life import TENANTS, VERBS, Life
from tests.unit.test_life.people import APPROVER
from tests.unit.test_life.promises import Promises

FAST: Final = settings(
    max_examples=60,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
LONG: Final = settings(FAST, max_examples=1500, stateful_step_count=60, derandomize=False)


class AnyOrder(RuleBasedStateMachine):
    """Few rules with much to draw: a rule that is left out of an example takes all that it does with it."""

    deletions = 0
    """Over all examples: a test in which nothing ever goes would prove nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.promises = Promises(self.life)

    @initialize()
    def begin(self) -> None:
        for subdomain in TENANTS[:2]:
            self.life.wait(self.life.verb("provision", OPERATOR, subdomain))
        self.life.work()

    @rule(data=st.data(), subdomain=tenants, actor=people, grace=graces, mishap=mishaps, worker=workers)
    def somebody_asks(
        self,
        data: st.DataObject,
        subdomain: str,
        actor: Actor,
        grace: str,
        mishap: Mishap | None,
        worker: int | None,
    ) -> None:
        verb = data.draw(st.sampled_from(self.life.sensible(subdomain)), label="verb")
        _let_befall(mishap, self.life)
        if verb == "wait":
            self.life.pass_time(timedelta(hours=1))
        else:
            self.life.wait(self.life.verb(verb, actor, subdomain, grace=grace))
        self.life.go_on(worker)

    @rule(
        subdomain=tenants,
        pair=pairs,
        grace=graces,
        mishap=mishaps_of_an_end,
        worker=workers,
        later=workers,
    )
    def two_people_end_it(
        self,
        subdomain: str,
        pair: tuple[Actor, Actor],
        grace: str,
        mishap: Mishap | None,
        worker: int | None,
        later: int | None,
    ) -> None:
        """By chance alone it would come to that too seldom."""
        self.life.wait(self.life.verb("end", pair[0], subdomain, grace=grace))
        _let_befall(mishap, self.life)
        self.life.wait(self.life.verb("approve", pair[1], subdomain))
        self.life.go_on(worker)
        self.promises.check()
        self.life.pass_time(timedelta(hours=2))
        self.life.go_on(later)

    @rule(subdomain=tenants, worker=workers)
    def it_comes_back_and_ends_again(self, subdomain: str, worker: int | None) -> None:
        self.life.wait(self.life.verb("undo", OPERATOR, subdomain))
        self.life.go_on(worker)
        self.promises.check()
        self.life.wait(self.life.write_everywhere())
        self.life.wait(self.life.verb("end", OPERATOR, subdomain))
        self.life.wait(self.life.verb("approve", APPROVER, subdomain))
        self.life.work()

    @rule(verb=st.sampled_from(VERBS), subdomain=tenants, actor=people, grace=graces)
    def somebody_asks_for_anything(self, verb: str, subdomain: str, actor: Actor, grace: str) -> None:
        self.life.wait(self.life.verb(verb, actor, subdomain, grace=grace))

    @rule(span=spans, mishap=mishaps, worker=workers)
    def time_passes(self, span: timedelta, mishap: Mishap | None, worker: int | None) -> None:
        _let_befall(mishap, self.life)
        self.life.pass_time(span)
        self.life.go_on(worker)

    @rule(is_mended=st.booleans(), worker=workers)
    def customers_work(self, is_mended: bool, worker: int | None) -> None:
        if is_mended:
            self.life.world.wire.mend()
        self.life.wait(self.life.write_everywhere())
        self.life.go_on(worker)

    @invariant()
    def promises_hold(self) -> None:
        self.promises.check()

    def teardown(self) -> None:
        self.life.rest()
        self.promises.check()
        self.promises.check_rest()
        AnyOrder.deletions += self.promises.deletions
        self.life.end()


def _let_befall(mishap: Mishap | None, life: Life) -> None:
    if mishap is not None:
        mishap.befall(life)


def test_what_was_promised_holds_in_any_order() -> None:
    run_state_machine_as_test(AnyOrder, settings=FAST)
    assert AnyOrder.deletions > FAST.max_examples / 10


@pytest.mark.soak
def test_what_was_promised_holds_for_long() -> None:
    run_state_machine_as_test(AnyOrder, settings=LONG)
