"""Totals: the number of messages in a mailbox, counted once and then only what is new.

Messages are only added, in the order of their numbers, so a count up to one number continues from
there. It is kept in memory for a minute, and never when some of the messages will expire. Explained
in docs/why/receipts.md, "Counts".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.readers import Reader

if TYPE_CHECKING:
    from ackbox.ops.table import Context

KNOWN_FOR_MS = 60_000
MAX_KNOWN = 100_000


class Known(msgspec.Struct, frozen=True):
    """How much a mailbox held up to a seq, and when that was counted from the start."""

    upto: int
    total: int
    counted_at: int


class Totals:
    """Known totals of mailboxes, by workspace and reader."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Known] = {}

    def find(self, ws: int, reader: int, *, last: int, now: int) -> Known:
        """Return the known total of a mailbox for a transaction that sees the log up to `last`.

        A count of 0 up to seq 0 when it must be counted from the start.
        """
        known = self._known.get((ws, reader))
        # A transaction may see less than one that has ended since.
        if known is None or known.upto > last or not 0 <= now - known.counted_at < KNOWN_FOR_MS:
            return Known(0, 0, now)
        return known

    def guess(self, ws: int, reader: int, *, now: int) -> int:
        """Return the seq after which a mailbox will probably be counted."""
        return self.find(ws, reader, last=1 << 62, now=now).upto

    def forget(self) -> None:
        """Forget all totals: an import stores messages below counted numbers."""
        self._known.clear()

    def keep(self, ws: int, reader: int, known: Known) -> None:
        """Remember what was counted."""
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[ws, reader] = known


async def counts(context: Context, reader: Reader, *, unread: int | None = None) -> tuple[int, int]:
    """Return (unread, total) of a mailbox, each counted up to 1,001 at least.

    `unread` when it is known already.
    """
    if unread is None:
        unread = len(
            await context.store.unmarked(
                reader, "read", after=0, most=COUNTED_UP_TO + 1, now=context.now
            )
        )
    return unread, await _total(context, reader)


async def _total(context: Context, reader: Reader) -> int:
    ws, last = context.workspace.ws, await context.store.last_seq()
    known = context.totals.find(ws, reader.reader, last=last, now=context.now)
    if known.total > COUNTED_UP_TO:
        return known.total
    more, ending = await context.store.count_post(reader, after=known.upto, now=context.now)
    # A write may be undone, and an unregistered reader may still receive earlier messages.
    if not ending and reader.seen and not context.store.tx.writable:
        context.totals.keep(ws, reader.reader, Known(last, known.total + more, known.counted_at))
    return known.total + more
