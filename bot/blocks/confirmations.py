"""Questions asked before something is undone, or replaced for good."""

from bot.blocks.ids import ROLLBACK_CONFIRM, ROTATE_CONFIRM
from bot.blocks.kit import Block, View, modal, section
from bot.blocks.run_words import company
from bot.blocks.words import code, money, said
from provisioning.control_plane.plans import RollbackPlan
from provisioning.domain.run import RunKind
from provisioning.domain.tenant import Tenant


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


def rotate_confirm(tenant: Tenant) -> View:
    """Say what will be other than it was. The view carries the subdomain."""
    text = (
        f"*{said(tenant.company_name, 300)}* ({code(tenant.subdomain)}) gets a new database password and a new "
        "secret key. The old ones work until the new ones are proved, then no more: whoever else uses them "
        "must be told."
    )
    return modal(
        "New credentials",
        [section(text)],
        callback_id=ROTATE_CONFIRM,
        submit="Replace them",
        close="Keep them",
        private_metadata=tenant.subdomain,
    )


def _undone(plan: RollbackPlan) -> str:
    if plan.run.kind is RunKind.ROTATE:
        return "\n".join([*_in_order(plan), "What is proved by then stays."])
    if not plan.undo:
        return "Nothing has to be undone. The subdomain becomes free again."
    return "\n".join(
        [
            *_in_order(plan),
            f"Then it no longer costs {money(plan.monthly_cost)}, and the subdomain is free again.",
        ]
    )


def _in_order(plan: RollbackPlan) -> list[str]:
    lines = [f"{number}. {said(phrase, 200)}" for number, phrase in enumerate(plan.undo, 1)]
    return ["This will be done, in this order:", *lines]
