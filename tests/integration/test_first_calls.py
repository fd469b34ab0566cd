"""What is asked of Slack's stand-in before the bot starts."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.first_calls import check_app_token, check_channel, identify
from bot.outbox.calls import SlackCalls
from bot.outbox.client import open_slack as open_client
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent
from sandbox.slack.workspace import OPS
from sandbox.state import State
from tests.fakes.clock import FakeClock
from tests.integration.slack_stand_in import Slack, open_slack


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def test_a_wrong_bot_token_is_named(slack: Slack) -> None:
    async with open_client(Secret("xoxb-wrong"), api_url=f"{slack.url}/api/") as client:
        with pytest.raises(Permanent, match="SLACK_BOT_TOKEN"):
            await identify(SlackCalls(client, clock=FakeClock()))


async def test_an_address_where_slack_is_not_is_not_blamed_on_the_token(slack: Slack) -> None:
    async with open_client(Secret(slack.bot_token), api_url=f"{slack.url}/elsewhere/") as client:
        with pytest.raises(Permanent, match=r"check SLACK_API_URL\.$"):
            await identify(SlackCalls(client, clock=FakeClock()))


async def test_a_token_that_opens_no_socket_is_named(slack: Slack) -> None:
    address = f"{slack.url}/api/"
    await check_app_token(Secret(slack.app_token), api_url=address, clock=FakeClock())
    for wrong in ("xapp-wrong", slack.bot_token):
        with pytest.raises(Permanent, match="SLACK_APP_TOKEN"):
            await check_app_token(Secret(wrong), api_url=address, clock=FakeClock())


async def test_an_ops_channel_that_is_not_there_is_a_warning(slack: Slack) -> None:
    async with open_client(Secret(slack.bot_token), api_url=f"{slack.url}/api/") as client:
        calls = SlackCalls(client, clock=FakeClock())
        with capture_logs() as told:
            await check_channel(calls, OPS, setting="SLACK_OPS_CHANNEL")
            assert not told
            await check_channel(calls, "C0NOSUCH", setting="SLACK_OPS_CHANNEL")
    assert [(entry["log_level"], entry["code"]) for entry in told] == [("warning", "channel_not_found")]
