"""The root message of a run's thread: edited in place, it shows at any time how far the run is and who must act."""

from datetime import datetime

from bot.blocks.kit import Block, Message, actions, context, section
from bot.blocks.run_buttons import run_buttons
from bot.blocks.run_ending import ending
from bot.blocks.run_steps import Shape, step_blocks
from bot.blocks.run_waiting import waiting
from bot.blocks.run_words import NO_WORKER, company, host, is_undoing, position, requester, rest
from bot.blocks.words import RUN_MARKS, age, at_moment, code, said, state
from provisioning.domain.counting import count
from provisioning.domain.run import Run, RunKind, RunState
from provisioning.domain.tenant import Tenant


def root_message(
    run: Run,
    tenant: Tenant | None,
    access_url: str,
    *,
    now: datetime,
    worker_alive: bool,
    monthly_cost: float,
    iteration: int,
    shape: Shape = "plan",
) -> Message:
    """Draw the run as it stands. `iteration` grows with every edit: Slack wants new names for changed blocks."""
    headline = _headline(run, tenant, access_url)
    blocks: list[Block] = [
        section(headline, block_id=f"head-{iteration}"),
        *step_blocks(run, shape=shape, block_id=f"plan-{iteration}"),
        context(_situation(run, now, worker_alive=worker_alive), block_id=f"state-{iteration}"),
    ]
    if run.state is RunState.WAITING:
        told = waiting(run, monthly_cost=monthly_cost, worker_alive=worker_alive)
        blocks.append(section(told, block_id=f"waiting-{iteration}"))
    elif not run.state.is_open:
        blocks.append(section(ending(run, tenant, access_url), block_id=f"end-{iteration}"))
    if buttons := run_buttons(run, access_url):
        blocks.append(actions(*buttons, block_id=f"buttons-{iteration}"))
    return Message(f"{headline} – {_short(run)}", tuple(blocks))


def _headline(run: Run, tenant: Tenant | None, access_url: str) -> str:
    name, at = company(run, tenant), said(host(access_url), 100)
    what = {
        RunKind.PROVISION: f"Provisioning *{name}* as {at}",
        RunKind.VERIFY: f"Verifying *{name}* at {at}",
        RunKind.RESEND: f"Sending the welcome e-mail of *{name}* ({at}) again",
        RunKind.SUSPEND: f"Suspending *{name}* at {at}",
        RunKind.ACTIVATE: f"Activating *{name}* at {at}",
        RunKind.RESTORE: f"Restoring *{name}* as {at}",
        RunKind.IMPORT: f"Importing *{name}* at {at}",
        RunKind.REMOVE_ORPHAN: f"Removing {code(run.subdomain)}, which nobody uses",
        RunKind.ROTATE: f"New credentials for *{name}* at {at}",
        RunKind.REPAIR: f"Repairing *{name}* at {at}",
        RunKind.NOTIFY: f"Notifying the admins of {code(run.subdomain)}",
        RunKind.DEPROVISION: f"Deprovisioning *{name}* at {at}",
        RunKind.LOCKDOWN: "*LOCKDOWN*: suspending every active tenant",
        RunKind.LIFT: "*Lifting the lockdown*: bringing back what it suspended",
        RunKind.VERIFY_ALL: "*Verifying all tenants*, each also tried at another",
        RunKind.FLEET: f"Schema version {said(str(run.request.get('to')), 20)} to *all tenants*",
    }[run.kind]
    return f"{RUN_MARKS[run.state]} {what}, asked by {requester(run)}"


def _short(run: Run) -> str:
    return f"{state(run.state)}, {position(run)}" if run.state.is_open else state(run.state)


def _situation(run: Run, now: datetime, *, worker_alive: bool) -> str:
    moves = run.state in {RunState.QUEUED, RunState.RUNNING}  # then the message is drawn again and again
    asked = f"asked {age(run.created_at, now) if moves and worker_alive else at_moment(run.created_at)}"
    if moves and not worker_alive:
        return f"⚠️ {NO_WORKER} ({state(run.state)}, {position(run)}, {asked})"
    match run.state:
        case RunState.QUEUED:
            parts = ["Queued", position(run) if is_undoing(run) else count(len(run.steps), "step"), rest(run)]
        case RunState.RUNNING if run.cancel_requested:
            parts = ["Cancelling", position(run), "stops before the next step"]
        case RunState.RUNNING if is_undoing(run):
            parts = ["Rolling back", position(run)]
        case RunState.RUNNING:
            parts = ["Running", position(run), rest(run)]
        case RunState.WAITING:
            parts = ["Waiting", position(run)]
        case _:
            parts = [state(run.state).capitalize()]
    return " · ".join([*parts, asked, f"run {run.run_id}"])
