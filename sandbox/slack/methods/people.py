"""People and user groups."""

from sandbox.slack.limits import TIER2, TIER4
from sandbox.slack.members import find_person, group_shape, list_groups, list_people, person_shape
from sandbox.slack.methods.method import Answer, Call, Method
from sandbox.slack.refusals import Refusal


async def _show_person(call: Call) -> Answer:
    row = await find_person(call.desk, call.arguments.text("user"))
    if row is None:
        raise Refusal("user_not_found")
    return {"user": person_shape(row, call.workspace)}


async def _list_people(call: Call) -> Answer:
    members = [person_shape(row, call.workspace) for row in await list_people(call.desk)]
    return {"members": members, "cache_ts": 0, "response_metadata": {"next_cursor": ""}}


async def _list_groups(call: Call) -> Answer:
    groups = [
        group_shape(
            row,
            call.workspace,
            with_users=call.arguments.flag("include_users"),
            with_count=call.arguments.flag("include_count"),
        )
        for row in await list_groups(call.desk)
        if row["deleted_at"] is None or call.arguments.flag("include_disabled")
    ]
    return {"usergroups": groups}


async def _list_group_members(call: Call) -> Answer:
    wanted = call.arguments.text("usergroup")
    for row in await list_groups(call.desk):
        if row["id"] == wanted and (row["deleted_at"] is None or call.arguments.flag("include_disabled")):
            return {"users": row["members"]}
    raise Refusal("no_such_subteam")


METHODS = {
    "users.info": Method(_show_person, TIER4, ("users:read",)),
    "users.list": Method(_list_people, TIER2, ("users:read",)),
    "usergroups.list": Method(_list_groups, TIER2, ("usergroups:read",)),
    "usergroups.users.list": Method(_list_group_members, TIER2, ("usergroups:read",)),
}
