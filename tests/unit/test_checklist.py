"""The line that people read of a verification."""

import pytest

from provisioning.domain.checklist import Check, Checklist


def check(name: str, ok: bool | None, *, advisory: bool = False) -> Check:
    return Check(name, expected="this", found="that", ok=ok, advisory=advisory)


GOOD, SKIPPED = check("login", ok=True), check("foreign_token", ok=None)
BAD, WORSE = check("frontend", ok=False), check("isolation", ok=False)
ADVISORY, ADVISORY_TOO = check("health", ok=False, advisory=True), check("upload", ok=False, advisory=True)


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ((), "verified"),
        ((GOOD,), "verified"),
        ((GOOD, SKIPPED), "verified"),
        ((GOOD, ADVISORY), "verified, 1 advisory failure"),
        ((ADVISORY, ADVISORY_TOO), "verified, 2 advisory failures"),
        ((GOOD, BAD), "1 check failed: frontend"),
        ((BAD, WORSE), "2 checks failed: frontend, isolation"),
        ((BAD, ADVISORY, SKIPPED), "1 check failed: frontend"),
        ((check("login", ok=True, advisory=True),), "verified"),
    ],
)
def test_the_verdict_is_never_plain_green_while_anything_failed(
    checks: tuple[Check, ...], verdict: str
) -> None:
    assert Checklist(checks).verdict == verdict


def test_tells_failures_from_advisory_ones() -> None:
    checklist = Checklist((GOOD, BAD, ADVISORY, SKIPPED))

    assert checklist.failures == (BAD,)
    assert checklist.advisory_failures == (ADVISORY,)


def test_a_skipped_check_neither_failed_nor_passed() -> None:
    assert SKIPPED.skipped
    assert not SKIPPED.failed
    assert not GOOD.skipped
    assert BAD.failed
