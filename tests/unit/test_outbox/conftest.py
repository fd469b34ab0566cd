"""What the tests of the outbox share: time, a script of Slack's answers, and the calls over both."""

import pytest

from bot.outbox.calls import SlackCalls
from tests.fakes.clock import FakeClock
from tests.unit.test_outbox.scripted_client import ScriptedClient


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(clock: FakeClock) -> ScriptedClient:
    return ScriptedClient(clock.monotonic)


@pytest.fixture
def calls(client: ScriptedClient, clock: FakeClock) -> SlackCalls:
    return SlackCalls(client, clock=clock)
