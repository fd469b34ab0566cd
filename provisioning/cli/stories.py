"""What people are told at the end of a command: what came of it, and what to do next."""

from datetime import timedelta

from provisioning.cli.live import render_checklist
from provisioning.cli.output import Output
from provisioning.control_plane.plans import Plan
from provisioning.domain.approval import DEPROVISION, NOTIFY, REMOVE_ORPHAN, Approval, ApprovalState
from provisioning.domain.counting import count
from provisioning.domain.duration import duration_words
from provisioning.domain.fleet import UPGRADE
from provisioning.domain.lockdown import FLEET, is_fleet
from provisioning.domain.rotation import key_left
from provisioning.domain.run import Run, RunKind, RunState, StepState
from provisioning.domain.tenant import Tenant

_NO_WORKER = "No worker is alive: start one with `tenantbot worker`, or give the same command again."
_MAIL_STEP = 7

_MARKS = {True: "✓", False: "✗", None: "–"}


def tell_run(output: Output, run: Run, tenant: Tenant | None, access_url: str, *, worker_alive: bool) -> None:
    if run.checklist:
        output.say(render_checklist(run.checklist))
    match run.state:
        case RunState.SUCCEEDED:
            _tell_success(output, run, tenant, access_url)
        case RunState.WAITING:
            _tell_wait(output, run, worker_alive=worker_alive)
        case RunState.ROLLED_BACK if run.kind is RunKind.ROTATE:
            output.say(f"Rolled back: {run.subdomain} has the credentials that are proved, and no others.")
        case RunState.CANCELLED if run.kind is RunKind.ROTATE:
            output.say(f"Cancelled: what was replaced of {run.subdomain} until then stays so.")
        case RunState.ROLLED_BACK:
            output.say(_rolled_back(run))
        case RunState.CANCELLED:
            what = "cut off" if is_fleet(run.subdomain) else f"nothing was made for {run.subdomain}"
            if run.kind is RunKind.FLEET:
                what = "tenants that were upgraded until then stay so; `tenantbot fleet status` shows who is where"
            output.say(f"Cancelled: {what}.")
        case _:
            _tell_progress(output, run, worker_alive=worker_alive)


def tell_plan(output: Output, plan: Plan) -> None:
    request = plan.request
    output.say(f"Dry run, nothing is changed: {request.company} at {request.subdomain},")
    output.say(f"admin {request.admin_name} <{request.admin_email}>, {plan.monthly_cost:.0f} USD a month.")
    tell_outlook(output, plan)


def tell_outlook(output: Output, plan: Plan) -> None:
    """The steps, what the outside answered, and whether that will do."""
    for number, title in enumerate(plan.steps, 1):
        output.say(f"  {number}. {title}")
    for question in plan.questions:
        output.say(f"{_MARKS[question.ok]} {question.name}: {question.answer}")
    output.say(
        "Ready: run it again without --dry-run."
        if plan.ready
        else "Not ready: correct what is marked ✗ first."
    )


def tell_approval(output: Output, approval: Approval) -> None:
    if approval.action == REMOVE_ORPHAN and approval.state is ApprovalState.PENDING:
        facts = approval.facts
        output.say(f"Asked: the removal of {approval.subdomain}, a {facts['kind']} ({approval.reason}).")
        output.say(f"{facts['name']}: {facts['found']}; {facts['monthly_cost']:.0f} USD a month.")
        _tell_whom(output, approval)
        return
    if approval.action == NOTIFY:
        _tell_notice(output, approval)
        return
    if approval.subdomain == FLEET:
        _tell_fleet_approval(output, approval)
        return
    span = duration_words(timedelta(seconds=int(approval.request.get("grace_seconds", 0))))
    match approval.state:
        case ApprovalState.PENDING:
            output.say(f"Asked: the end of {approval.subdomain}, grace period {span} ({approval.reason}).")
            output.say(_how_much(approval))
            _tell_whom(output, approval)
        case ApprovalState.APPROVED:
            output.say(f"Approved by {approval.decided_by}: {approval.run_id} is under way.")
            if approval.action == DEPROVISION:
                output.say(f"Until the project is deleted: tenantbot undo {approval.subdomain}")
        case _:
            why = f": {approval.decision_reason}" if approval.decision_reason else ""
            output.say(
                f"The question about {approval.subdomain} is {approval.state}{why}. Nothing was changed."
            )


