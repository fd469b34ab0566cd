"""Files of the Slack stand-in: uploaded in three calls, and shown in a message once they are pictures and processed."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.outbox.calls import SlackCalls
from bot.outbox.client import open_slack as open_client
from bot.outbox.errors import SlackRefused
from provisioning.adapters.system_clock import SystemClock
from provisioning.domain.secret import Secret
from sandbox.slack.workspace import OPERATOR, OPS
from sandbox.state import State
from tests.integration.slack_stand_in import Slack, open_slack

PNG = b"\x89PNG\r\n\x1a\n" + b"fake" * 100


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as found:
        yield found


@pytest.fixture
async def calls(slack: Slack) -> AsyncIterator[SlackCalls]:
    async with open_client(Secret(slack.bot_token), api_url=f"{slack.url}/api/") as client:
        yield SlackCalls(client, clock=SystemClock())


def _shown(number: str) -> dict[str, Any]:
    image = {"type": "image", "slack_file": {"id": number}, "alt_text": "Tenants over time"}
    return {"channel": OPS, "text": "Digest", "blocks": [image]}


async def _let_it_be_processed(slack: Slack) -> None:
    await slack.state.pool.execute("update slack_files set completed_at = completed_at - interval '1 minute'")


async def test_a_picture_is_shown_in_a_message_and_on_the_page(slack: Slack, calls: SlackCalls) -> None:
    number = await calls.upload("digest.png", PNG, title="Tenants")
    await _let_it_be_processed(slack)
    await calls.call("chat.postMessage", **_shown(number))

    (message,) = await slack.messages(OPERATOR)
    assert message["blocks"][0]["slack_file"] == {"id": number}
    seen = await slack.page.get(f"/files/{number}")
    assert (seen.headers["content-type"], seen.content) == ("image/png", PNG)


async def test_a_picture_that_was_uploaded_this_moment_is_not_ready(slack: Slack, calls: SlackCalls) -> None:
    number = await calls.upload("digest.png", PNG, title="Tenants")
    await slack.state.pool.execute(
        "update slack_files set completed_at = clock_timestamp() + interval '1 hour'"
    )
    with pytest.raises(SlackRefused, match="invalid slack file"):
        await calls.call("chat.postMessage", **_shown(number))


async def test_no_file_but_a_picture_is_shown(slack: Slack, calls: SlackCalls) -> None:
    number = await calls.upload("digest.png", b"a,b\n1,2\n", title="Tenants")
    await _let_it_be_processed(slack)
    for wrong in (number, "F0NOSUCH"):
        with pytest.raises(SlackRefused, match="invalid slack file"):
            await calls.call("chat.postMessage", **_shown(wrong))
    assert (await slack.page.get(f"/files/{number}")).json()["error"] == "file_not_found"


async def test_an_upload_needs_its_scope(slack: Slack, calls: SlackCalls) -> None:
    await slack.state.pool.execute("update slack_workspace set scopes = array_remove(scopes, 'files:write')")
    with pytest.raises(SlackRefused, match="files:write"):
        await calls.upload("digest.png", PNG, title="Tenants")
