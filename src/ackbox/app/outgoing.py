"""The background work of outgoing webhooks: store the deliveries that are due, and send them.

Nothing of it runs while a message is sent, and a receiver that is slow costs nobody else anything:
a few requests at a time for each workspace. Explained in docs/why/outgoing-webhooks.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from ackbox.app.sender import Sender
from ackbox.errors import Unavailable
from ackbox.ops.access import Caller
from ackbox.ops.table import Context
from ackbox.ops.webhook_out import deliver, gather
from ackbox.ops.webhook_out.deliver import Outcome
from ackbox.ops.webhook_out.payload import Attempt
from ackbox.store.engine import Engine
from ackbox.store.outgoing import DueWebhook, due_webhooks, outgoing_workspaces

# Requests at a time, for one workspace and for all.
OF_WORKSPACE = 4
OF_SERVER = 64
# Number of turns, of a second each, after which all is looked at, and old deliveries forgotten.
FULL_TURNS = 10
TIDY_TURNS = 3_600


class AsServer(Protocol):
    """Runs a piece of work of a name in one workspace as the server itself."""

    def __call__(
        self,
        ws: int,
        operation: str,
        run: Callable[[Context], Any],
        *,
        caller: Caller = ...,
        writes: bool = ...,
    ) -> Awaitable[Any]: ...


class Outgoing:
    """The outgoing webhooks of one app; `address` is the dashboard's, for links."""

    def __init__(
        self, engine: Engine, *, clock: Callable[[], int], as_server: AsServer, sender: Sender
    ) -> None:
        self._engine, self._clock = engine, clock
        self._as_teller = partial(as_server, caller=gather.TELLER)
        self._sender = sender
        self.address: str | None = None
        # Workspaces with webhooks, and workspaces in which something happened.
        self._known: set[int] = set()
        self._moved: set[int] = set()
        # How far this server has read the feed: workspace → webhook → number.
        self._read_to: dict[int, dict[str, int]] = {}
        self._turns = 0
        self._running: dict[asyncio.Task[None], int] = {}

    def moved(self, ws: int) -> None:
        """Note that something happened in a workspace."""
        self._moved.add(ws)

    async def turn(self) -> None:
        """Store and start all due deliveries; the requests continue afterwards."""
        await self.gather(is_full=self._turns % FULL_TURNS == 0)
        if self._turns % TIDY_TURNS == TIDY_TURNS - 1:
            for ws in self._known:
                await self._as_teller(ws, gather.GATHER, gather.tidy, writes=True)
        self._turns += 1
        await self.deliver()

    async def gather(self, *, is_full: bool = True) -> int:
        """Store the deliveries of workspaces with news; returns how many.

        A full one first looks which workspaces have webhooks, and then at what needs a person.
        """
        if is_full:
            self._known = set(await self._engine.read(outgoing_workspaces, across=True))
            self._moved = set(self._known)
        many = 0
        for ws in list(self._moved & self._known):
            # Taken out first: what happens while this runs puts it back.
            self._moved.discard(ws)
            try:
                many += await self._gather(ws, with_needs=is_full)
            except BaseException:
                self._moved.add(ws)
                raise
        return many

    async def _gather(self, ws: int, *, with_needs: bool) -> int:
        def look(context: Context) -> Awaitable[gather.Found]:
            return gather.look(context, self._read_to.get(ws, {}), with_needs=with_needs)

        found: gather.Found = await self._as_teller(ws, gather.GATHER, look, writes=False)
        many = 0
        if found.news:
            many = await self._as_teller(
                ws, gather.GATHER, lambda context: gather.store(context, found), writes=True
            )
        # Kept after the write: if it fails, the same lines are read again.
        self._read_to[ws] = found.read_to
        if found.has_more:
            self._moved.add(ws)
        elif not found.read_to:
            del self._read_to[ws]
        return many

    async def deliver(self) -> int:
        """Start the attempts that are due, as far as there is room; returns how many webhooks."""
        now = self._clock()
        due = await self._engine.read(lambda tx: due_webhooks(tx, now), across=True)
        # A webhook may be newer than the last full look.
        self._known.update(each.ws for each in due)
        busy = Counter(self._running.values())
        started = 0
        for each in due:
            if len(self._running) >= OF_SERVER:
                break
            if busy[each.ws] < OF_WORKSPACE:
                busy[each.ws] += 1
                started += 1
                task = asyncio.create_task(self._deliver_to(each))
                self._running[task] = each.ws
                task.add_done_callback(self._forget)
        return started

    async def settled(self) -> None:
        """Wait until no attempt is running."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self) -> None:
        """End the attempts that are running; they are made again when their lease is over."""
        for task in self._running:
            task.cancel()
        await self.settled()
        self._sender.close()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)

    async def _deliver_to(self, due: DueWebhook) -> None:
        """Send a webhook its due deliveries, one request after the other, until one fails."""
        try:
            attempt = await self._as_teller(
                due.ws,
                deliver.DELIVER,
                lambda context: deliver.take(context, due, address=self.address),
                writes=True,
            )
            while attempt is not None:
                outcome = await self._sender.send(attempt.target, attempt.headers, attempt.body)
                attempt = await self._settle(attempt, outcome)
        except Unavailable:
            return  # the lease ends, and a server tries again
        except Exception:  # the edge of the background work: one fault must not hold up the others
            logging.getLogger(__name__).exception("could not deliver to a webhook")

    async def _settle(self, done: Attempt, outcome: Outcome) -> Any:
        return await self._as_teller(
            done.ws,
            deliver.DELIVER,
            lambda context: deliver.settle(context, done, outcome, address=self.address),
            writes=True,
        )
