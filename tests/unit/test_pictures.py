"""The picture of the digest: a PNG of a readable size, drawn off the loop."""

import struct
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.pictures.digest import draw_digest
from provisioning.domain.digest import Digest, DigestFacts, Point, StepTime
from provisioning.domain.tenant import TenantState

pytest.importorskip("matplotlib", reason="the extra `pictures` is not installed")

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
STEPS = tuple(
    StepTime(number, f"A step with a rather long title {number}", 12.5 * number) for number in range(1, 9)
)


def _digest(tenants: list[int], steps: tuple[StepTime, ...] = STEPS) -> Digest:
    start = date(2026, 10, 1)
    growth = tuple(Point(start + timedelta(days=day), count) for day, count in enumerate(tenants))
    facts = DigestFacts({TenantState.VERIFIED: tenants[-1]}, tenants[-1], growth=growth, step_times=steps)
    return Digest(NOW, facts, 10.0)


@pytest.mark.parametrize(
    ("tenants", "steps"),
    [
        ([0] * 40 + list(range(20)), STEPS),
        ([0] * 59 + [1], ()),
        ([10_000] * 60, STEPS),
        ([0] * 50 + [3] * 10, STEPS[:1]),
    ],
)
async def test_is_a_png_that_a_channel_can_show(tenants: list[int], steps: tuple[StepTime, ...]) -> None:
    content = await draw_digest(_digest(tenants, steps))
    assert content is not None
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (1170, 442)
    assert len(content) < 200_000


async def test_there_is_nothing_to_draw_before_the_first_tenant() -> None:
    assert await draw_digest(_digest([0] * 60)) is None
