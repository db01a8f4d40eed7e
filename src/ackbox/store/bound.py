"""Bound: what every part of the store shares, a transaction and one workspace.

No statement runs without the workspace's number. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from ackbox.store.engine import Queries, Row, Transaction, Writes

S = TypeVar("S", bound=msgspec.Struct)


class Bound:
    """A transaction, seen from one workspace."""

    def __init__(self, tx: Transaction, ws: int) -> None:
        self.tx = tx
        self.ws = ws
        # Agents that this transaction adds messages for, by number, for the bell; 0 for everybody.
        self.posted: set[int] = set()
        self.agents: dict[int, int] = {}

    def rows(self, name: str, /, **parameters: Any) -> Awaitable[Sequence[Row]]:
        return self.tx.rows(name, ws=self.ws, **parameters)

    async def row(self, name: str, /, **parameters: Any) -> Row | None:
        found = await self.tx.rows(name, ws=self.ws, **parameters)
        return found[0] if found else None

    def run(self, name: str, /, **parameters: Any) -> Awaitable[None]:
        return self.tx.run(name, ws=self.ws, **parameters)

    async def run_many(self, name: str, parameters: Sequence[dict[str, Any]], /) -> None:
        if parameters:
            await self.tx.run_many(name, [{"ws": self.ws, **each} for each in parameters])

    async def take_seq(self, many: int = 1) -> int:
        """Take the next `many` numbers and return the first; the row stays locked to the commit."""
        found = await self.tx.rows("take_seq", ws=self.ws, many=many)
        first: int = found[0][0]
        return first

    async def add_rows(
        self,
        many: int,
        writes: Callable[[int], Writes],
        *,
        of: frozenset[int] = frozenset(),
    ) -> int:
        """Take the next `many` numbers, run writes with them, and return the first number.

        See Transaction.append. Call it last: the counter stays locked to the commit.
        """

        def with_ws(first: int) -> Writes:
            made = writes(first)
            for _, sets in made:
                for each in sets:
                    each["ws"] = self.ws
            return made

        return await self.tx.append(self.ws, many, with_ws, of=of)

    def query(self, name: str, /, **parameters: Any) -> tuple[str, dict[str, Any]]:
        """Return a query of this workspace, for `ahead`."""
        return name, {"ws": self.ws, **parameters}

    async def ahead(self, queries: Callable[[], Queries]) -> None:
        """Say what will probably be asked next; see Transaction.ahead."""
        await self.tx.ahead(queries)

    async def last_seq(self) -> int:
        """Return the newest number in use."""
        found = await self.tx.rows("last_seq", ws=self.ws)
        return int(found[0][0])


def as_struct(shape: type[S], row: Row) -> S:
    """Return a row as a struct whose fields are the row's columns, in their order."""
    return shape(**dict(zip(shape.__struct_fields__, row, strict=True)))


def new_number() -> int:
    """Return 62 random bits, never 0: the number of a workspace or a reader."""
    return secrets.randbits(62) or 1
