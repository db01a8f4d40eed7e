"""Search in the store: an index of words that follows the log with a cursor.

A send does not pay for it; the first search lets it catch up. Explained in docs/why/search.md.
"""

from __future__ import annotations

import msgspec

from ackbox.model.query import Query, spaced
from ackbox.store.bound import Bound
from ackbox.store.messages import Filter, Stored


class Search(Bound):
    """Questions about words."""

    async def indexed_to(self) -> int:
        """Return the newest seq that the index has seen."""
        row = await self.row("search_upto")
        return 0 if row is None else int(row[0])

    async def index_more(self, most: int, characters: int | None = None) -> bool:
        """Index the next messages, at most `most`, and no more after so many characters of text;
        true when there may be more.
        """
        await self.run("search_begin")
        row = await self.row("search_lock")
        upto, last = (0 if row is None else int(row[0])), await self.last_seq()
        if upto >= last:
            return False
        rows = await self.rows("search_unindexed", upto=upto, most=most)
        entries, left = [], characters
        for seq, subject, body in rows:
            text = body if subject is None else f"{subject}\n{body}"
            entries.append((seq, spaced(text)))
            if left is not None and (left := left - len(text)) < 0:
                break
        has_more = len(entries) == most or len(entries) < len(rows)
        await self.run(
            "search_add", place=self._place(), entries=msgspec.json.encode(entries).decode()
        )
        await self.run("search_move", upto=entries[-1][0] if has_more else last)
        return has_more

    async def search_page(self, query: Query, narrow: Filter, *, most: int) -> list[Stored]:
        """Return matching messages, newest first."""
        rows = await self.rows(
            "search_page",
            fts5=query.fts5(self._place()),
            tsquery=query.tsquery(),
            most=most,
            **msgspec.structs.asdict(narrow),
        )
        return [Stored(*row) for row in rows]

    def _place(self) -> str:
        # One index for all workspaces: the workspace is a word of every entry, asked for with the
        # others.
        return f"w{self.ws:x}"
