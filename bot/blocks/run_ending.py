"""How a run ended: the verdict, the way to the tenant, or what is left of it."""

from typing import Final

from bot.blocks.kit import clip, link
from bot.blocks.run_words import company, taken, verdict
from bot.blocks.words import COMMAND, code, said
from provisioning.domain.lockdown import FLEET_KINDS
from provisioning.domain.rotation import key_left
from provisioning.domain.run import Run, RunKind, RunState, StepState
from provisioning.domain.tenant import Tenant

_MOST_DETAIL: Final = 300
NO_VERDICT: Final = frozenset(
    {RunKind.RESEND, RunKind.DEPROVISION, RunKind.REMOVE_ORPHAN, RunKind.ROTATE, RunKind.NOTIFY, *FLEET_KINDS}
)
"""Kinds of run after which there is no tenant to look at, or nothing was checked."""


def ending(run: Run, tenant: Tenant | None, access_url: str) -> str:  # noqa: C901 - one line for each way to end
    """A few lines without a secret: the password goes by e-mail alone."""
    if run.kind in FLEET_KINDS:
        return _fleet_ending(run)
    match run.state, run.kind:
        case RunState.SUCCEEDED, RunKind.RESEND:
            return _sent(run)
        case RunState.SUCCEEDED, RunKind.DEPROVISION:
            return _gone(run)
        case RunState.SUCCEEDED, RunKind.NOTIFY:
            return f"The notice is out{_after(run)}: {said(_last_detail(run), 600)}."
        case RunState.SUCCEEDED, RunKind.REMOVE_ORPHAN:
            return f"Removed{_after(run)}: {said(_last_detail(run) or run.subdomain, 600)}."
        case _, RunKind.ROTATE:
            return _renewed(run)
        case RunState.SUCCEEDED, _:
            return "\n".join(_verified(run, tenant, access_url))
        case RunState.ROLLED_BACK, _:
            return f"Rolled back: {_what_is_left(run)}."
        case RunState.CANCELLED, RunKind.DEPROVISION:
            return f"Undone: {code(run.subdomain)} is brought back, and nothing of it was deleted."
        case RunState.CANCELLED, RunKind.PROVISION:
            return f"Cancelled: nothing was made for {code(run.subdomain)}, and the subdomain is free again."
        case RunState.CANCELLED, RunKind.RESEND if _password_changed(run):
            return (
                "Cancelled before the e-mail was sent, but after the password was changed: "
                f"give the admin a new one with {code(f'{COMMAND} resend {run.subdomain}')}."
            )
        case _:
            return f"Cancelled: {code(run.subdomain)} is as it was."


def _what_is_left(run: Run) -> str:
    tenant = code(run.subdomain)
    match run.kind:
        case RunKind.RESTORE:
            return f"nothing of {tenant} is left but its archive, and a tombstone it had"
        case RunKind.IMPORT:
            return f"{tenant} is not registered any more; its project is as it was"
        case _:
            return f"nothing of {tenant} is left, and the subdomain is free again"


def short_ending(run: Run, tenant: Tenant | None) -> str:
    """One line for a notification."""
    if run.state is RunState.SUCCEEDED and run.kind not in NO_VERDICT:
        return f"{company(run, tenant)} is {verdict(run)}."
    return ending(run, tenant, "")


def _verified(run: Run, tenant: Tenant | None, access_url: str) -> list[str]:
    lines = [
        f"*{company(run, tenant)}* is {verdict(run)}{_after(run)}.",
        f"URL: {link(access_url, access_url)}",
    ]
    if tenant is not None:
        lines.append(f"Tenant ID: {code(str(tenant.tenant_id))}")
        if run.kind is RunKind.RESTORE:
            lines.append(
                f"Restored from {code(str(run.request.get('archive')))}, with its users and their passwords."
            )
        if run.kind is RunKind.PROVISION:
            lines.append(f"{said(tenant.admin_email, 300)} has mail, with the temporary password in it.")
    return lines


def _gone(run: Run) -> str:
    folder = _last_detail(run)
    rests = f" Its proved backup and the deletion record rest in {code(folder)}." if folder else ""
    return f"{code(run.subdomain)} is deleted{_after(run)}. The subdomain stays reserved.{rests}"


def _last_detail(run: Run) -> str:
    """What the last step says it made; nothing where there is none."""
    return clip(run.steps[-1].detail or "", _MOST_DETAIL) if run.steps else ""


def _renewed(run: Run) -> str:
    """A secret key that could not be replaced is named, with the reason: somebody may count on its end."""
    tenant = code(run.subdomain)
    if run.state is RunState.ROLLED_BACK:
        return f"Rolled back: {tenant} has the credentials that are proved, and no others."
    if run.state is RunState.CANCELLED:
        return f"Cancelled: what was replaced of {tenant} until then stays so."
    if (left := key_left(run)) is not None:
        return f"{tenant} has a new database password{_after(run)}. Its secret key is {said(left, 500)}."
    return f"{tenant} has a new database password and a new secret key{_after(run)}; the old ones open nothing any more."


def _fleet_ending(run: Run) -> str:
    match run.state, run.kind:
        case RunState.SUCCEEDED, RunKind.LOCKDOWN:
            return f"LOCKDOWN{_after(run)}: {_details(run)}. Until it is lifted, nothing is provisioned or activated."
        case RunState.SUCCEEDED, RunKind.VERIFY_ALL:
            return f"All looked at{_after(run)}: {_details(run)}."
        case _, RunKind.VERIFY_ALL:
            return "Cancelled: what was found until then is kept."
        case RunState.SUCCEEDED, RunKind.FLEET:
            rings = ", then ".join(said(step.detail or "–", 100) for step in run.steps[1:])
            return f"Schema version {said(str(run.request.get('to')), 20)}{_after(run)}, in rings: {rings}."
        case _, RunKind.FLEET:
            return "Over: tenants that were upgraded by then stay so. `/tenant fleet` shows who is where."
        case RunState.SUCCEEDED, _:
            return f"The lockdown is lifted{_after(run)}: {_details(run)}."
        case _, RunKind.LOCKDOWN:
            return "Over: it is being lifted."
        case _:
            return "Cut off: what was not brought back by then is suspended still."


def _details(run: Run) -> str:
    return "; ".join(said(step.detail or step.title, 600) for step in run.steps)


def _sent(run: Run) -> str:
    to = said(str(run.request.get("email") or "the admin"), 300)
    return f"The welcome e-mail is on its way to {to}, with a new temporary password."


def _after(run: Run) -> str:
    return f", after {taken(run)}" if taken(run) else ""


def _password_changed(run: Run) -> bool:
    return bool(run.steps) and run.steps[0].state is StepState.SUCCEEDED
