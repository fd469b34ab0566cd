"""Short answers: refused, something is wrong, started, and the button for a form that could not be opened in time."""

from bot.blocks.ids import MENU_PROVISION, NO_VALUE, NOTICE, TENANT_ACTIVATE, TENANT_SUSPEND
from bot.blocks.kit import MOST_BUTTON, Message, View, actions, button, clip, modal, section
from bot.blocks.words import bare, code, said
from provisioning.domain.run import Run, RunKind, RunState

_MOST_TEXT = 2500


def refusal_message(text: str) -> Message:
    return _short(f"🚫 {said(text, _MOST_TEXT)}")


def trouble_message(text: str) -> Message:
    return _short(f"⚠️ {said(text, _MOST_TEXT)}")


def started_message(run: Run, channel: str, *, continued: bool) -> Message:
    """Say that a run has begun, and where it is told. A request that is under way already starts nothing anew."""
    where = f"<#{channel}>"
    if not continued:
        return _short(f"🕒 {code(run.run_id)} is queued. Follow it in {where}.")
    waits = "; it waits, and nothing was tried again" if run.state is RunState.WAITING else ""
    return _short(f"🔁 This is under way already, as {code(run.run_id)}{waits}. Follow it in {where}.")


def form_button_message(company: str) -> Message:
    """`company` is what was typed after the command; the button hands it on to the form."""
    text = "That took too long for Slack to open the form. Press the button to open it."
    label = f"Provision {bare(company, 50)}" if company.strip() else "Provision a tenant"
    opener = button(
        MENU_PROVISION, clip(label, MOST_BUTTON), clip(company.strip(), 300) or NO_VALUE, style="primary"
    )
    return Message(text, (section(text), actions(opener)))


def reopen_message(kind: RunKind, subdomain: str) -> Message:
    """A question that came too late for Slack to open it; the button asks it again."""
    wanted = {
        RunKind.SUSPEND: ("Suspend …", TENANT_SUSPEND),
        RunKind.ACTIVATE: ("Activate …", TENANT_ACTIVATE),
    }
    label, action = wanted[kind]
    text = f"That took too long for Slack. Press the button to go on with {code(subdomain)}."
    return Message(text, (section(text), actions(button(action, label, subdomain))))


def notice_view(title: str, text: str, *, channel: str | None = None) -> View:
    """`channel` is where there is more to follow."""
    where = f" Follow it in <#{channel}>." if channel else ""
    return modal(title, [section(f"{said(text, _MOST_TEXT)}{where}")], callback_id=NOTICE)


def _short(text: str) -> Message:
    return Message(text, (section(text),))
