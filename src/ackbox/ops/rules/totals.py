"""Totals: how much post a mailbox holds in all, counted once and then only what is new.

Post is only added, in the order of its numbers, so a count that is known up to one number goes on
from there. It is kept in
this server's memory, for a minute, and never when some of the post will expire. Explained in
docs/why/receipts.md, "Counts".
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
    """What is known of mailboxes, by workspace and reader."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Known] = {}

    def find(self, ws: int, reader: int, *, last: int, now: int) -> Known:
        """Return what is known of a mailbox as the log stands at `last`.

        Nothing, up to 0, when it is to be counted anew.
        """
        known = self._known.get((ws, reader))
        # A transaction may see less than one that has ended since.
        if known is None or known.upto > last or not 0 <= now - known.counted_at < KNOWN_FOR_MS:
            return Known(0, 0, now)
        return known

    def forget(self) -> None:
        """Count everything anew: an import stores messages below numbers that were counted."""
        self._known.clear()

    def keep(self, ws: int, reader: int, known: Known) -> None:
        """Remember what was counted."""
        if len(self._known) >= MAX_KNOWN:
            self._known.clear()
        self._known[ws, reader] = known


async def counts(context: Context, reader: Reader, *, unread: int | None = None) -> tuple[int, int]:
    """Return (unread, total) of the whole mailbox, each counted up to 1,001 at least.

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
    # A write may be undone, and who has not come yet may still be given post of before.
    if not ending and reader.seen and not context.store.tx.writable:
        context.totals.keep(ws, reader.reader, Known(last, known.total + more, known.counted_at))
    return known.total + more
