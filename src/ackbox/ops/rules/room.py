"""Room: how much a workspace may hold, so that one cannot fill the disk of all.

Stored bytes are added up in the background about once a second, so that a send does not pay for it;
one second may exceed the limit. Explained in docs/why/limits.md, "Storage".
"""

from __future__ import annotations

from functools import partial

from ackbox.errors import Conflict
from ackbox.ops.table import Context
from ackbox.store.engine import Engine, Transaction
from ackbox.store.room import Held, Room

STORAGE_MB = 51_200
MIB = 1 << 20
# Rows added up at a time.
TOGETHER = 20_000


class Rooms:
    """Stored bytes of each workspace, as far as this server has counted."""

    def __init__(self) -> None:
        self._held: dict[int, Held] = {}
        self._grown: set[int] = set()

    def note(self, ws: int) -> None:
        """Note that something was stored in a workspace."""
        self._grown.add(ws)

    def bytes_of(self, ws: int) -> int:
        """Return how many bytes a workspace held when that was last added up.

        0 while nobody has written to it.
        """
        return self._held.get(ws, Held()).bytes

    async def measure(self, engine: Engine) -> None:
        """Add up what is new in the workspaces that something was stored in."""
        while self._grown:
            ws = self._grown.pop()
            try:
                while await engine.read(partial(self._look, ws), slow=True, ws=ws):
                    pass
            except BaseException:
                self._grown.add(ws)
                raise

    async def _look(self, ws: int, tx: Transaction) -> bool:
        """Add up the next rows; true when there may be more."""
        self._held[ws], is_more = await Room(tx, ws).held(self._held.get(ws, Held()), most=TOGETHER)
        return is_more


def refuse_full(context: Context) -> None:
    """Raise Conflict in a workspace that holds as much as it may."""
    limit = context.workspace.settings.get("storage_mb", STORAGE_MB)
    if context.stored_bytes(context.workspace.ws) >= limit * MIB:
        raise Conflict(
            (
                f"The workspace {context.workspace.name!r} holds {limit:,} MiB, its maximum. "
                "Nothing was stored."
            ),
            hint="Ask an operator to raise `storage_mb` with workspace.settings.",
            limit_mb=limit,
        )
