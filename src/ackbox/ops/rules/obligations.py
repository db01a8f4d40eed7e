"""Obligations: a reply that is expected, when it is overdue, and the reminders for a reader.

Explained in docs/why/obligations.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ackbox.ops.rules.marking import addressed_readers, mark_answered
from ackbox.ops.rules.pauses import pause_of
from ackbox.ops.table import Context
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

# Stages of an expected reply: sent, half of its time over, due.
OPEN, HALF_TIME, DUE = 0, 1, 2
Reminder = Literal["half_time", "overdue"]
REMINDERS: dict[int, Reminder] = {HALF_TIME: "half_time", DUE: "overdue"}
# Expected replies looked at for one reader.
MAX_REMINDERS = 50


async def is_overdue(context: Context, row: Stored) -> bool:
    """Whether a message expected a reply by now and has none."""
    if row.expects_reply_by is None or row.expects_reply_by > context.now:
        return False
    return await context.store.first_answer(row) is None


async def overdue_among(context: Context, rows: Sequence[Stored]) -> set[int]:
    """Return the seqs of those messages that expected a reply by now and have none."""
    return {row.seq for row in rows if await is_overdue(context, row)}


async def answer(context: Context, sender: Reader, parent: Stored, reply: str | None) -> int | None:
    """Mark a message as handled by the reply of an id; returns its seq when a reply to it was
    expected.
    """
    if reply is not None:
        await mark_answered(context, sender, parent, reply=reply)
    is_due = parent.expects_reply_by is not None and parent.sender_agent != sender.agent
    return parent.seq if is_due else None


async def reminders_for(context: Context, me: Reader) -> dict[int, Reminder]:
    """Return which reminders a reader has not been shown yet, by the seq of the message.

    The receipt records each reminder, so each instance gets each reminder once. While a thread
    or the reader is paused, a reply would be refused: reminders wait.
    """
    if pause_of(context.workspace, "agent", me.name) is not None:
        return {}
    stages = dict(await context.store.reminders(me, most=MAX_REMINDERS))
    rows = await context.store.messages_at(list(stages))
    readers = await addressed_readers(context, me, rows) if rows else {}
    found = {}
    for row in rows:
        reminder = REMINDERS[stages[row.seq]]
        if pause_of(context.workspace, "thread", row.thread_id) is not None:
            continue
        is_gone = row.expires_at is not None and row.expires_at <= context.now
        trace = await context.store.trace(row.seq, readers[row.seq])
        was_shown = any(
            entry[0] == (me.instance or "") and entry[4].startswith(reminder)
            for entry in trace.evidence.get("reminded", ())
        )
        if not (is_gone or was_shown or trace.archived_at or row.sender_agent == me.agent):
            found[row.seq] = reminder
    return found
