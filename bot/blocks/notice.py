"""What is told unasked: who turned bad or is well again, who has drifted, and who are not kept apart."""

from collections.abc import Sequence
from typing import Final

from bot.blocks.addressing import address
from bot.blocks.ids import DIAGNOSIS_AGAIN, DIAGNOSIS_LOCKDOWN, TENANT_STATUS, TENANT_VERIFY
from bot.blocks.kit import Block, Element, Message, actions, button, context, section
from bot.blocks.words import at_moment, bare, code, said
from provisioning.domain.counting import count
from provisioning.domain.round import Notice, NoticeKind

_MOST: Final = 10


def notice_message(notice: Notice, approvers: Sequence[str], *, iteration: int) -> Message:
    if notice.kind is NoticeKind.LEAK:
        return _alarm(notice, approvers, iteration)
    if notice.kind is NoticeKind.DRIFT:
        return _drift(notice, iteration)
    is_bad = notice.kind is NoticeKind.UNWELL
    many = count(len(notice.tenants), "tenant")
    head = f"❌ {many} turned bad" if is_bad else f"✅ {many} well again"
    lines = [f"• {code(one.subdomain)} {said(one.verdict, 200)}" for one in notice.tenants[:_MOST]]
    blocks: list[Block] = [section("\n".join([f"*{head}*", *lines, *_more(len(notice.tenants))]))]
    if is_bad and len(notice.tenants) == 1:
        blocks.append(actions(*_ways_on(notice.tenants[0].subdomain)))
    names = ", ".join(one.subdomain for one in notice.tenants[:3])
    return Message(bare(f"{head}: {names}"), tuple(blocks))


def _drift(notice: Notice, iteration: int) -> Message:
    lines = [f"• {code(one.subdomain)} {said(one.verdict, 300)}" for one in notice.tenants[:_MOST]]
    lines += _more(len(notice.tenants))
    if notice.closed_at is not None:
        head = "Every tenant is like its version of the schema again"
        text = "\n".join([f"✅ *{head}*, as of {at_moment(notice.closed_at)}; it was:", *lines])
        return Message(head, (section(text, block_id=f"drift-{iteration}"),))
    verb = "differs" if len(notice.tenants) == 1 else "differ"
    head = f"⚠️ {count(len(notice.tenants), 'tenant')} {verb} from the schema's version"
    hint = f"All of it: {code(f'/tenant fleet drift {notice.tenants[0].subdomain}')}"
    blocks = (
        section("\n".join([f"*{head}*", *lines]), block_id=f"drift-{iteration}"),
        context(f"{hint} · found since {at_moment(notice.created_at)}", block_id=f"since-{iteration}"),
    )
    return Message(bare(f"{head}: {', '.join(one.subdomain for one in notice.tenants[:3])}"), blocks)


def _alarm(notice: Notice, approvers: Sequence[str], iteration: int) -> Message:
    """Approvers can do without a second person; so they are addressed, and the lockdown is one click away."""
    lines = [f"• {said(one.told, 400)}" for one in notice.leaks[:_MOST]]
    if notice.closed_at is not None:
        head = f"✅ *Tenants are kept apart again*, as of {at_moment(notice.closed_at)}; it was:"
        text = "\n".join([head, *lines, *_more(len(notice.leaks))])
        return Message("Tenants are kept apart again", (section(text, block_id=f"alarm-{iteration}"),))
    who = address(approvers)
    head = f"⛔ *Tenants are not kept apart* {who}".rstrip()
    reason = bare(f"Tenants are not kept apart: {notice.leaks[0].told}", 300)
    blocks: list[Block] = [
        section("\n".join([head, *lines, *_more(len(notice.leaks))]), block_id=f"alarm-{iteration}"),
        actions(
            button(DIAGNOSIS_LOCKDOWN, "Lock all tenants down …", reason, style="danger"),
            button(DIAGNOSIS_AGAIN, "Diagnose", f"{notice.leaks[0].subdomain} leak"),
            block_id=f"buttons-{iteration}",
        ),
        context(f"Found since {at_moment(notice.created_at)}", block_id=f"since-{iteration}"),
    ]
    return Message(f"Tenants are not kept apart {who}".rstrip(), tuple(blocks))


def _ways_on(subdomain: str) -> list[Element]:
    return [
        button(TENANT_STATUS, "Status", subdomain),
        button(TENANT_VERIFY, "Verify", subdomain),
        button(DIAGNOSIS_AGAIN, "Diagnose", subdomain),
    ]


def _more(of: int) -> list[str]:
    return [f"_and {of - _MOST} more_"] if of > _MOST else []
