"""Questions: each with a deadline, none stopping the next, whatever comes of them kept as evidence."""

import asyncio

import pytest

from provisioning.adapters.system_clock import SystemClock
from provisioning.diagnose.asks import Asks, Seen, Told, within
from provisioning.domain.diagnosis import Issue, Outcome, Probe
from provisioning.errors import Permanent, TenantbotError, Transient


def asks(*, seconds_left: float = 60.0) -> Asks:
    clock = SystemClock()
    return Asks(Issue.DNS, clock, until=clock.monotonic() + seconds_left)


async def put(to: Asks, answer: object, *, patience: float = 30.0) -> tuple[Told[str], Probe]:
    async def question() -> str:
        if isinstance(answer, TenantbotError):
            raise answer
        if answer is None:
            await asyncio.Event().wait()  # for ever
        return str(answer)

    told = await to.put(
        "name", asked="this", expected="yes", question=question,
        read=lambda said: Seen(said, ok={"yes": True, "no": False}.get(said)), patience=patience,
    )  # fmt: skip
    return told, to.probes[-1]


@pytest.mark.parametrize(("said", "outcome"), [("yes", "ok"), ("no", "bad"), ("perhaps", "unknown")])
async def test_an_answer_is_judged_and_kept(said: str, outcome: str) -> None:
    told, probe = await put(asks(), said)
    assert told == Told(said)
    assert (probe.asked, probe.expected, probe.found, probe.outcome) == ("this", "yes", said, outcome)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Permanent("It refuses.", code="no"), Outcome.BAD),
        (Transient("It is busy.", code="busy"), Outcome.UNKNOWN),
    ],
)
async def test_a_refusal_is_evidence_and_a_busy_service_is_none(
    fault: TenantbotError, outcome: Outcome
) -> None:
    told, probe = await put(asks(), fault)
    assert (told.value, told.code, told.words) == (None, fault.code, fault.message)
    assert (probe.found, probe.outcome) == (fault.message, outcome)


async def test_silence_ends_with_patience() -> None:
    told, probe = await put(asks(), None, patience=0.01)
    assert told.code == "late"
    assert probe.outcome is Outcome.UNKNOWN


async def test_silence_ends_with_the_time_that_is_left_for_all() -> None:
    told, _ = await put(asks(seconds_left=0.01), None)
    assert told.code == "late"


async def test_what_is_skipped_says_why() -> None:
    one = asks()
    one.skip("hosting", asked="the hosting provider", why="not asked: there is no token")
    (probe,) = one.probes
    assert (probe.found, probe.outcome) == ("not asked: there is no token", Outcome.SKIPPED)


async def test_what_hangs_even_when_it_is_given_up_holds_nobody_up() -> None:
    let_go = asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await let_go.wait()

    with pytest.raises(TimeoutError):
        await within(0.01, stubborn)
    let_go.set()
