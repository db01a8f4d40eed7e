"""The app: `call`, the one path down.

It alone identifies, authorises, decodes, limits, runs the operation in a transaction, commits,
and rings. There is no second way to the store. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, ParamSpec, TypeVar

from ackbox.app.background import Background
from ackbox.app.batches import run_each
from ackbox.app.bell import Bell, Follower, Gone
from ackbox.app.callers import Callers, workspace_of
from ackbox.app.following import Following
from ackbox.app.foresight import foresee
from ackbox.app.founding import found
from ackbox.app.limits import Held, Limits
from ackbox.app.liveness import Alive
from ackbox.app.notify import Notifier
from ackbox.app.refusals import Refusals
from ackbox.app.sender import Sender
from ackbox.app.stays import Stay, Stays
from ackbox.app.waiting import Waits
from ackbox.errors import CallerGone, LoopGuard, NotYou, Unavailable
from ackbox.model.moment import IdMaker
from ackbox.ops import schedule as schedules
from ackbox.ops.access import PLAIN, Caller, Connection
from ackbox.ops.decode import decode
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.rules.room import Rooms
from ackbox.ops.rules.sealing import Rosters, refuse_plain
from ackbox.ops.rules.totals import Totals
from ackbox.ops.table import (
    OPERATIONS,
    Call,
    Context,
    NeedsWrite,
    Operation,
    Run,
    Unread,
    allow,
    find,
)
from ackbox.store.engine import Engine, Transaction
from ackbox.store.open_engine import make_engine
from ackbox.store.store import Store, WorkspaceRow, find_workspace, no_workspace

P = ParamSpec("P")
T = TypeVar("T")


def wall_clock() -> int:
    """Return UTC milliseconds."""
    return time.time_ns() // 1_000_000


class App:
    """One database, and everything that can be done with it."""

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], int] = wall_clock,
        limits: Limits | None = None,
        sender: Sender | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.bell = Bell()
        self.limits = limits or Limits()
        self._skew_ms = lambda: self.engine.skew_ms
        self._new_id = IdMaker()
        # Through self: tests set the clock after the app is made.
        self.alive = Alive(lambda: self.clock())
        self._callers = Callers(engine, lambda: self.clock())
        self._totals = Totals()
        self._rooms = Rooms()
        self._rosters = Rosters()
        self.stays = Stays(self._run, self.limits.spend, self.alive, lambda: self.bell.is_closing)
        self.leave = self.stays.leave
        self._waits = Waits(self.bell, self.alive, self._callers.ended)
        self._following = Following(self._run, self.bell, self.alive)
        self._known_numbers: dict[str, int] = {}
        self._background = Background(
            engine,
            clock=lambda: self.clock(),
            alive=self.alive,
            rooms=self._rooms,
            as_server=self._as_server,
            sender=sender,
        )
        # What the background does each second, for those who do not wait for it.
        self.outgoing = self._background.outgoing
        self.fire_due, self.remind_due = self._background.fire_due, self._background.remind_due
        self._notifier = Notifier(engine, self.bell, self._background.heard)
        self._refusals = Refusals(engine, lambda: self.clock(), self.limits, self._notifier)
        self.calls = 0
        self.notices: list[str] = []
        self.keep_key: Callable[[Any], Any] = lambda rotated: rotated
        self.sockets: Callable[[], int] = lambda: 0  # those who serve sockets say how many are open

    async def open(self) -> None:
        """Open the database and start the background work."""
        await self.engine.open()
        await self.engine.listen(self._notifier.hear)
        await self._background.start()

    async def close(self) -> None:
        """Wake all who wait, store the last-seen times, close the database."""
        self.bell.close()
        await self.stays.settle()
        await self._background.stop()
        await self.engine.close()

    async def ensure(
        self, *, workspace: str, operator_key: str | None, label: str = "operator"
    ) -> str | None:
        """Create the first workspace and, unless `operator_key` is valid, an operator key.

        Returns the new key or null.
        """
        made, notice = await found(
            self.engine,
            workspace=workspace,
            operator_key=operator_key,
            label=label,
            now=self.clock(),
        )
        self._callers.forget()
        self.notices += [notice] if notice else []
        return made

    async def check(self) -> None:
        """Ask the store something. Raises Unavailable when it does not answer."""
        await self.engine.check()

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is. Raises BadKey."""
        return await self._callers.identify(credential)

    async def ended_keys(self) -> set[str]:
        """Return the ids of keys that were revoked or ran out within the last minute.

        Raises Unavailable.
        """
        return await self._callers.ended()

    async def follow(
        self, params: Any, *, credential: str | None, face: str = "library"
    ) -> Follower:
        """Return a follower that is notified of news until `unfollow`; see Following.come."""
        return await self._following.come(await self.identify(credential), params, face)

    def unfollow(self, follower: Follower) -> None:
        """Stop notifying a follower."""
        self._following.leave(follower)

    async def stay(
        self, params: Any, *, credential: str | None, face: str = "library"
    ) -> tuple[Stay, Any]:
        """Check in, and count as online until `leave`; see Stays.come."""
        return await self.stays.come(await self.identify(credential), params, face)

    async def call(
        self,
        name: str,
        params: Any,
        *,
        credential: str | None,
        face: str = "library",
        is_push: bool = False,
        gone: Gone | None = None,
        fits: Fits = all_fit,
        connection: Connection = PLAIN,
    ) -> Any:
        """Run one operation and return its result struct.

        `params` is a mapping, JSON bytes, or an async function that reads them; it is called only
        after the key was found good for the operation. A face that reads because a follower was
        notified sets `is_push`: such a read does not count against the rate limit of the key, and
        does not update when the caller was last seen.
        `gone` reports that the caller has disconnected, `fits` how much of a page one answer of the
        face holds, `connection` how the caller's connection narrows the key. Raises only errors of
        ackbox.errors.
        """
        held, follower = None, None
        try:
            operation, caller, held, read = await self._open_call(
                name, params, credential, connection
            )
            asked: Call = decode(
                operation.params, params if read is None or held is None else await read(held)
            )
            params = None  # a wait keeps no body
            if operation.authenticate is not None:
                caller = await operation.authenticate(self.engine, asked, self.clock())
            allow(caller, name, operation.needs(asked))
            if not is_push:
                self.limits.spend(caller, operation.cost(asked))
            self.calls += 1
            if operation.is_done is not None and getattr(asked, "wait_s", False):
                # Rung from before the first look, so that no ring falls between.
                ws = caller.ws or await self._number_of(asked)
                follower = self.bell.follow(Follower(ws, None, None, key_id=caller.key_id))
            result = await self._do(
                operation, asked, caller, face, gone, fits, follower, is_push=is_push
            )
            if follower is None or operation.is_done is None or operation.is_done(result):
                return result
            asked = operation.kept_params(asked) if operation.kept_params else asked
            return await self._wait(
                operation, asked, caller, face, credential, result, gone, fits, follower
            )
        finally:
            if held is not None:
                held.release()
            if follower is not None:
                self.bell.unfollow(follower)

    async def _open_call(
        self, name: str, params: Any, credential: str | None, connection: Connection
    ) -> tuple[Operation, Caller, Held | None, Callable[[Held], Awaitable[Any]] | None]:
        """Return the operation, the caller, and what reads a body that was not read yet."""
        operation = OPERATIONS.get(name)
        if (
            operation is not None
            and operation.find_signer is not None
            and isinstance(params, Unread)
        ):
            who = await operation.find_signer(self.engine, params, self.clock())
            held = Held(self.limits, who, unsigned_from=params.address)
            return operation, who, held, params.read
        caller = (await self.identify(credential)).over(connection)
        operation = operation or find(name)
        if operation.authenticate is None:
            allow(caller, name, operation.scope)
        if callable(params):
            return operation, caller, Held(self.limits, caller), params
        return operation, caller, None, None

    async def _do(
        self,
        operation: Operation,
        asked: Call,
        caller: Caller,
        face: str,
        gone: Gone | None,
        fits: Fits,
        follower: Follower | None,
        *,
        is_push: bool,
    ) -> Any:
        """Run an operation once: outside a transaction, as a batch, or in a transaction."""
        if operation.is_outside:
            return await operation.run(self.engine, asked, self.clock())
        if operation.batch is not None:
            outcomes = await run_each(self._run, operation.batch, asked, caller, face)
            return await operation.run(asked, outcomes)
        first = operation.write_first and operation.write_first(asked)
        if first:
            # A full disk rejects this write; messages that are indexed already can still be read.
            with suppress(Unavailable):
                await self._run(operation, asked, caller, face, first, writes=True)
        result = await self._run(
            operation,
            asked,
            caller,
            face,
            operation.run,
            writes=operation.is_write(asked),
            is_push=is_push,
            gone=gone if operation.for_caller else None,
            fits=fits,
            follower=follower,
        )
        if operation.ends_keys:
            self._callers.forget()
        if operation.recounts:
            self._totals.forget()
        return self.keep_key(result) if operation.renews_key else result

    async def _wait(
        self,
        operation: Operation,
        asked: Any,
        caller: Caller,
        face: str,
        credential: str | None,
        result: Any,
        gone: Gone | None,
        fits: Fits,
        follower: Follower,
    ) -> Any:
        """Look again at each ring until the result is done or the call's time is over."""
        is_done, recheck = operation.is_done, operation.recheck
        assert is_done is not None

        async def look(last: Any) -> Any:
            async def run(context: Context, params: Any) -> Any:
                found = await (
                    operation.run(context, params)
                    if recheck is None
                    else recheck(context, params, last)
                )
                if is_done(found):
                    # What rang may be the end of this very key: its news is not for its holder.
                    await self._callers.confirm(context.store.tx, caller)
                return found

            again_as = (await self.identify(credential)).over(caller.connection)
            return await self._run(
                operation,
                asked,
                again_as,
                face,
                run,
                writes=recheck is None and operation.is_write(asked),
                gone=gone,
                fits=fits,
                follower=follower,
            )

        with self.limits.waiting(caller):
            return await self._waits.wait(
                follower, asked.wait_s, gone, result=result, is_done=is_done, look=look
            )

    async def _run(
        self,
        operation: Operation,
        asked: Call,
        caller: Caller,
        face: str,
        run: Run,
        *,
        writes: bool,
        is_push: bool = False,
        gone: Gone | None = None,
        fits: Fits = all_fit,
        follower: Follower | None = None,
    ) -> Any:
        context: Context | None = None
        ws = (
            caller.ws
            or self._known_numbers.get(asked.workspace or "default")
            or await self._number_of(asked)
        )
        # A transaction may be run again: what is counted must know that it is the same call.
        this_call = object()

        async def work(tx: Transaction) -> Any:
            nonlocal context
            if gone is not None and gone.is_set:
                raise CallerGone("The caller disconnected.", hint="Ask again.")
            store = Store(tx, ws)
            if tx.looks_ahead:
                await tx.ahead(lambda: foresee(store, operation, caller, asked))
            workspace = await workspace_of(store, caller, asked.workspace)
            if workspace.sealed:
                refuse_plain(operation.name, asked)
            context = self._context(
                store,
                workspace,
                caller=caller,
                operation=operation.name,
                face=face,
                fits=fits,
                call=this_call,
            )
            if asked.session is not None:
                await context.resume(asked.session)
            return await run(context, asked)

        # A key with the scope `server` works across workspaces even if it belongs to one.
        across = operation.spans_workspaces and (caller.ws == 0 or operation.scope == "server")
        try:
            result = await (
                self.engine.write(work, ws=ws, across=across, joins=operation.joins(asked))
                if writes
                else self._read(work, slow=operation.is_slow, ws=ws, across=across)
            )
        except (NotYou, LoopGuard) as error:
            await self._refusals.report(error, operation.name, caller, ws)
            raise
        if context is not None:
            self._after(context, follower, is_push=is_push)
        return result

    async def _read(
        self, work: Callable[[Transaction], Any], *, slow: bool, ws: int, across: bool
    ) -> Any:
        """Read; what finds that it must register somebody first runs again as a write."""
        try:
            return await self.engine.read(work, slow=slow, ws=ws, across=across)
        except NeedsWrite:
            return await self.engine.write(work, ws=ws, across=across)

    async def _number_of(self, asked: Call) -> int:
        """Return the number of the workspace that a call names. Raises NotFound."""
        name = asked.workspace or "default"
        row = await self.engine.read(lambda tx: find_workspace(tx, name), across=True)
        if row is None:
            raise no_workspace(name)
        # A workspace's number never changes and is never used again.
        self._known_numbers[name] = row.ws
        return row.ws

    def _after(
        self, context: Context, follower: Follower | None = None, *, is_push: bool = False
    ) -> None:
        """After the commit: wake waiting calls, and keep last-seen times for the next flush."""
        ws = context.workspace.ws
        if follower is not None:
            self._waits.narrow(follower, context)
        if not is_push:
            self.alive.note(ws, context.signs_of_life)
            self.alive.note_sessions(ws, context.session_signs)
        if context.rings:
            self._background.written(ws)
            self._rooms.note(ws)
            self._notifier.ring(ws, context.store.posted)

    def _context(
        self,
        store: Store,
        workspace: WorkspaceRow,
        *,
        caller: Caller,
        operation: str,
        face: str,
        fits: Fits = all_fit,
        call: object = None,
    ) -> Context:
        """Return the context in which an operation runs.

        `call` is one object for all tries of one call.
        """
        return Context(
            caller=caller,
            store=store,
            workspace=workspace,
            operation=operation,
            face=face,
            now=self.clock(),
            new_id=self._new_id,
            alive=self.alive.last,
            on_socket=self.alive.follows,
            session_alive=self.alive.session_last,
            sockets=self.sockets,
            skew_ms=self._skew_ms,
            totals=self._totals,
            rosters=self._rosters,
            stored_bytes=self._rooms.bytes_of,
            notices=self.notices,
            fits=fits,
            may_repeat=partial(self.limits.may_repeat, call),
        )

    async def _as_server(
        self,
        ws: int,
        operation: str,
        run: Callable[[Context], Any],
        *,
        caller: Caller = schedules.SERVER,
        writes: bool = True,
    ) -> Any:
        """Run the server's background work in one workspace, in a transaction."""
        context: Context | None = None

        async def work(tx: Transaction) -> Any:
            nonlocal context
            store = Store(tx, ws)
            workspace = await store.workspace()
            context = self._context(
                store, workspace, caller=caller, operation=operation, face="server"
            )
            return await run(context)

        if not writes:
            return await self.engine.read(work, slow=True, ws=ws)
        result = await self.engine.write(work, ws=ws)
        if context is not None:
            self._after(context)
        return result


async def open_app(url: str, **options: Any) -> App:
    """Return an open app on a database URL: `sqlite:///path`, `sqlite://:memory:` or
    `postgresql://…`.
    """
    app = App(make_engine(url), **options)
    await app.open()
    return app
