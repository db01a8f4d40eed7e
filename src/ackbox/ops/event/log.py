"""event.log: events and complete messages, oldest first, as lines for a file.

Explained in docs/why/turns.md.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.model.message import Time
from ackbox.model.moment import to_text
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.seeing import may_see, narrowed, see
from ackbox.ops.table import Call, Context, Cursor, Limit, op
from ackbox.store.engine import Row
from ackbox.store.messages import Stored


class Log(Call, frozen=True, kw_only=True):
    """Cursor and limit."""

    cursor: (
        Annotated[Cursor, Meta(description="Cursor from the last call (default: the beginning)")]
        | None
    ) = None
    limit: Limit = 100


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log."""

    id: Annotated[str, Meta(description="Id (32 hex digits); the message id for a message")]
    type: Annotated[
        str,
        Meta(
            description=(
                "Type of line: message.sent, contract.opened, contract.resolved, "
                "task.created and so on"
            )
        ),
    ]
    timestamp: Annotated[Time, Meta(description="Time")]
    payload: Annotated[
        dict[str, Any], Meta(description="The complete message, or details of the event")
    ]


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of the log, and the next cursor."""

    lines: Annotated[list[Line], Meta(description="Items, oldest first")]
    cursor: Annotated[str, Meta(description="Cursor for the next call")]
    has_more: Annotated[bool, Meta(description="Whether there are more events now")]


@op("event.log", scope="read", is_slow=True)
async def log(context: Context, params: Log) -> Lines:
    """Return the event log with complete messages, oldest first.

    For archives and replays; marks nothing. A message that expects a reply opens a contract, which
    the first reply resolves; both have separate lines.

    Raises BadCursor.
    """
    ws = context.workspace.ws
    after = 0 if params.cursor is None else read_cursor(ws, "log", params.cursor)
    rows = await context.store.feed_page(
        after=after, most=params.limit, visible_to=await narrowed(context, params)
    )
    told = fitting([await _lines(context, params, row) for row in rows])
    upto = rows[len(told) - 1][0] if rows else after
    return Lines(
        lines=[line for each in told for line in each],
        cursor=make_cursor(ws, "log", upto),
        has_more=len(told) < len(rows) or len(rows) == params.limit,
    )


async def _lines(context: Context, params: Log, row: Row) -> list[Line]:
    seq, kind, at, reader, subject, _ = row
    if kind != "message.sent":
        who = await context.store.reader_by_number(reader)
        payload = ({} if who is None else {"agent": who.name}) | msgspec.json.decode(subject)
        return [
            Line(
                id=_id(f"{context.workspace.ws} {seq}"),
                type=kind,
                timestamp=to_text(at),
                payload=payload,
            )
        ]
    message = await context.store.message_at(seq)
    seen = None if message is None else await see(context, params, message)
    if message is None or seen is None:
        return []
    shown: dict[str, Any] = msgspec.to_builtins(show.message(seen, context.workspace.name))
    return [
        Line(id=message.id, type=kind, timestamp=to_text(at), payload=shown),
        *await _contracts(context, params, message),
    ]


async def _contracts(context: Context, params: Log, message: Stored) -> list[Line]:
    """Return the lines for what a message asks, and for what it answers."""
    found = []
    if message.expects_reply_by is not None:
        found.append(
            _contract(
                "contract.opened",
                message,
                message.created_at,
                expects_reply_by=to_text(message.expects_reply_by),
            )
        )
    asked = None if message.parent is None else await context.store.message(message.parent)
    if (
        asked is None
        or asked.expects_reply_by is None
        or asked.sender_agent == message.sender_agent
    ):
        return found
    if await context.store.first_answer(asked) == message.seq and await may_see(
        context, params, asked
    ):
        found.append(_contract("contract.resolved", asked, message.created_at, answer=message.id))
    return found


def _contract(kind: str, asked: Stored, at: int, **more: Any) -> Line:
    payload = {
        "message": asked.id,
        "from": asked.sender_name,
        "to": show.addresses(asked),
        "intent": asked.intent,
        "subject": asked.subject,
        **more,
    }
    return Line(id=_id(f"{kind} {asked.id}"), type=kind, timestamp=to_text(at), payload=payload)


def _id(of: str) -> str:
    """Return a stable id for a line."""
    return hashlib.sha256(of.encode()).hexdigest()[:32]
