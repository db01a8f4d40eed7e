"""Words in memory: a full-text index that is never written to a file, for sealed workspaces.

Numbers and texts only. Explained in docs/why/sealed.md, "Search".
"""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from ackbox.model.query import Query, spaced

PLACE = "all"


class Words:
    """The words of texts, by number."""

    def __init__(self) -> None:
        self._index = apsw.Connection(":memory:")
        self._index.execute(
            "CREATE VIRTUAL TABLE words USING fts5(place, text, content='', columnsize=0,"
            " prefix='3', tokenize=\"unicode61 remove_diacritics 2\")"
        )

    def add(self, number: int, text: str) -> None:
        """Add a text under a number that has none."""
        self._index.execute(
            "INSERT INTO words (rowid, place, text) VALUES (?, ?, ?)",
            (number, PLACE, spaced(text)),
        )

    def find(self, query: Query, *, before: int) -> Iterator[int]:
        """Yield the numbers below one whose texts match, highest first."""
        for row in self._index.execute(
            "SELECT rowid FROM words WHERE words MATCH ? AND rowid < ? ORDER BY rowid DESC",
            (query.fts5(PLACE), before),
        ):
            yield row[0]
