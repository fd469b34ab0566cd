"""Questions asked before something is undone."""

from bot.blocks.ids import ROLLBACK_CONFIRM
from bot.blocks.kit import Block, View, modal, section
from bot.blocks.run_words import company
from bot.blocks.words import code, money, said
from provisioning.control_plane.plans import RollbackPlan


def rollback_confirm(plan: RollbackPlan) -> View:
    """Name everything that a roll back will undo, in that order. The view carries the run's id."""
    run = plan.run
    blocks: list[Block] = [
        section(f"Roll back *{company(run, None)}* ({code(run.subdomain)})? It can't be taken back."),
        section(_undone(plan)),
    ]
    return modal(
        "Roll back",
        blocks,
        callback_id=ROLLBACK_CONFIRM,
        submit="Roll back",
        close="Keep it",
        private_metadata=run.run_id,
    )


def _undone(plan: RollbackPlan) -> str:
    if not plan.undo:
        return "Nothing has to be undone. The subdomain becomes free again."
    lines = [f"{number}. {said(phrase, 200)}" for number, phrase in enumerate(plan.undo, 1)]
    return "\n".join(
        [
            "This will be done, in this order:",
            *lines,
            f"Then it no longer costs {money(plan.monthly_cost)}, and the subdomain is free again.",
        ]
    )
