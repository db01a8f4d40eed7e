"""The index of a sealed workspace's messages on a member's machine, in memory.

It catches up with the history page by page. Explained in docs/why/sealed.md, "Search".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from ackbox.model.moment import parse_moment
from ackbox.model.query import Query
from ackbox.store.engines.sqlite_words import Words

Message = dict[str, Any]
FIRST_PAGE, PAGE = 20, 500


class Found(msgspec.Struct, frozen=True):
    """What filters need of a message."""

    id: str
    created_at: int
    sender: str
    to: list[str]
    thread: str
    intent: str
    metadata: dict[str, Any]


class SearchIndex:
    """The words of opened messages, and what filters need of them, by number."""

    def __init__(self) -> None:
        self._words = Words()
        self._messages: dict[int, Found] = {}
        self.upto = 0

    def __len__(self) -> int:
        return len(self._messages)

    def catch_up(self, read: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Read the history from the newest message to the last one that the index has."""
        newest, cursor = self.upto, None
        # Little is new when a search follows another.
        limit = FIRST_PAGE if self.upto else PAGE
        while True:
            page = read({"limit": limit, **({} if cursor is None else {"cursor": cursor})})
            limit = PAGE
            fresh = [each for each in page["messages"] if each["seq"] > self.upto]
            self._add(fresh)
            newest = max([newest, *(each["seq"] for each in fresh)])
            cursor = page["cursor"]
            if cursor is None or len(fresh) < len(page["messages"]):
                self.upto = newest
                return

    def _add(self, messages: list[Message]) -> None:
        for each in messages:
            if each["seq"] in self._messages:
                continue
            self._messages[each["seq"]] = Found(
                each["id"],
                parse_moment(each["created_at"], field="created_at", now=0),
                each["sender"],
                each["to"],
                each["thread"],
                each["intent"],
                each["metadata"],
            )
            self._words.add(each["seq"], f"{each['subject'] or ''}\n{each['body']}")

    def find(
        self, query: Query | None, fits: Callable[[Found], bool], *, before: int, most: int
    ) -> list[tuple[int, Found]]:
        """Return (number, message) of those that match, newest first."""
        numbers: Iterable[int] = (
            sorted((seq for seq in self._messages if seq < before), reverse=True)
            if query is None
            else self._words.find(query, before=before)
        )
        found: list[tuple[int, Found]] = []
        for seq in numbers:
            if fits(self._messages[seq]):
                found.append((seq, self._messages[seq]))
            if len(found) == most:
                break
        return found
