"""What the terminal tells about the schema of all tenants."""

from typing import Final

from provisioning.cli.live import render_steps
from provisioning.cli.output import Output
from provisioning.cli.tables import add_row, new_table
from provisioning.control_plane.upgrades import UpgradePlan
from provisioning.domain.fleet import FleetStatus

_MOST_STATEMENTS: Final = 200


def tell_fleet(output: Output, status: FleetStatus) -> None:
    table = new_table("version", "tenants", "pinned", "")
    for one in status.versions:
        told = "newest" if one.version == status.newest else "behind" if one.version else "not recorded"
        add_row(table, one.version or "-", str(one.tenants), str(one.pinned or "-"), told)
    output.say(table if status.versions else "No tenants yet.")
    for tenant in status.pinned:
        output.say(
            f"pinned: {tenant.subdomain} at {tenant.schema_version}, by {tenant.pinned_by}: {tenant.pinned_reason}"
        )
    if status.run is not None and status.run.state.is_open:
        output.say(render_steps(status.run))
        for member in status.failed:
            output.say(f"failed: {member.subdomain}: {member.detail}")
    if status.behind:
        output.say(f"{status.behind} behind version {status.newest}. Next: tenantbot fleet upgrade --dry-run")
    elif status.versions:
        output.say(
            f"No tenant{' but the pinned' if status.pinned else ''} is behind version {status.newest}."
        )


def tell_plan(output: Output, plan: UpgradePlan) -> None:
    """Every statement, and what may be lost by it."""
    shown = 0
    for file in plan.files:
        output.say(file.label)
        for statement in file.statements[: max(0, _MOST_STATEMENTS - shown)]:
            output.say(f"  {'✗ may lose something' if statement.may_destroy else '✓'} {statement.text}")
        shown += len(file.statements)
    if shown > _MOST_STATEMENTS:
        output.say(f"  and {shown - _MOST_STATEMENTS} more; --json has all.")
    output.say(plan.trial)
    if not plan.tenants:
        output.say(f"Every tenant that is not pinned has version {plan.to}.")
        return
    rings = ", then ".join(str(size) for size in plan.rings.values() if size)
    left_out = [
        f"{number} {words}"
        for number, words in ((plan.pinned, "pinned"), (plan.unrecorded, "of no recorded version"))
        if number
    ]
    output.say(
        f"{plan.tenants} tenants come to version {plan.to}: {rings}."
        + (f" Left out: {', '.join(left_out)}." if left_out else "")
    )
    if plan.destructive:
        output.say("A second person has to approve, and each tenant is backed up first, and that proved.")
    if plan.ready:
        output.say("Next: tenantbot fleet upgrade")
