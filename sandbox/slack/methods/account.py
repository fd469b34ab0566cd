"""Who is calling, from which workspace, and where its sockets open."""

from sandbox.slack.limits import SPECIAL, TIER1, TIER3
from sandbox.slack.methods.method import Answer, Call, Method


async def _test_auth(call: Call) -> Answer:
    at = call.workspace
    return {
        "url": at.url,
        "team": at.name,
        "user": "tenantbot",
        "team_id": at.team_id,
        "user_id": at.bot_user_id,
        "bot_id": at.bot_id,
        "is_enterprise_install": False,
    }


async def _open_connection(call: Call) -> Answer:
    ticket = call.desk.sockets.issue_ticket()
    address = call.desk.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={call.workspace.app_id}"}


async def _show_team(call: Call) -> Answer:
    at = call.workspace
    return {
        "team": {
            "id": at.team_id,
            "name": at.name,
            "domain": at.domain,
            "url": at.url,
            "email_domain": "",
            "icon": {"image_default": True},
            "is_verified": False,
        }
    }


METHODS = {
    "auth.test": Method(_test_auth, SPECIAL),
    "apps.connections.open": Method(_open_connection, TIER1, ("connections:write",), for_app_token=True),
    "team.info": Method(_show_team, TIER3, ("team:read",)),
}