def _tell_notice(output: Output, approval: Approval) -> None:
    facts = approval.facts
    match approval.state:
        case ApprovalState.PENDING:
            output.say(
                f"Asked: to notify {', '.join(facts['recipients'])} of {approval.subdomain} ({approval.reason})."
            )
            if facts["unknown"]:
                output.say(f"Of {', '.join(facts['unknown'])} our registry knows no admin.")
            output.say(f"{facts['subject']}\n\n{facts['text']}")
            _tell_whom(output, approval)
        case ApprovalState.APPROVED:
            output.say(f"Approved by {approval.decided_by}: {approval.run_id}.")
        case _:
            why = f": {approval.decision_reason}" if approval.decision_reason else ""
            output.say(f"The question about {approval.subdomain} is {approval.state}{why}. Nothing was sent.")


def _tell_upgrade(output: Output, approval: Approval) -> None:
    facts = approval.facts
    output.say(
        f"Asked: schema version {facts['to']} for {facts['tenants']} tenants, in rings of "
        f"{', '.join(str(size) for size in facts['rings'])} ({approval.reason})."
    )
    if facts["destructive"]:
        output.say(
            "Something may be lost by it, so each tenant is backed up, and that proved, before its change:"
        )
        for statement in facts["destructive"]:
            output.say(f"  {statement}")
    _tell_whom(output, approval)


def _tell_fleet_approval(output: Output, approval: Approval) -> None:
    if approval.action == UPGRADE and approval.state is ApprovalState.PENDING:
        _tell_upgrade(output, approval)
        return
    is_lockdown = approval.action == RunKind.LOCKDOWN
    facts = approval.facts
    match approval.state:
        case ApprovalState.PENDING:
            output.say(
                f"Asked: a lockdown, which suspends all {facts['active']} active tenants ({approval.reason})."
                if is_lockdown
                else f"Asked: to bring back the {facts['holds']} tenants that the lockdown suspended ({approval.reason})."
            )
            _tell_whom(output, approval)
            if is_lockdown:
                output.say(
                    "If there is no time: an approver alone adds --confirm LOCKDOWN to the same command."
                )
        case ApprovalState.APPROVED:
            output.say(f"Approved by {approval.decided_by}: {approval.run_id}.")
        case _:
            why = f": {approval.decision_reason}" if approval.decision_reason else ""
            output.say(f"The question about all tenants is {approval.state}{why}. Nothing was changed.")


def _tell_whom(output: Output, approval: Approval) -> None:
    until = f"{approval.expires_at:%Y-%m-%d %H:%M %Z}"
    output.say(f"Waiting for an approver other than {approval.requested_by}, until {until}.")
    output.say(f"Next, as somebody else: tenantbot approve {approval.approval_id}")


def _how_much(approval: Approval) -> str:
    facts = approval.facts
    if "census" in facts:
        return f"How much is in it could not be asked: {facts['census']}"
    last = f", last upload {facts['last_upload'][:16]}" if facts.get("last_upload") else ", no upload yet"
    return (
        f"It has {count(facts['users'], 'user')} and {count(facts['rows'], 'row')}{last}; "
        f"its end saves {facts['monthly_cost']:.0f} USD a month."
    )


