"""message.status: the receipts of one message.

Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.model.receipt import Receipt
from ackbox.ops.message.read import visible
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.obligations import is_overdue
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.seeing import narrowed, see_each
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, op
from ackbox.store.messages import Answer, Stored

# Messages of the thread that are looked through for choices.
MAX_REPLIES = 500


class Status(Call, frozen=True, kw_only=True):
    """Message, and page of its receipts."""

    id: MessageId
    limit: Limit = 100
    cursor: Cursor | None = None


class StatusOf(msgspec.Struct, frozen=True, kw_only=True):
    """Receipt counts over all recipients, and a page of receipts."""

    id: Annotated[str, Meta(description="Id of the message")]
    sender: Annotated[str, Meta(description="Sender")]
    type: Annotated[str, Meta(description="Type of the message")]
    to: Annotated[list[str], Meta(description="Recipients")]
    metadata: Annotated[dict[str, Any], Meta(description="Metadata of the sender")] = {}
    choices: Annotated[
        list[str] | msgspec.UnsetType,
        Meta(description="Short answers to choose from; left out otherwise"),
    ] = msgspec.UNSET
    chosen: Annotated[
        dict[str, str] | msgspec.UnsetType,
        Meta(description="Newest choice of each agent; left out for a message without choices"),
    ] = msgspec.UNSET
    created_at: Annotated[Time, Meta(description="Time of storage")]
    recipients: Annotated[int, Meta(description="Number of recipients")]
    delivered: Annotated[int, Meta(description="Number of recipients it was delivered to")]
    read: Annotated[int, Meta(description="Number of recipients who read it")]
    acknowledged: Annotated[int, Meta(description="Number of recipients who acknowledged it")]
    archived: Annotated[int, Meta(description="Number of recipients who archived it")]
    is_expired: Annotated[bool, Meta(description="Whether it has expired")]
    is_late: Annotated[bool, Meta(description="Whether a reply is overdue")]
    receipts: Annotated[list[Receipt], Meta(description="Receipt of each recipient")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("message.status", scope="read")
async def status(context: Context, params: Status) -> StatusOf:
    """Return the receipts of one message: who received and read it.

    `is_late` is true when a reply is overdue.

    Raises NotFound, BadCursor.
    """
    row = await visible(context, params, params.id)
    store, ws = context.store, context.workspace.ws
    after = 0 if params.cursor is None else read_cursor(ws, f"status {row.seq}", params.cursor)
    everyone = row.is_for_everyone
    found = await store.traces(
        row.seq,
        sender_agent=row.sender_agent,
        is_broadcast=everyone,
        after=after,
        most=params.limit,
    )
    counts = await store.trace_counts(row.seq)
    size = (
        await store.broadcast_size(row.seq, sender_agent=row.sender_agent)
        if everyone
        else len(await store.channels(row.seq))
    )
    expired = row.expires_at is not None and row.expires_at <= context.now
    answers = await _answers(context, params, row)
    receipts = fitting(
        [
            show.receipt(row.seq, who, trace, is_expired=expired, answer=answers.get(who[1]))
            for who, trace in found
        ]
    )
    has_more = len(receipts) < len(found) or len(found) == params.limit
    return StatusOf(
        id=row.id,
        sender=row.sender_name,
        type=row.type,
        to=show.addresses(row),
        **await _choices(context, params, row),
        created_at=to_text(row.created_at),
        recipients=size,
        delivered=counts[0],
        read=counts[1],
        acknowledged=counts[2],
        archived=counts[3],
        is_expired=expired,
        is_late=await is_overdue(context, row),
        receipts=receipts,
        cursor=(
            make_cursor(ws, f"status {row.seq}", found[len(receipts) - 1][0][0])
            if has_more
            else None
        ),
    )


async def _choices(context: Context, params: Status, row: Stored) -> dict[str, Any]:
    """Return metadata and choices, and who chose what, as far as the caller may see it."""
    own = show.fields_of(msgspec.json.decode(row.metadata))
    if "choices" not in own:
        return {"metadata": own["metadata"]}
    replies = await context.store.thread_page(row.thread, after=row.seq, most=MAX_REPLIES)
    answers = [each for each in replies if each.parent == row.id and each.intent]
    chosen = {}
    for seen in await see_each(context, params, answers):
        choice = show.fields_of(msgspec.json.decode(seen.row.metadata)).get("choice")
        if choice is not None:
            chosen[seen.row.sender_name] = choice
    return {"metadata": own["metadata"], "choices": own["choices"], "chosen": chosen}


async def _answers(context: Context, params: Status, row: Stored) -> dict[str, Answer]:
    """Return the first answer of each recipient by its name, as far as the caller may see it."""
    found = await context.store.answers_to(row)
    agent = await narrowed(context, params)
    if agent is not None and found:
        visible = await context.store.visible([each.seq for each in found], to=agent)
        found = [each for each in found if each.seq in visible]
    return {each.name: each for each in reversed(found)}
