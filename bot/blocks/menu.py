"""The menu behind a bare command, the help, and the answer to a word that is no verb."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.blocks.ids import MENU_HELP, MENU_LIST, MENU_OVERVIEW, MENU_PROVISION, NO_VALUE
from bot.blocks.kit import Element, Message, actions, button, context, section
from bot.blocks.words import COMMAND, code
from provisioning.domain.actor import Role


@dataclass(frozen=True)
class Verb:
    """A verb of the command, as the help names it: `usage` is what follows the name."""

    name: str
    usage: str
    summary: str
    role: Role


_PROVISION: Final = button(MENU_PROVISION, "Provision a tenant", NO_VALUE, style="primary")
_OVERVIEW: Final = button(MENU_OVERVIEW, "Overview", NO_VALUE)
_LIST: Final = button(MENU_LIST, "All tenants", NO_VALUE)
_HELP: Final = button(MENU_HELP, "Help", NO_VALUE)


def menu_buttons() -> list[Element]:
    return [_PROVISION, _OVERVIEW, _LIST, _HELP]


def menu_message() -> Message:
    text = "What would you like to do?"
    hint = f"Quicker when you know the name: {code(f'{COMMAND} status customerinc')}"
    return Message(text, (section(text), actions(*menu_buttons()), context(hint)))


def help_message(verbs: Sequence[Verb]) -> Message:
    lines = [f"{code(f'{COMMAND} {verb.name} {verb.usage}'.rstrip())} – {verb.summary}" for verb in verbs]
    text = f"What {COMMAND} can do"
    return Message(
        text,
        (
            section(f"*{text}*"),
            section("\n".join(lines)),
            context(_who_may(verbs)),
            actions(*menu_buttons()),
        ),
    )


def _who_may(verbs: Sequence[Verb]) -> str:
    """`viewers: status, list · operators: also provision, verify`."""
    roles = [role for role in Role if any(verb.role is role for verb in verbs)]
    parts = [
        f"{role}s: {'also ' if place else ''}" + ", ".join(verb.name for verb in verbs if verb.role is role)
        for place, role in enumerate(roles)
    ]
    return f"Who may do it – {' · '.join(parts)}"


def unknown_verb_message(word: str, nearest: str | None) -> Message:
    """`nearest` is a whole command line after the command's name, such as `verify customerinc`."""
    answer = f"I don't know {code(word[:100])}."
    advice = (
        f"Did you mean {code(f'{COMMAND} {nearest}')}?"
        if nearest
        else f"{code(f'{COMMAND} help')} shows what there is."
    )
    text = f"{answer} {advice}"
    return Message(text, (section(text), actions(_HELP)))
