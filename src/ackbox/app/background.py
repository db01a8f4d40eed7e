"""Background work: what a server does every second between calls.

It stores last-seen times, updates the word index, measures workspaces, sends the messages of due
schedules, reminds of expected replies and tells outgoing webhooks. A fault in one turn is logged;
the next turn tries again. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar

from ackbox.app.liveness import Alive
from ackbox.app.outgoing import AsServer, Outgoing
from ackbox.app.sender import Sender
from ackbox.errors import AckboxError, Unavailable
from ackbox.ops import schedule as schedules
from ackbox.ops.message.remind import remind
from ackbox.ops.rules.room import Rooms
from ackbox.store.engine import Engine
from ackbox.store.obligations import Owed, owed_replies
from ackbox.store.schedules import Due, due_schedules
from ackbox.store.store import Store, unfolded_workspaces, unindexed_workspaces

TURN_S = 1.0
# Messages and characters that the index takes in one step: some two milliseconds of the loop. More
# would be rolled back and moved to a thread, and the writes of its workspace with it.
INDEX_TOGETHER = 32
INDEX_CHARACTERS = 64_000
# Number of turns after which a reader that follows is stored as seen: a tenth of the default TTL.
ALIVE_TURNS = 18
# Number of turns after which a server looks for what another one left unindexed.
LOOK_TURNS = 30
P = ParamSpec("P")
T = TypeVar("T")
FIRE, REMIND = "schedule.fire", "message.remind"


class Background:
    """The background work of one app."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], int],
        alive: Alive,
        rooms: Rooms,
        as_server: AsServer,
        sender: Sender | None = None,
    ) -> None:
        self._engine, self._clock, self._alive, self._rooms, self._as_server = (
            engine,
            clock,
            alive,
            rooms,
            as_server,
        )
        self.outgoing = Outgoing(
            engine, clock=clock, as_server=as_server, sender=sender or Sender()
        )
        self._unindexed: set[int] = set()
        self._has_heard = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bring what earlier versions wrote up to date, and begin."""
        self._unindexed = await self._engine.read(unindexed_workspaces, across=True)
        await self._fold_names()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End, and store the last-seen times."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            await self.outgoing.stop()
            await self.flush()

    def written(self, ws: int) -> None:
        """Note that a workspace has text that is not indexed yet, and news for its webhooks."""
        self._unindexed.add(ws)
        self.outgoing.moved(ws)

    def heard(self, ws: int) -> None:
        """Note that another server wrote in a workspace.

        That server indexes it: several would wait for each other. What a server leaves behind when
        it ends is found by the look of the others.
        """
        self._has_heard = True
        self.outgoing.moved(ws)

    async def look(self) -> None:
        """Take over what another server wrote and did not index."""
        if self._has_heard:
            self._has_heard = False
            self._unindexed |= await self._engine.read(unindexed_workspaces, across=True)

    async def _run(self) -> None:
        turns = 0
        while True:
            await asyncio.sleep(TURN_S)
            turns += 1
            if turns % ALIVE_TURNS == 0:
                self._alive.note_followers()
            try:
                await self.flush()
                if turns % LOOK_TURNS == 0:
                    await self.look()
                await self._index()
                await self._rooms.measure(self._engine)
                await self.fire_due()
                await self.remind_due()
                await self.outgoing.turn()
            except Unavailable:
                continue  # callers are told; the next turn tries again
            except Exception:  # the edge of the background work: it must outlive any one fault
                logging.getLogger(__name__).exception("background work failed")

    async def fire_due(self) -> int:
        """Send what schedules are due to send by now. Returns how many this server sent."""
        now = self._clock()
        due = await self._engine.read(lambda tx: due_schedules(tx, now), across=True)
        return sum([await self._fire(each) for each in due])

    async def _fire(self, due: Due) -> bool:
        try:
            return (
                await self._as_server(due.ws, FIRE, lambda context: schedules.fire(context, due))
                is not None
            )
        except Unavailable:
            raise
        except AckboxError as error:
            why = f"{error.message} {error.hint or ''}".rstrip()
            await self._as_server(
                due.ws, FIRE, lambda context: schedules.give_up(context, due, why)
            )
        except (
            Exception
        ):  # the edge of the background work: one schedule's fault must not hold up the others
            logging.getLogger(__name__).exception("could not fire a schedule")
        return False

    async def remind_due(self) -> int:
        """Remind of the replies that are half over or due by now. Returns how many this server
        did.
        """
        now = self._clock()
        owed = await self._engine.read(lambda tx: owed_replies(tx, now), across=True)
        return sum([await self._remind(each) for each in owed])

    async def _remind(self, owed: Owed) -> bool:
        try:
            return bool(
                await self._as_server(owed.ws, REMIND, lambda context: remind(context, owed))
            )
        except Unavailable:
            raise
        except Exception:  # the edge of the background work: one fault must not hold up the others
            logging.getLogger(__name__).exception("could not remind of a reply")
        return False

    async def _index(self) -> None:
        """Let the word index follow what was written, in small steps, so that sends go between."""
        for ws in list(self._unindexed):
            # Taken out first: what is sent while this runs puts it back.
            self._unindexed.discard(ws)
            try:
                while await self._write(ws, Store.index_more, INDEX_TOGETHER, INDEX_CHARACTERS):
                    pass
            except BaseException:
                self._unindexed.add(ws)
                raise

    async def flush(self) -> None:
        """Store the last-seen times that changed since the last flush."""
        for ws, seen in self._alive.unwritten().items():
            await self._write(ws, Store.touch, seen)
            self._alive.forget(ws, seen)
        for ws, signs in self._alive.unwritten_sessions().items():
            await self._write(ws, Store.touch_sessions, signs)
            self._alive.forget_sessions(ws, signs)

    async def _fold_names(self) -> None:
        """Let names from earlier versions be found in any case."""
        for ws in await self._engine.read(unfolded_workspaces, across=True):
            while await self._write(ws, Store.fold_names):
                pass

    async def _write(
        self,
        ws: int,
        work: Callable[Concatenate[Store, P], Awaitable[T]],
        *given: P.args,
        **named: P.kwargs,
    ) -> T:
        return await self._engine.write(lambda tx: work(Store(tx, ws), *given, **named), ws=ws)
