"""message.ask: a question, and the wait for its answer. Explained in docs/why/delivery.md."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Message
from ackbox.ops.message.ahead import foresee, joins
from ackbox.ops.message.send import Send, Sent, send
from ackbox.ops.rules import show
from ackbox.ops.rules.presence import standing
from ackbox.ops.rules.seeing import Seen, see_each
from ackbox.ops.table import Context, op
from ackbox.store.messages import Stored


class Ask(Send, frozen=True, kw_only=True):
    """A question, and how long to wait for a reply."""

    intent: Annotated[str, Meta(min_length=1, max_length=32, description="Intent")] = "question"
    wait_s: Annotated[
        float,
        Meta(
            ge=0,
            le=50,
            description="Seconds to wait (0 to 50); the same idempotency key continues to wait",
        ),
    ] = 45


class Asked(Sent, frozen=True, kw_only=True):
    """The sent question, its outcome and its reply."""

    outcome: Annotated[
        Literal["answered", "timed_out", "gone"],
        Meta(description="Outcome; gone means that every recipient went offline"),
    ] = "timed_out"
    answer: Annotated[Message | None, Meta(description="Reply; null for none")] = None


async def _look(context: Context, params: Ask, asked: Asked) -> Asked:
    """Look whether there is an answer now, or nobody left to give one."""
    row = await context.store.message_at(asked.seq)
    assert row is not None
    recipients = {agent for _, agent, *_ in await context.store.channels(row.seq)}
    # A recipient's reply to a third agent rings for the recipient, and so does its check-out.
    context.waits_for = frozenset(
        agent for agent in (*recipients, row.sender_agent) if agent is not None
    )
    answer = await _answer(context, params, row, recipients)
    if answer is not None:
        return msgspec.structs.replace(
            asked, outcome="answered", answer=show.message(answer, context.workspace.name)
        )
    return (
        msgspec.structs.replace(asked, outcome="gone") if await _has_gone(context, asked) else asked
    )


async def _answer(
    context: Context, params: Ask, row: Stored, recipients: set[int | None]
) -> Seen | None:
    """Return the first reply to the question that its sender may see, or the first message of
    its recipients in the thread after it.
    """
    for seen in await see_each(
        context, params, await context.store.thread_page(row.thread, after=row.seq, most=200)
    ):
        is_reply = seen.row.parent == row.id or seen.row.sender_agent in recipients
        if is_reply and seen.row.sender_agent != row.sender_agent:
            return seen
    return None


async def _has_gone(context: Context, asked: Asked) -> bool:
    """Whether of those who were online at the question none is now."""
    were_here = [each for each in asked.recipients if each.presence == "online"]
    for each in were_here:
        reader = await context.store.reader(each.agent, each.instance)
        if reader is not None and (await standing(context, reader)).presence == "online":
            return False
    return bool(were_here)


def _kept(params: Ask) -> Ask:
    """Return the question without its text, which is stored by now."""
    return msgspec.structs.replace(
        params, to=[], body="", subject=None, refs=[], metadata={}, sealed=None
    )


@op(
    "message.ask",
    scope="write",
    writes=True,
    is_done=lambda result: result.outcome != "timed_out",
    recheck=_look,
    kept_params=_kept,
    creates=True,
    joins=joins,
    foresees=foresee,
)
async def ask(context: Context, params: Ask) -> Asked:
    """Send a question and wait up to `wait_s` seconds for a reply.

    Returns early when all recipients go offline. The question stays sent for any outcome; to
    continue to wait, call again with the same idempotency key. The reply is an ordinary message:
    mark it when you have read it.

    Raises what message.send raises.
    """
    sent = await send(context, params)
    return await _look(context, params, Asked(**msgspec.structs.asdict(sent)))
