"""The form for a tenant that is to come back: which backup, at which subdomain, and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from bot.blocks import ids
from bot.blocks.kit import Block, Element, View, clip, context, input_block, modal, option, plain, section
from bot.blocks.reason_form import read_reason, reason_block
from bot.blocks.words import bare, code, said
from provisioning.control_plane.archives import Archived
from provisioning.domain.counting import count

_MOST_OPTIONS: Final = 100
_MOST_METADATA: Final = 3000
_WHAT_HAPPENS: Final = (
    "A new Supabase project is made, the backup restored into it and compared, the tenant's record and address put "
    "back, and all of it verified. Its users come back with their passwords; nobody is sent anything."
)


@dataclass(frozen=True)
class RestoreValues:
    """What was chosen and typed. An empty subdomain means the backup's own."""

    archive: str = ""
    subdomain: str = ""
    reason: str = ""

    def to_json(self) -> str:
        return clip(json.dumps(asdict(self), ensure_ascii=False), _MOST_METADATA)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


def restore_form(
    archives: Sequence[Archived], values: RestoreValues, *, wanted: str = "", problem: str | None = None
) -> View:
    """`wanted` is the backup or the subdomain that was typed after the verb; the form offers what fits it."""
    fitting = [one for one in archives if wanted in {one.folder, one.subdomain}] if wanted else []
    offered = fitting or archives
    if wanted and not fitting:
        problem = f"The archive has no backup {wanted}. These are there:"
    return modal(
        "Restore a tenant",
        [
            *([section(f"⚠️ {said(problem, 1000)}")] if problem else []),
            section(_WHAT_HAPPENS),
            _archive(offered, values),
            *_left_out(offered),
            _subdomain(values),
            reason_block(hint="The audit log keeps it.", reason=values.reason),
        ],
        callback_id=ids.RESTORE_FORM,
        submit="Continue",
        close="Cancel",
    )


def read_restore(view: Mapping[str, Any]) -> RestoreValues:
    values = (view.get("state") or {}).get("values") or {}
    entered = {name: element for block in values.values() for name, element in block.items()}
    chosen = entered.get(ids.ARCHIVE, {}).get("selected_option") or {}
    return RestoreValues(
        archive=str(chosen.get("value") or ""),
        subdomain=str(entered.get(ids.SUBDOMAIN, {}).get("value") or "").strip(),
        reason=read_reason(view),
    )


def _archive(offered: Sequence[Archived], values: RestoreValues) -> Block:
    options = {one.folder: option(_label(one), one.folder) for one in offered[:_MOST_OPTIONS]}
    element: Element = {
        "type": "static_select",
        "action_id": ids.ARCHIVE,
        "options": list(options.values()),
        "placeholder": plain("Choose a backup"),
    }
    chosen = options.get(values.archive) or (next(iter(options.values())) if len(options) == 1 else None)
    if chosen:
        element["initial_option"] = chosen
    return input_block("Backup", element, block_id="archive", hint="The newest first.")


def _label(one: Archived) -> str:
    company = f" · {bare(one.company, 60)}" if one.company else ""
    return f"{one.folder}{company}{'' if one.is_of_deleted else ' (not deleted)'}"


def _left_out(offered: Sequence[Archived]) -> list[Block]:
    if len(offered) <= _MOST_OPTIONS:
        return []
    more = count(len(offered) - _MOST_OPTIONS, "older one")
    return [context(f"{more} more: {code('/tenant restore customerinc')} shows those of one tenant.")]


def _subdomain(values: RestoreValues) -> Block:
    element: Element = {"type": "plain_text_input", "action_id": ids.SUBDOMAIN, "max_length": 60}
    if values.subdomain:
        element["initial_value"] = values.subdomain
    hint = "Leave it empty for its own, or type one that is free."
    return input_block("Subdomain", element, block_id="subdomain", hint=hint, optional=True)
