"""Engines: what a database must do for the store.

No SQL and no meaning here; which engine a URL means is said in open_engine.py. An engine runs named
statements inside transactions; writes that arrive together commit together.
Explained in docs/why/storage.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Literal, Protocol, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
# Statements with their parameters; a write may have several sets of them.
Queries = Iterable[tuple[str, dict[str, Any]]]
Writes = Sequence[tuple[str, Sequence[dict[str, Any]]]]
# How a write fits to others: `appends` only adds rows that nothing else in its workspace reads
# meanwhile, `marks` besides changes the marks of agents that it names, `alone` changes anything.
Joins = Literal["appends", "marks", "alone"]


class Transaction(Protocol):
    """Named statements, run in order; all or nothing."""

    writable: bool
    # Whether `ahead` saves anything, so that a caller need not think of what to say.
    looks_ahead: bool

    async def rows(self, name: str, /, **parameters: Any) -> Sequence[Row]:
        """Run a statement and return every row.

        Equal statements may share a result, so do not change it.
        """
        ...

    async def run(self, name: str, /, **parameters: Any) -> None:
        """Run a statement for its effect."""
        ...

    async def run_many(self, name: str, parameters: Sequence[dict[str, Any]], /) -> None:
        """Run a statement once for each set of parameters."""
        ...

    async def ahead(self, queries: Callable[[], Queries]) -> None:
        """Say what will probably be asked next: where each statement is a round trip, these take
        one together. What comes of them is the same as without.
        """
        ...

    async def append(
        self,
        ws: int,
        many: int,
        writes: Callable[[int], Writes],
        /,
        *,
        of: frozenset[int] = frozenset(),
    ) -> int:
        """Take the next `many` numbers of a workspace, run writes with them, and return the first.

        `writes(first)` returns the writes, in order; it may be called several times, with another
        placeholder of the first number. No two of them touch the same row, and none reads what
        another writes. `of` names the agents whose marks they change.
        """
        ...


Work = Callable[[Transaction], Awaitable[T]]


class Engine(Protocol):
    """One database."""

    name: str

    @property
    def skew_ms(self) -> int | None:
        """How far this server's clock is ahead of the database's; null when both are one, or it is
        not known yet.
        """
        ...

    async def open(self) -> None:
        """Connect, bring the schema up to date, and check that durable means durable."""
        ...

    async def close(self) -> None: ...

    async def read(
        self, work: Work[T], *, slow: bool = False, ws: int | None = None, across: bool = False
    ) -> T:
        """Run work that only reads, on one consistent view; `slow` keeps it off the event loop, and
        so does what takes long anyhow.

        `ws` is the workspace that the work stays in, `across` says that it does not; an engine
        that can makes a wall of it.
        """
        ...

    def write(
        self,
        work: Work[T],
        *,
        slow: bool = False,
        ws: int | None = None,
        across: bool = False,
        joins: Joins = "alone",
    ) -> Awaitable[T]:
        """Run work in a transaction and return once it is on disk; `slow` as for a read.

        Workspaces take turns. `joins` says what the work usually is; work that turns out to be
        more runs again, alone.
        """
        ...

    async def listen(self, hear: Callable[[str], None]) -> None:
        """Call `hear` with each text that another server sent through `tell`."""
        ...

    async def tell(self, text: str) -> None:
        """Tell the other servers of this database, if there can be any."""
        ...

    async def check(self) -> None:
        """Ask the database something. Raises Unavailable when it cannot serve now, in bounded
        time.
        """
        ...

    async def backup(self, path: str) -> dict[str, Any]:
        """Copy the database to a new file while it is in use, and check the copy; returns path,
        bytes, workspaces, verified.

        Raises Invalid, Unavailable.
        """
        ...

    def facts(self) -> dict[str, Any]:
        """Return what the banner and doctor say: product, version, where, durability."""
        ...
