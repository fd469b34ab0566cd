"""Commands about the audit log: look at it, prove that nobody touched it, hand it out."""

import asyncio
import gc
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer

from provisioning.cli.output import Output
from provisioning.cli.session import EXIT_FAILED, EXIT_OK, Session, run_verb
from provisioning.cli.tables import add_row, new_table
from provisioning.control_plane.audit import PAGE, Verification
from provisioning.documents import audit_document, verification_document
from provisioning.domain.audit import AuditRow
from provisioning.domain.counting import count
from provisioning.domain.lockdown import is_fleet
from provisioning.errors import Refused

audit = typer.Typer(help="The audit log: who did what, and the proof of it.", no_args_is_help=True)

_AT_ONCE: Final = 1000
_MOST_TOLD: Final = 20


@audit.command("show")
def show(
    context: typer.Context,
    subdomain: Annotated[str | None, typer.Argument(metavar="SUBDOMAIN")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="So many entries.")] = PAGE,
    before: Annotated[
        int | None, typer.Option("--before", min=1, metavar="SEQ", help="Only entries before this number.")
    ] = None,
) -> None:
    """Show the newest entries, of one tenant or of all."""

    async def look(session: Session) -> int:
        page = await session.system.control.audit.show(
            session.actor, subdomain=subdomain, limit=limit, before=before
        )
        session.output.document(audit_document(page))
        table = new_table("seq", "at", "who", "what", whole=("seq", "at", "who"))
        for row in page.entries:
            who = f"{row.actor_name} ({row.surface})"
            add_row(table, str(row.seq), f"{row.at:%Y-%m-%d %H:%M:%S}", who, _what(row))
        session.output.say(table if page.entries else "No entries.")
        session.output.say(f"{len(page.entries)} of {page.total} entries, newest first; times are UTC.")
        return EXIT_OK

    run_verb(context, look)


@audit.command("verify")
def verify(context: typer.Context) -> None:
    """Prove that no entry was changed, taken out, put in or cut off.

    Compares with the heads that were kept in the archive.
    """

    async def prove(session: Session) -> int:
        gc.freeze()  # else every portion of rows has the collector look through all modules: a third of the time
        found = await session.system.control.audit.verify(session.actor)
        session.output.document(verification_document(found))
        _tell(session.output, found)
        return EXIT_OK if found.ok else EXIT_FAILED

    run_verb(context, prove)


@audit.command("export")
def export(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Else to stdout.")] = None,
) -> None:
    """Print every entry with all its columns, one JSON object a line.

    Whoever has the key can verify them elsewhere; docs/registry-format.md tells how.
    """

    async def hand_out(session: Session) -> int:
        gc.freeze()  # as above
        lines = session.system.control.audit.export(session.actor)
        if to is not None:
            written = await _write_file(lines, to)
            session.output.document({"rows": written, "file": str(to.absolute())})
            session.output.say(f"Wrote {written} entries to {to}.")
        elif session.output.json:
            entries = [json.loads(line) async for line in lines]
            session.output.document({"entries": entries, "total": len(entries)})
        else:
            await _write(lines, sys.stdout)
        return EXIT_OK

    run_verb(context, hand_out)


def _what(row: AuditRow) -> str:
    """What was done to whom and how that ended; the reason below, with the width of a line for itself."""
    subject = "all tenants" if row.subdomain and is_fleet(row.subdomain) else row.subdomain
    about = f" {subject}" if subject else ""
    reason = f"\n{row.reason}" if row.reason else ""
    return f"{row.action}{about}: {row.result}{reason}"


async def _write_file(lines: AsyncIterator[str], path: Path) -> int:
    try:
        with await asyncio.to_thread(path.open, "w", encoding="utf-8") as file:
            return await _write(lines, file)
    except OSError as fault:
        raise Refused(f"{path} can't be written: {fault.strerror}.", code="file", field="to") from fault


async def _write(lines: AsyncIterator[str], file: TextIO) -> int:
    """Write in portions, each in a thread: a disk or a reader at the other end may be slow."""
    written, portion = 0, []
    async for line in lines:
        portion.append(f"{line}\n")
        written += 1
        if len(portion) == _AT_ONCE:
            await asyncio.to_thread(file.writelines, portion)
            portion = []
    await asyncio.to_thread(file.writelines, portion)
    return written


def _tell(output: Output, found: Verification) -> None:
    for one in found.breaks[:_MOST_TOLD]:
        output.say(f"{one.kind}: {one.message}")
    if len(found.breaks) > _MOST_TOLD:
        output.say(f"… and {len(found.breaks) - _MOST_TOLD} more; --json has them.")
    if found.ok:
        upto = f", up to {found.head.seq} ({found.head.hash[:16]}…)" if found.head else ""
        output.say(f"The audit log is whole: {found.rows} entries{upto}.")
    else:
        output.say(
            f"The audit log is not whole: {count(len(found.breaks), 'break')} in {found.rows} entries."
        )
    if found.advice:
        output.say(found.advice)
