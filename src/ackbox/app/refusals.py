"""Refusals: which refused calls the workspace's feed reports, so that people notice them.

Explained in docs/why/keys.md.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from ackbox.app.limits import Limits
from ackbox.app.notify import Notifier
from ackbox.errors import LoopGuard, NotYou, Unavailable
from ackbox.ops.access import Caller
from ackbox.store.engine import Engine
from ackbox.store.store import Store

# Details of an error that the feed shows; the text of the refused message is never among them.
SHOWN = ("claimed", "sender", "thread")


class Refusals:
    """Reports names that a key may not use, and loops, about once a second for each key."""

    def __init__(
        self, engine: Engine, clock: Callable[[], int], limits: Limits, notifier: Notifier
    ) -> None:
        self._engine, self._clock, self._limits, self._notifier = engine, clock, limits, notifier

    async def report(
        self, error: NotYou | LoopGuard, operation: str, caller: Caller, ws: int
    ) -> None:
        """Write an event about a refused call, unless the key had one just now."""
        if not self._limits.may_note_refusal(caller.key_id):
            return
        kind = "agent.refused" if isinstance(error, NotYou) else "agent.held"
        subject = {
            "key": caller.key_id,
            "operation": operation,
            **{name: error.details[name] for name in SHOWN if name in error.details},
        }
        with suppress(Unavailable):
            await self._engine.write(
                lambda tx: Store(tx, ws).add_event(
                    kind, at=self._clock(), reader=0, subject=subject
                ),
                ws=ws,
            )
            self._notifier.ring(ws, ())
