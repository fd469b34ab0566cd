"""What the tests of rounds share."""

import pytest

from tests.unit.test_rounds.rounds import Fleet


@pytest.fixture
async def fleet() -> Fleet:
    return await Fleet().provision()
