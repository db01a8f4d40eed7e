"""The app: `call`, the one path down.

It alone identifies, authorises, decodes, limits, runs the operation in a transaction, commits,
and rings. There is no second way to the store. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Concatenate, ParamSpec, TypeVar

from ackbox.alive import Alive
from ackbox.bell import EVERYBODY, Bell, Follower, Gone
from ackbox.callers import Callers
from ackbox.errors import AckboxError, CallerGone, LoopGuard, NotFound, NotYou, Unavailable
from ackbox.founding import found
from ackbox.limits import Held, Limits
from ackbox.model.moment import IdMaker
from ackbox.ops import schedules
from ackbox.ops.decode import decode
from ackbox.ops.feed import Feed
from ackbox.ops.room import Rooms
from ackbox.ops.table import (
    OPERATIONS,
    PLAIN,
    Call,
    Caller,
    Connection,
    Context,
    Fits,
    NeedsWrite,
    Operation,
    Parts,
    Run,
    Unread,
    all_fit,
    allow,
    find,
)
from ackbox.ops.totals import Totals
from ackbox.stays import Stay, Stays
from ackbox.store.engine import Engine, Transaction, make_engine
from ackbox.store.schedules import Due, due_schedules
from ackbox.store.store import Store, WorkspaceRow, every_workspace, find_workspace
from ackbox.waiting import wait

FLUSH_S = 1.0
INDEX_TOGETHER = 500
# How often a reader that follows is written down as alive; a tenth of the usual time for which a sign of life holds.
ALIVE_S = 18
# More agents than this are told of as everybody: a notification between servers is short.
MOST_TOLD = 6
# What the feed tells of a refusal.
TOLD = ("claimed", "sender", "thread")
P = ParamSpec("P")
T = TypeVar("T")


def wall_clock() -> int:
    """Return UTC milliseconds."""
    return time.time_ns() // 1_000_000


class App:
    """One database, and everything that can be done with it."""

    def __init__(self, engine: Engine, *, clock: Callable[[], int] = wall_clock, limits: Limits | None = None) -> None:
        self.engine = engine
        self.clock = clock
        self.bell = Bell()
        self.limits = limits or Limits()
        self._new_id = IdMaker()
        self.alive = Alive(lambda: self.clock())  # through self: tests set the clock after the app is made
        self._callers = Callers(engine, lambda: self.clock())
        self._totals = Totals()
        self._rooms = Rooms()
        self.stays = Stays(self._run, self.limits.spend, self.alive, lambda: self.bell.is_closing)
        self._known_places: dict[str, int] = {}
        self._flusher: asyncio.Task[None] | None = None
        self._unindexed: set[int] = set()
        self.calls = 0
        self.notices: list[str] = []
        self.keep_key: Callable[[Any], Any] = lambda rotated: rotated
        self.sockets: Callable[[], int] = lambda: 0  # those who serve sockets say how many are open

    async def open(self) -> None:
        """Open the database and start what runs beside the calls."""
        await self.engine.open()
        await self.engine.listen(self._hear)
        self._unindexed = {row.ws for row in await self.engine.read(every_workspace, across=True)}
        await self._fold_names()
        self._flusher = asyncio.create_task(self._flush_often())

    async def _fold_names(self) -> None:
        """Let names from earlier versions be found whatever their case."""
        for ws in self._unindexed:
            if await self.engine.read(lambda tx, ws=ws: Store(tx, ws).has_unfolded(), ws=ws):  # type: ignore[misc]  # bound by default
                while await self._write(ws, Store.fold_names):
                    pass

    async def close(self) -> None:
        """Wake all who wait, write down the last signs of life, close the database."""
        self.bell.close()
        await self.stays.settle()
        if self._flusher is not None:
            self._flusher.cancel()
            with suppress(asyncio.CancelledError):
                await self._flusher
            await self._flush()
        await self.engine.close()

    async def ensure(self, *, workspace: str, operator_key: str | None, label: str = "operator") -> str | None:
        """Make the first workspace and, unless the given operator key is good, an operator key; returns the new key or null."""
        made, notice = await found(self.engine, workspace=workspace, operator_key=operator_key, label=label, now=self.clock())
        self._callers.forget()
        self.notices += [notice] if notice else []
        return made

    async def check(self) -> None:
        """Ask the store something. Raises Unavailable when it does not answer."""
        await self.engine.read(lambda tx: find_workspace(tx, "default"), across=True)

    async def identify(self, credential: str | None) -> Caller:
        """Return whose key this is. Raises BadKey."""
        return await self._callers.identify(credential)

    async def ended_keys(self) -> set[str]:
        """Return the ids of keys that were revoked or ran out within the last minute. Raises Unavailable."""
        return await self._callers.ended()

    async def follow(self, params: Any, *, credential: str | None, face: str = "library") -> Follower:
        """Return one who is rung when event.feed may have something new for these parameters, until `unfollow`.

        Whoever follows under a name is present. Raises what event.feed raises for them.
        """
        caller, operation = await self.identify(credential), OPERATIONS["event.feed"]
        allow(caller, operation.name, operation.scope)
        asked = decode(Feed, params)

        async def look(context: Context, asked: Feed) -> Follower:
            is_nobody = asked.of == "workspace" and (asked.agent, asked.session, caller.agent) == (None, None, None)
            me = None if is_nobody else await context.me(asked)
            return Follower(context.workspace.ws, me.agent if me and asked.of == "inbox" else None, me.reader if me else None)

        follower: Follower = await self._run(operation, asked, caller, face, look, writes=False)
        self.bell.follow(follower)
        if follower.reader is not None:
            self.alive.come(follower.ws, follower.reader)
        return follower

    def unfollow(self, follower: Follower) -> None:
        """Stop ringing a follower; its reader was last seen now."""
        self.bell.unfollow(follower)
        if follower.reader is not None:
            self.alive.go(follower.ws, follower.reader)

    async def stay(self, params: Any, *, credential: str | None, face: str = "library") -> tuple[Stay, Any]:
        """Check in, and count as online until `stays.leave`; returns what that takes, and the answer. Raises what agent.check_in raises."""
        caller = await self.identify(credential)
        allow(caller, "agent.check_in", "write")
        return await self.stays.come(caller, params, face)

    async def call(self, name: str, params: Any, *, credential: str | None, face: str = "library", is_push: bool = False,
                   gone: Gone | None = None, fits: Fits = all_fit, connection: Connection = PLAIN) -> Any:
        """Do one operation and return its result struct.

        `params` is a mapping, JSON bytes, or an async function that reads them: it is called once the key has been found good
        for the operation. A face that looks because a follower was rung says `is_push`: such a look takes nothing from what the
        key may ask for, and is no sign of life. `gone` says when the caller has left, `fits` how much of a page one answer of the
        face holds, `connection` what the caller's connection says of itself. Raises the errors of ackbox.errors, and only those.
        """
        operation, held, read = OPERATIONS.get(name), None, None
        try:
            if operation is not None and operation.knock is not None and isinstance(params, Unread):
                who = await operation.knock(self.engine, params, self.clock())
                held, read = Held(self.limits, who, unsigned_from=params.address), params.read
            else:
                caller = (await self.identify(credential)).over(connection)
                operation = operation or find(name)
                if operation.caller is None:
                    allow(caller, name, operation.scope)
                if callable(params):
                    held, read = Held(self.limits, caller), params
            asked: Call = decode(operation.params, params if read is None or held is None else await read(held))
            params = None  # a wait keeps no body
            if operation.caller is not None:
                caller = await operation.caller(self.engine, asked, self.clock())
            allow(caller, name, operation.needs(asked))
            if not is_push:
                self.limits.spend(caller, asked)
            self.calls += 1
            result = await self._do(operation, asked, caller, face, is_push=is_push, gone=gone, fits=fits)
            if operation.is_done is None or operation.is_done(result) or not asked.wait_s:  # type: ignore[attr-defined]  # long polls have it
                return result
            asked = operation.kept(asked) if operation.kept else asked
            return await self._wait(operation, asked, caller, face, credential, result, gone, fits)
        finally:
            if held is not None:
                held.release()

    async def _do(self, operation: Operation, asked: Call, caller: Caller, face: str, *, is_push: bool, gone: Gone | None,
                  fits: Fits) -> Any:
        """Run an operation once, whichever way it runs."""
        if operation.beside is not None:
            return await operation.beside(self.engine, asked, self.clock())
        if operation.parts is not None:
            return await self._run_each(operation.parts, asked, caller, face)
        first = operation.prepare and operation.prepare(asked)
        if first:
            # A full disk refuses this write; what is indexed already can be read all the same.
            with suppress(Unavailable):
                await self._run(operation, asked, caller, face, first, writes=True)
        result = await self._run(operation, asked, caller, face, operation.run, writes=operation.is_write(asked), is_push=is_push,
                                 gone=gone if operation.for_caller else None, fits=fits)
        if operation.name in ("key.revoke", "key.rotate", "login.redeem", "login.end"):
            self._callers.forget()
        if operation.name == "key.rotate":
            result = self.keep_key(result)
        if operation.name == "workspace.import":
            self._totals.forget()
        return result

    async def _run_each(self, parts: Parts, asked: Any, caller: Caller, face: str) -> Any:
        """Run the many calls that one stands for; each commits or fails by itself, in their order."""
        operation = OPERATIONS[parts.of]

        async def one(part: Any) -> Any:
            try:
                params = decode(operation.params, part)
                return await self._run(operation, params, caller, face, operation.run, writes=operation.is_write(params))
            except AckboxError as error:
                return error

        return parts.join(list(await asyncio.gather(*map(one, parts.split(asked)))))

    async def _wait(self, operation: Operation, asked: Any, caller: Caller, face: str, credential: str | None, result: Any,
                    gone: Gone | None, fits: Fits) -> Any:
        """Look again at each ring until the result is done or the call's time is over."""
        assert operation.is_done is not None
        ws, again = caller.ws or await self._place(asked), operation.again

        async def look(last: Any) -> Any:
            async def run(context: Context, params: Any) -> Any:
                return await (operation.run(context, params) if again is None else again(context, params, last))

            again_as = (await self.identify(credential)).over(caller.connection)
            return await self._run(operation, asked, again_as, face, run, writes=again is None and operation.is_write(asked), gone=gone, fits=fits)

        with self.limits.waiting(caller):
            return await wait(self.bell, ws, asked.wait_s, gone, result=result, is_done=operation.is_done, look=look)

    async def _run(self, operation: Operation, asked: Call, caller: Caller, face: str, run: Run, *, writes: bool, is_push: bool = False,
                   gone: Gone | None = None, fits: Fits = all_fit) -> Any:
        context: Context | None = None
        ws = caller.ws or self._known_places.get(asked.workspace or "default") or await self._place(asked)
        # A transaction may be run again: what is counted must know that it is the same call.
        this_call = object()

        async def work(tx: Transaction) -> Any:
            nonlocal context
            if gone is not None and gone.is_set:
                raise CallerGone("The caller hung up.", hint="Ask again.")
            store = Store(tx, ws)
            workspace = await self._workspace(store, caller, asked)
            context = Context(caller=caller, store=store, workspace=workspace, operation=operation.name, face=face,
                              now=self.clock(), new_id=self._new_id, alive=self.alive.last, on_socket=self.alive.follows,
                              session_alive=self.alive.session_last, sockets=self.sockets, totals=self._totals, fits=fits,
                              stored_bytes=self._rooms.bytes_of, notices=self.notices,
                              may_repeat=lambda same, limit, key: self.limits.may_repeat(same, limit, key or this_call))
            if asked.session is not None:
                await context.resume(asked.session)
            return await run(context, asked)

        # Who may do what concerns the whole instance may do it with a key of one workspace too.
        across = operation.spans_workspaces and (caller.ws == 0 or operation.scope == "instance")
        try:
            result = await (self.engine.write(work, ws=ws, across=across) if writes
                            else self._read(work, slow=operation.is_slow, ws=ws, across=across))
        except (NotYou, LoopGuard) as error:
            await self._note_refused(error, operation, caller, ws)
            raise
        if context is not None:
            self._after(context, is_push=is_push)
        return result

    async def _note_refused(self, error: NotYou | LoopGuard, operation: Operation, caller: Caller, ws: int) -> None:
        """Tell in the workspace's feed of a name that was not the key's own, or of a loop; never what it wanted to say."""
        if not self.limits.may_note_refusal(caller.key_id):
            return
        kind = "agent.refused" if isinstance(error, NotYou) else "agent.held"
        subject = {"key": caller.key_id, "operation": operation.name, **{name: error.details[name] for name in TOLD if name in error.details}}
        with suppress(Unavailable):
            await self.engine.write(lambda tx: Store(tx, ws).note(kind, at=self.clock(), reader=0, subject=subject), ws=ws)
            self._ring(ws, ())

    async def _read(self, work: Callable[[Transaction], Any], *, slow: bool, ws: int, across: bool) -> Any:
        """Read; what finds that it must register somebody first runs again as a write."""
        try:
            return await self.engine.read(work, slow=slow, ws=ws, across=across)
        except NeedsWrite:
            return await self.engine.write(work, ws=ws, across=across)

    async def _place(self, asked: Call) -> int:
        """Return the number of the workspace that a call names. Raises NotFound."""
        name = asked.workspace or "default"
        row = await self.engine.read(lambda tx: find_workspace(tx, name), across=True)
        if row is None:
            raise _no_workspace(name)
        # A workspace's number never changes and is never used again.
        self._known_places[name] = row.ws
        return row.ws

    async def _workspace(self, store: Store, caller: Caller, asked: Call) -> WorkspaceRow:
        """Return the workspace a call acts in. Not there and not yours give the same answer."""
        row = await store.workspace()
        if caller.ws and asked.workspace not in (None, row.name):
            raise _no_workspace(asked.workspace)
        return row

    def _after(self, context: Context, *, is_push: bool = False) -> None:
        """After the commit: ring those who wait, and note signs of life for the next flush."""
        ws = context.workspace.ws
        if not is_push:
            self.alive.note(ws, context.signs_of_life)
            self.alive.note_sessions(ws, context.session_signs)
        if context.rings:
            self._unindexed.add(ws)
            self._rooms.note(ws)
            self._ring(ws, context.store.posted)

    def _ring(self, ws: int, posted: Collection[int]) -> None:
        """Wake who waits here and, through the engine, on other servers: who looks at the workspace, and the agents with new post."""
        self.bell.ring(ws, posted)
        if self.engine.name != "sqlite":
            told = f"{ws}:{'.'.join(map(str, posted if len(posted) <= MOST_TOLD else (EVERYBODY,)))}"
            self._telling = asyncio.ensure_future(self.engine.tell(told))

    def _hear(self, text: str) -> None:
        """Ring what another server told of; `*` after a time of hearing nothing."""
        ws, _, posted = text.partition(":")
        if text == "*":
            self.bell.ring_all()
        elif ws.isdigit():
            self.bell.ring(int(ws), [int(agent) for agent in posted.split(".") if agent.isdigit()])
            self._unindexed.add(int(ws))

    async def _flush_often(self) -> None:
        turns = 0
        while True:
            await asyncio.sleep(FLUSH_S)
            turns += 1
            if turns % ALIVE_S == 0:
                self.alive.note_followers()
            try:
                await self._flush()
                await self._index()
                await self._rooms.measure(self.engine)
                await self.fire_due()
            except Unavailable:
                continue  # said to those who call; the next turn tries again
            except Exception:  # the edge of what runs beside the calls: it must outlive whatever went wrong once
                logging.getLogger(__name__).exception("could not write what runs beside the calls")

    async def fire_due(self) -> int:
        """Send what schedules are due to send by now; runs every second by itself. Returns how many this server sent."""
        now = self.clock()
        due = await self.engine.read(lambda tx: due_schedules(tx, now), across=True)
        return sum([await self._fire(each) for each in due])

    async def _fire(self, due: Due) -> bool:
        try:
            return await self._beside(due.ws, lambda context: schedules.fire(context, due)) is not None
        except Unavailable:
            raise
        except AckboxError as error:
            why = f"{error.message} {error.hint or ''}".rstrip()
            await self._beside(due.ws, lambda context: schedules.give_up(context, due, why))
        except Exception:  # the edge of what runs beside the calls: one schedule's fault must not hold up the others
            logging.getLogger(__name__).exception("could not fire a schedule")
        return False

    async def _beside(self, ws: int, run: Callable[[Context], Any]) -> Any:
        """Run what the server does by itself in one workspace, in a transaction."""
        context: Context | None = None

        async def work(tx: Transaction) -> Any:
            nonlocal context
            store = Store(tx, ws)
            context = Context(caller=schedules.SERVER, store=store, workspace=await store.workspace(), operation="schedule.fire", face="server",
                              now=self.clock(), new_id=self._new_id, alive=self.alive.last,
                              on_socket=self.alive.follows, stored_bytes=self._rooms.bytes_of)
            return await run(context)

        result = await self.engine.write(work, ws=ws)
        if context is not None:
            self._after(context)
        return result

    async def _index(self) -> None:
        """Let the index of words follow what was written; in small steps, so that sends go between."""
        for ws in list(self._unindexed):
            # Taken out first: what is sent while this runs puts it back.
            self._unindexed.discard(ws)
            try:
                while await self._write(ws, Store.index_more, INDEX_TOGETHER):
                    pass
            except BaseException:
                self._unindexed.add(ws)
                raise

    async def _flush(self) -> None:
        for ws, seen in self.alive.unwritten().items():
            await self._write(ws, Store.touch, seen)
            self.alive.forget(ws, seen)
        for ws, signs in self.alive.unwritten_sessions().items():
            await self._write(ws, Store.touch_sessions, signs)
            self.alive.forget_sessions(ws, signs)

    async def _write(self, ws: int, work: Callable[Concatenate[Store, P], Awaitable[T]], *given: P.args, **named: P.kwargs) -> T:
        """Write what runs beside the calls, in one workspace."""
        return await self.engine.write(lambda tx: work(Store(tx, ws), *given, **named), ws=ws)


def _no_workspace(name: str | None) -> NotFound:
    return NotFound(f"There is no workspace {name!r}.", hint="See workspace.list.", field="workspace")


async def open_app(url: str, **options: Any) -> App:
    """Return an open app on a database URL: `sqlite:///path`, `sqlite://:memory:` or `postgresql://…`."""
    app = App(make_engine(url), **options)
    await app.open()
    return app
