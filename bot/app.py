"""The table of contents: which listener answers which verb, button, form and event."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks import ids
from bot.blocks.kit import Message
from bot.blocks.menu import Verb, help_message
from bot.blocks.notices import trouble_message
from bot.desk import Desk
from bot.listeners import (
    audit,
    decisions,
    deprovision,
    diagnose,
    digest,
    fleet,
    home,
    importing,
    lockdown,
    menu,
    orphans,
    provision,
    restore,
    rotate,
    switching,
    tenants,
)
from bot.outbox.calls import Identity
from bot.reception import Act, Reception, Take
from bot.visit import Body, Visit, read_command, read_event, read_interaction
from bot.words_typed import plain_text
from provisioning.domain.actor import Role
from provisioning.domain.secret import Secret

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Entry:
    """A verb with its listener. Before something destructive, who may do it is asked anew."""

    verb: Verb
    act: Act
    destructive: bool = False


def _entry(name: str, usage: str, summary: str, role: Role, act: Act, *, destructive: bool = False) -> Entry:
    return Entry(Verb(name, usage, summary, role), act, destructive)


async def _help(desk: Desk, visit: Visit) -> Message:
    await menu.require_viewer(desk, visit)
    return help_message([entry.verb for entry in VERBS.values()])


VERBS: Final[Mapping[str, Entry]] = {
    entry.verb.name: entry
    for entry in (
        _entry("provision", "[company]", "a new tenant, by a form", Role.OPERATOR, provision.open_form),
        _entry("status", "[subdomain]", "one tenant, or all in numbers", Role.VIEWER, tenants.status),
        _entry("list", "[text] [page]", "tenants, newest first", Role.VIEWER, tenants.list_tenants),
        _entry("suspend", "subdomain [reason]", "switch a tenant off, proved", Role.OPERATOR, switching.ask_suspend),
        _entry("verify", "subdomain | all", "check a tenant again, or all", Role.OPERATOR, tenants.verify),
        _entry("activate", "subdomain [reason]", "switch it on again", Role.OPERATOR, switching.ask_activate),
        _entry("rotate", "subdomain", "new database password and key", Role.OPERATOR, rotate.ask),
        _entry("deprovision", "subdomain", "ask for a tenant's end", Role.OPERATOR, deprovision.ask),
        _entry(
            "approve", "subdomain", "approve what another asked", Role.APPROVER, deprovision.approve,
            destructive=True,
        ),
        _entry("reject", "subdomain", "reject it, with a reason", Role.APPROVER, deprovision.ask_reject),
        _entry("undo", "subdomain", "bring a tenant back in its grace", Role.OPERATOR, deprovision.undo),
        _entry("retry", "subdomain", "go on with a run that waits", Role.OPERATOR, decisions.retry),
        _entry("rollback", "subdomain", "undo what a waiting run made", Role.OPERATOR, decisions.ask_rollback),
        _entry("cancel", "subdomain", "stop a run before its next step", Role.OPERATOR, decisions.cancel),
        _entry("resend", "subdomain [e-mail]", "the welcome e-mail once more", Role.OPERATOR, tenants.resend),
        _entry("lockdown", "[reason | lift]", "suspend every tenant at once", Role.OPERATOR, lockdown.ask),
        _entry(
            "diagnose", "subdomain [issue]", "find out what is wrong with a tenant", Role.OPERATOR,
            diagnose.diagnose,
        ),
        _entry("fleet", "[drift | upgrade | pin …]", "the schema of all tenants", Role.VIEWER, fleet.fleet),
        _entry("restore", "[subdomain]", "a deleted tenant, from its archive", Role.OPERATOR, restore.ask),
        _entry("import", "[subdomain]", "how one made by hand is taken up", Role.OPERATOR, importing.tell),
        _entry("digest", "", "all tenants, what waits, what it costs", Role.VIEWER, digest.show),
        _entry("audit", "[subdomain]", "who did what, newest first", Role.VIEWER, audit.show),
        _entry("orphans", "[subdomain]", "what nobody uses any more", Role.VIEWER, orphans.show_orphans),
        _entry("help", "", "this", Role.VIEWER, _help),
    )
}  # fmt: skip

ACTIONS: Final[Mapping[str, Act]] = {
    ids.MENU_PROVISION: provision.open_form,
    ids.MENU_OVERVIEW: tenants.overview,
    ids.MENU_LIST: tenants.list_tenants,
    ids.MENU_HELP: _help,
    ids.RUN_RETRY: decisions.retry,
    ids.RUN_ROLLBACK: decisions.ask_rollback,
    ids.RUN_CANCEL: decisions.cancel,
    ids.TENANT_STATUS: tenants.status,
    ids.TENANT_VERIFY: tenants.verify,
    ids.TENANT_RESEND: tenants.resend,
    ids.TENANT_SUSPEND: switching.ask_suspend,
    ids.TENANT_ACTIVATE: switching.ask_activate,
    ids.TENANT_ROTATE: rotate.ask,
    ids.DIAGNOSIS_AGAIN: diagnose.diagnose,
    ids.DIAGNOSIS_REPAIR: diagnose.repair,
    ids.DIAGNOSIS_NOTIFY: diagnose.ask_notice,
    ids.DIAGNOSIS_LOCKDOWN: lockdown.ask,
    ids.TENANT_DEPROVISION: deprovision.ask,
    ids.APPROVAL_APPROVE: deprovision.approve,
    ids.APPROVAL_REJECT: deprovision.ask_reject,
    ids.RUN_UNDO: deprovision.undo,
    ids.LOCKDOWN_LIFT: lockdown.ask_lift,
    ids.ORPHAN_REMOVE: orphans.ask_removal,
    ids.FLEET_UPGRADE: fleet.ask_upgrade,
    ids.LIST_PAGE: tenants.turn_page,
    ids.HOME_REFRESH: home.refresh,
    ids.PROVISION_BACK: provision.back_to_form,
    ids.RESTORE_BACK: restore.back_to_form,
    ids.COMPANY: provision.suggest,
}

VIEWS: Final[Mapping[str, Take]] = {
    ids.PROVISION_FORM: provision.take_form,
    ids.PROVISION_PLAN: provision.take_plan,
    ids.RESTORE_FORM: restore.take_form,
    ids.RESTORE_PLAN: restore.take_plan,
    ids.ROLLBACK_CONFIRM: decisions.take_rollback,
    ids.ROTATE_CONFIRM: rotate.take_confirm,
    ids.REASON_FORM: switching.take_reason,
    ids.DEPROVISION_FORM: deprovision.take_form,
    ids.REJECT_FORM: deprovision.take_reject,
    ids.LOCKDOWN_FORM: lockdown.take_form,
    ids.LIFT_FORM: lockdown.take_lift,
    ids.ORPHAN_FORM: orphans.take_form,
    ids.FLEET_FORM: fleet.take_upgrade,
}

DESTRUCTIVE: Final = frozenset(
    {
        *(ids.APPROVAL_APPROVE, ids.ROLLBACK_CONFIRM, ids.ROTATE_CONFIRM, ids.REASON_FORM),
        *(ids.DEPROVISION_FORM, ids.LOCKDOWN_FORM, ids.LIFT_FORM, ids.ORPHAN_FORM, ids.FLEET_FORM),
    }
)
"""What acts. Whatever only opens the form before it does not: Slack allows few looks at a user group a minute."""
SILENT: Final = frozenset({ids.LINK})
"""Clicks that Slack tells us of although nothing is asked of us."""

COMMANDS: Final = ("/tenant",)
EVENTS: Final = ("app_home_opened", "app_uninstalled", "subteam_members_changed", "tokens_revoked")

_ANYTHING: Final = re.compile("")


def build_app(
    desk: Desk, client: AsyncWebClient, identity: Identity, token: Secret, *, signing_secret: Secret | None
) -> AsyncApp:
    """Register everything. Without a signing secret no request over HTTP is taken.

    `client` needs no token: the library only hands it on, and all our calls go through the outbox.
    """

    async def authorize() -> AuthorizeResult:
        """One workspace, one token, known from the start; who the person is, the allowlist asks."""
        return AuthorizeResult(
            enterprise_id=None, team_id=identity.team, bot_token=token.reveal(), bot_id=identity.bot,
            bot_user_id=identity.user,
        )  # fmt: skip

    app = AsyncApp(
        authorize=authorize,
        client=client,
        signing_secret=signing_secret.reveal() if signing_secret else "",
        ssl_check_enabled=False,  # it would answer before the signature is looked at
        attaching_function_token_enabled=False,
    )
    reception = Reception(desk)
    _listen_to_commands(app, reception)
    _listen_to_clicks(app, reception)
    _listen_to_forms(app, reception)
    _listen_to_events(app, desk)
    return app


def _listen_to_commands(app: AsyncApp, reception: Reception) -> None:
    async def take_command(ack: AsyncAck, body: Body, request: AsyncBoltRequest) -> None:
        asked = read_command(body, _signature(request))
        word, _, rest = plain_text(asked.value).partition(" ")
        act, destructive = _act_for(word.lower(), rest.strip())
        await reception.serve(ack, asked.with_value(rest.strip()), act, destructive=destructive)

    for command in COMMANDS:
        app.command(command)(take_command)


def _act_for(word: str, rest: str) -> tuple[Act, bool]:
    if not word:
        return menu.menu, False
    if (entry := VERBS.get(word)) is not None:
        return entry.act, entry.destructive

    async def unknown(desk: Desk, visit: Visit) -> Message:
        await menu.require_viewer(desk, visit)
        return menu.unknown(word, rest, [*VERBS])

    return unknown, False


def _listen_to_clicks(app: AsyncApp, reception: Reception) -> None:
    async def take_click(ack: AsyncAck, body: Body, request: AsyncBoltRequest) -> None:
        clicked: Mapping[str, Any] = (body.get("actions") or [{}])[0]
        name = str(clicked.get("action_id", ""))
        if name in SILENT:
            await ack()
            return
        asked = read_interaction(body, _signature(request), value=str(clicked.get("value") or ""))
        act = ACTIONS.get(name, _outdated)
        if asked.place == "home":
            act = _then_home(act)
        await reception.serve(ack, asked, act, destructive=name in DESTRUCTIVE)

    app.action(_ANYTHING)(take_click)


def _then_home(act: Act) -> Act:
    """What a click on the Home tab did is to be seen there."""

    async def act_and_show(desk: Desk, visit: Visit) -> Message | None:
        message = await act(desk, visit)
        desk.errands.start(home.show_home(desk, visit.actor))
        return message

    return act_and_show


async def _outdated(desk: Desk, visit: Visit) -> Message:
    await menu.require_viewer(desk, visit)
    return trouble_message("This button is of another version of tenantbot. `/tenant` has the ones of today.")


def _listen_to_forms(app: AsyncApp, reception: Reception) -> None:
    async def take_form(ack: AsyncAck, body: Body, request: AsyncBoltRequest) -> None:
        name = str((body.get("view") or {}).get("callback_id", ""))
        if (take := VIEWS.get(name)) is None:
            await ack()
            return
        asked = read_interaction(body, _signature(request))
        await reception.take(ack, asked, take, destructive=name in DESTRUCTIVE)

    app.view(_ANYTHING)(take_form)


def _listen_to_events(app: AsyncApp, desk: Desk) -> None:
    async def home_opened(body: Body, event: Body) -> None:
        if event.get("tab", "home") == "home":
            desk.errands.start(home.open_home(desk, read_event(body)))

    async def group_changed(event: Body) -> None:
        desk.allowlist.forget_group(str(event.get("subteam_id", "")))

    async def uninstalled(event: Body) -> None:
        log.error("Slack has taken the app's access away", event=event.get("type"))

    app.event("app_home_opened")(home_opened)
    app.event("subteam_members_changed")(group_changed)
    app.event("app_uninstalled")(uninstalled)
    app.event("tokens_revoked")(uninstalled)
    app.event(_ANYTHING)(_nothing_to_do)


async def _nothing_to_do() -> None:
    """An event that the manifest does not ask for."""


def _signature(request: AsyncBoltRequest) -> str | None:
    """Over Socket Mode there is none: whoever has the socket's token is Slack."""
    return (
        None
        if request.mode == "socket_mode"
        else next(iter(request.headers.get("x-slack-signature", ())), None)
    )