def _tell_success(output: Output, run: Run, tenant: Tenant | None, access_url: str) -> None:
    minutes = (run.finished_at - run.created_at).total_seconds() if run.finished_at else 0.0
    if (all_there_is := _without_a_tenant(run, minutes)) is not None:
        output.say(all_there_is)
        return
    if is_fleet(run.subdomain):
        said = [step.detail or step.title for step in run.steps]
        if run.kind is RunKind.FLEET:
            said = [f"{step.title}: {step.detail}" for step in run.steps if step.detail]
        output.say(f"{'; '.join(said)}. After {minutes:.1f} s.")
        if run.kind is RunKind.LOCKDOWN:
            output.say("Next: tenantbot lockdown lift --reason …")
        return
    if run.kind is RunKind.ROTATE:
        left = key_left(run)
        what = (
            f"; its secret key is {left}"
            if left
            else " and a new secret key; the old ones open nothing any more"
        )
        output.say(f"{run.subdomain} has a new database password{what}.")
    output.say(f"{run.subdomain} is {run.verdict}, after {minutes:.1f} s.")
    if run.kind is RunKind.SUSPEND:
        output.say(f"Next: tenantbot activate {run.subdomain}")
        return
    output.say(f"  URL:        {access_url}")
    if tenant is not None:
        output.say(f"  Tenant ID:  {tenant.tenant_id}")
        output.say(f"  Project:    {tenant.project_ref}")
    if run.kind is RunKind.PROVISION:
        output.say(f"The admin has mail. Check the tenant any time with `tenantbot verify {run.subdomain}`.")


def _without_a_tenant(run: Run, seconds: float) -> str | None:
    """What is said of a run after which there is no tenant to look at."""
    match run.kind:
        case RunKind.RESEND:
            return (
                f"The welcome e-mail is on its way to {run.request['email']}, with a new temporary password."
            )
        case RunKind.DEPROVISION:
            rests = f"Its proved backup rests in {run.steps[-1].detail}."
            return f"{run.subdomain} is deleted, after {seconds:.1f} s. {rests}"
        case RunKind.REMOVE_ORPHAN:
            return f"Removed: {run.steps[-1].detail}."
        case RunKind.NOTIFY:
            return f"The notice is out: {run.steps[-1].detail}."
    return None


def _tell_progress(output: Output, run: Run, *, worker_alive: bool) -> None:
    if worker_alive:
        output.say(f"{run.run_id} is {run.state}. See it with `tenantbot status {run.run_id}`.")
    else:
        output.say(f"{run.run_id} is {run.state}, and nobody executes it. {_NO_WORKER}")


def _tell_wait(output: Output, run: Run, *, worker_alive: bool) -> None:
    if run.error is not None:
        where = f"Step {run.error.step} stopped the run: " if run.error.step else ""
        output.say(f"{where}{run.error.message}")
    if run.waiting_for is not None:
        output.say(f"Waiting for {run.waiting_for.who}: {run.waiting_for.what}")
        if run.waiting_for.until:
            looks = "A worker looks" if worker_alive else f"{_NO_WORKER} A worker would look"
            output.say(f"{looks} again at {run.waiting_for.until:%H:%M:%S %Z}, and goes on when it is there.")
    output.say(_next_commands(run))


def _rolled_back(run: Run) -> str:
    match run.kind:
        case RunKind.RESTORE:
            return f"Rolled back: nothing of {run.subdomain} is left but its archive, and a tombstone it had."
        case RunKind.IMPORT:
            return f"Rolled back: {run.subdomain} is not registered any more; its project is as it was."
        case _:
            return f"Rolled back: nothing of {run.subdomain} is left, and the subdomain is free again."


def _next_commands(run: Run) -> str:
    if is_fleet(run.subdomain):
        lift = "  |  tenantbot lockdown lift --reason …" if run.kind is RunKind.LOCKDOWN else ""
        give_up = f"  |  tenantbot cancel {run.run_id}" if run.kind is RunKind.FLEET else ""
        return f"Next: tenantbot retry {run.run_id}{lift}{give_up}"
    commands = [f"tenantbot retry {run.subdomain}"]
    if run.kind is RunKind.DEPROVISION:
        return f"Next: tenantbot undo {run.subdomain}" + (f"  |  {commands[0]}" if run.error else "")
    may_be_undone = run.kind is RunKind.PROVISION and not _mail_may_be_out(run)
    if run.kind in {RunKind.RESTORE, RunKind.IMPORT, RunKind.ROTATE} or may_be_undone:
        commands.append(f"tenantbot rollback {run.subdomain}")
    if run.waiting_for and run.waiting_for.until:
        commands.append(f"tenantbot cancel {run.subdomain}")
    return "Next: " + "  |  ".join(commands)


def _mail_may_be_out(run: Run) -> bool:
    return any(step.number == _MAIL_STEP and step.state is StepState.SUCCEEDED for step in run.steps)
