"""Commands about the keys that seal secrets."""

from dataclasses import asdict

import typer

from provisioning.adapters.fernet_vault import new_key
from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, invocation_of, run_verb
from provisioning.cli.tables import add_row, new_table
from provisioning.control_plane.keys import KeysView

keys = typer.Typer(help="The keys that seal secrets.", no_args_is_help=True)


@keys.command("new")
def new(context: typer.Context) -> None:
    """Print a new key for TENANTBOT_SECRET_KEYS. Whoever has it can read every sealed secret."""
    key = new_key().reveal()
    output = invocation_of(context).output
    output.document({"key": key})
    if not output.json:
        output.say(key)


@keys.command("status")
def status(context: typer.Context) -> None:
    """Show which keys there are, and what is sealed with which.

    Keys are shown by names that give nothing of them away.
    """

    async def look(session: Session) -> int:
        view = await session.system.control.keys.status(session.actor)
        session.output.document(_document(view))
        _tell(session.output, view)
        return EXIT_OK

    run_verb(context, look)


@keys.command("add")
def add(context: typer.Context) -> None:
    """Make a new key, the first step to replace the one in use.

    Prints it, and where it goes; the sandbox puts it there by itself.
    """

    async def make(session: Session) -> int:
        added = await session.system.control.keys.add(session.actor)
        output = session.output
        shown = None if added.in_place else added.key.reveal()
        output.document({"key": shown, "in_place": added.in_place})
        if added.in_place:
            output.say("A new key is the first one now; what is sealed from now on is sealed with it.")
        else:
            output.say("Put this at the very front of TENANTBOT_SECRET_KEYS, with the comma:\n")
            output.say(f"{shown},\n")
            output.say("and restart every process. Where they are not all restarted at once, put it behind")
            output.say("the others first, restart each, then move it to the front and restart each again.")
        output.say("Next: tenantbot keys rotate")
        return EXIT_OK

    run_verb(context, make)


@keys.command("rotate")
def rotate(context: typer.Context) -> None:
    """Seal everything with the newest key.

    Row by row, while work goes on; it may be stopped and repeated at any time.
    """

    async def renew(session: Session) -> int:
        renewal = await session.system.control.keys.rotate(session.actor)
        session.output.document({"renewed": renewal.renewed, **_document(renewal.view)})
        _tell(session.output, renewal.view)
        session.output.say(f"Sealed {renewal.renewed} values with {renewal.view.names[0]}.")
        if renewal.view.older:
            session.output.say("Not everything is: somebody seals with an older key. Restart it, and repeat.")
            return EXIT_FAILED
        if len(renewal.view.names) > 1:
            session.output.say("Next: tenantbot keys retire")
        return EXIT_OK

    run_verb(context, renew)


@keys.command("retire")
def retire(context: typer.Context) -> None:
    """Let the older keys go, once nothing is sealed with them.

    Says that they may be taken out of TENANTBOT_SECRET_KEYS; the sandbox does so by itself.
    """

    async def let_go(session: Session) -> int:
        retirement = await session.system.control.keys.retire(session.actor)
        session.output.document(asdict(retirement))
        names = ", ".join(retirement.retired)
        if not retirement.retired:
            session.output.say("There is one key, and everything is sealed with it: nothing to retire.")
        elif retirement.in_place:
            session.output.say(f"Retired {names}: nothing was sealed with it any more.")
        else:
            session.output.say(f"Nothing is sealed with {names} any more: keep only the first key in")
            session.output.say(
                "TENANTBOT_SECRET_KEYS, and restart every process. Old backups of the registry"
            )
            session.output.say("need the old key: keep it with them.")
        return EXIT_OK

    run_verb(context, let_go)


def _document(view: KeysView) -> dict[str, object]:
    return {
        "keys": list(view.names),
        "places": [asdict(place) for place in view.places],
        "older": view.older,
        "unknown": view.unknown,
        "processes": [asdict(process) for process in view.processes],
    }


def _tell(output: Output, view: KeysView) -> None:
    output.say(f"Keys, newest first: {', '.join(view.names)}")
    table = new_table("table", "newest key", "older key", "no key we have")
    for place in view.places:
        if place.newest or place.older or place.unknown:
            add_row(table, place.table, str(place.newest), str(place.older), str(place.unknown))
    output.say(table)
    for process in view.processes:
        lacks = process in view.behind
        output.say(
            f"The process at {process.who} "
            + ("does not know the newest key." if lacks else "knows other keys than this one.")
        )
    if view.unknown:
        output.say("What no key opens was sealed with a key that is not listed: add it behind the others.")
