"""What people are told about the archive: what is in it, what a restore would make, and how one ended."""

from collections.abc import Sequence

from provisioning.cli.output import Output
from provisioning.cli.stories import tell_outlook
from provisioning.cli.tables import add_row, new_table
from provisioning.control_plane.archives import Archived
from provisioning.control_plane.restores import RestorePlan
from provisioning.domain.backup import Proof
from provisioning.domain.counting import count


def tell_archives(output: Output, found: Sequence[Archived]) -> None:
    if not found:
        output.say("The archive has no backup.")
        return
    table = new_table("archive", "tenant", "company", "taken on", "", whole=("archive",))
    for one in found:
        left = "" if one.is_of_deleted else "not deleted"
        add_row(table, one.folder, one.subdomain, one.company or "-", f"{one.taken_on:%Y-%m-%d}", left)
    output.say(table)
    first = found[0]
    output.say(f"Next: tenantbot restore {first.folder} --as-tenant {first.subdomain} --dry-run")


def tell_restore_plan(output: Output, found: RestorePlan) -> None:
    request = found.plan.request
    place = "in the place of its tombstone" if found.revives else "as a new tenant"
    output.say(f"Dry run, nothing is changed: {request.company} comes back at {request.subdomain}, {place},")
    output.say(f"{found.plan.monthly_cost:.0f} USD a month.")
    output.say(
        f"{found.archive}, taken {found.taken_at:%Y-%m-%d %H:%M} UTC: "
        f"{count(found.tables, 'table')}, {count(found.rows, 'row')}, {count(found.users, 'user')}."
    )
    tell_outlook(output, found.plan)


def tell_restored(output: Output, archive: str, proof: Proof) -> None:
    where = f"{archive} was restored into {proof.restored_in} in {proof.seconds:.1f} s"
    if proof.ok:
        output.say(f"{where}: {proof.tables} tables with {proof.rows} rows, all as in the manifest.")
    else:
        output.say(f"{where}, and is not what was backed up:")
        for difference in proof.differences:
            output.say(f"  {difference}")
    for note in proof.notes:
        output.say(f"Note: {note}.")
