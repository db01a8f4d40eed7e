"""The table of operations: everything ackbox can do, and the context each runs in.

A face reads names, shapes and sentences off this table; only app/call.py runs what is in it.
Explained in docs/why/operations.md.
"""

from __future__ import annotations

import difflib
import hashlib
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, TypedDict, TypeVar, Unpack

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, NotAllowed, NotFound, NotYou
from ackbox.model.moment import IdMaker
from ackbox.model.name import is_same, is_servers, parse_instance, parse_name, refuse_newcomer
from ackbox.ops.access import Caller, Scope
from ackbox.ops.fitting import Fits, all_fit
from ackbox.ops.rules.sealing import Rosters
from ackbox.ops.rules.totals import Totals
from ackbox.store.engine import Joins, Queries
from ackbox.store.readers import Arrival, Reader, nobody, other_spelling
from ackbox.store.sessions import SessionRow
from ackbox.store.store import Store, WorkspaceRow

DAY_MS = 86_400_000
# Default days of past broadcasts for a new agent, and their maximum number.
NEWCOMER_DAYS = 7
MAX_NEWCOMER_BROADCASTS = 50

Name = Annotated[str, Meta(description="Name of an agent or person", max_length=512)]
MessageId = Annotated[str, Meta(description="Id of a message, its beginning or #42", max_length=64)]
Limit = Annotated[int, Meta(ge=1, le=200, description="Maximum number of items")]
Cursor = Annotated[str, Meta(description="Cursor from the previous page", max_length=512)]


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters of every operation: workspace and identity."""

    workspace: (
        Annotated[str, Meta(description="Workspace (default: the key's workspace)", max_length=512)]
        | None
    ) = None
    agent: (
        Annotated[str, Meta(description="Your name (default: the key's name)", max_length=512)]
        | None
    ) = None
    instance: Annotated[str, Meta(description="Your instance name", max_length=512)] | None = None
    session: (
        Annotated[
            str,
            Meta(
                description="Token of your session; replaces agent and instance",
                max_length=512,
            ),
        ]
        | None
    ) = None


class Unread(msgspec.Struct, frozen=True):
    """A request that is signed instead of sent with a key; `read(held)` reads its body.

    `headers` may contain the signature, `address` is the client's.
    """

    to: str
    headers: Mapping[str, str]
    address: str
    read: Callable[[Any], Awaitable[Any]]


class NeedsWrite(Exception):
    """A reading operation found something to register first; the app runs it again as a write."""


class Context(msgspec.Struct, kw_only=True):
    """What an operation can use during one call."""

    caller: Caller
    store: Store
    workspace: WorkspaceRow
    operation: str
    face: str
    now: int
    new_id: IdMaker
    rings: set[int] = msgspec.field(default_factory=set)
    signs_of_life: dict[int, int] = msgspec.field(default_factory=dict)
    alive: Callable[[int, int], int] = lambda ws, reader: 0
    on_socket: Callable[[int, int], bool] = lambda ws, reader: False
    may_repeat: Callable[[int, int, float, str | None], bool] = lambda *_: True
    totals: Totals = msgspec.field(default_factory=Totals)
    rosters: Rosters = msgspec.field(default_factory=Rosters)
    session: SessionRow | None = None
    session_signs: dict[int, int] = msgspec.field(default_factory=dict)
    session_alive: Callable[[int, int], int] = lambda ws, seq: 0
    sockets: Callable[[], int] = lambda: 0
    skew_ms: Callable[[], int | None] = lambda: None
    stored_bytes: Callable[[int], int] = lambda ws: 0
    fits: Fits = all_fit
    notices: list[str] = msgspec.field(default_factory=list)
    # Of a long poll: the agents whose messages end it, null for everything; and its reader.
    waits_for: frozenset[int] | None = None
    waits_as: int | None = None

    async def resume(self, token: str) -> None:
        """Identify the caller by a session's token, and update when that session was last seen.

        Raises NotFound when no session has it or the session has ended; NotYou when the key may not
        speak as its agent.
        """
        found = await self.store.session_of(hashlib.sha256(token.encode()).digest())
        if found is None or found.ended_at is not None:
            raise NotFound(
                "There is no such session, or it has ended.",
                hint="Start one with session.start.",
                field="session",
            )
        self._check_name(found.name)
        self.session = found
        self.session_signs[found.seq] = self.now

    async def me(self, call: Call) -> Reader:
        """Return the reader the caller acts as, registered by this first call if need be.

        Raises NotYou when the key may not speak as the name; Invalid when no name is known.
        """
        name, instance = self.identity(call)
        if self.caller.is_server(name):
            return await self._as_server(name)
        reader = await self.store.reader(name, instance)
        if (
            reader is not None
            and reader.name != name
            and reader.seen
            and not self.caller.speaks_as(reader.name)
        ):
            raise other_spelling(name, reader.name)
        # A new instance of a name is as the name itself: a key speaks as neither when that is the
        # server's.
        held = reader or (await self.store.reader(name) if instance else None)
        if is_servers(name) if held is None else held.kind == "system":
            raise NotYou(
                f"{name!r} is part of the server; no key speaks as it.",
                hint="Use another name.",
                field="agent",
                claimed=name,
            )
        if held is None:
            refuse_newcomer(name, "agent")
        if reader is None or not reader.seen:
            if await self._is_glance(name, reader or held):
                return nobody(name, instance, last=await self.store.last_seq())
            if not self.store.tx.writable:
                raise NeedsWrite
            reader = await self._register(name, instance)
        self._check_kind(reader)
        self.signs_of_life[reader.reader] = self.now
        return reader

    async def _as_server(self, name: str) -> Reader:
        """Return the reader of a name of the server, for a caller that may act under it."""
        if self.store.tx.writable:
            # The plain name has no mailbox: it shows nowhere but as a sender.
            return await self.server(name, is_listed=name != "system")
        reader = await self.store.reader(name)
        if reader is None or reader.kind != "system":
            raise NeedsWrite
        return reader

    def wait_for(self, me: Reader, *others: int) -> None:
        """Let a long poll be woken for messages to its reader's agent, and to some others alone.

        Everything wakes a name that is not registered: who writes to it registers it.
        """
        self.waits_as = me.reader if me.seen else None
        self.waits_for = frozenset((me.agent, *others)) if me.seen else None

    async def newcomer(self, call: Call) -> Reader:
        """Return the reader the caller registers as.

        Raises what `me` raises, and Conflict for a second spelling of a name.
        """
        reader, name = await self.me(call), self.identity(call)[0]
        if reader.name != name:
            raise other_spelling(name, reader.name)
        return reader

    async def _is_glance(self, name: str, known: Reader | None) -> bool:
        """Whether a call only looks as a name that is not registered and that nothing waits for."""
        connection = self.caller.connection
        if (
            not connection.is_glance
            or name == self.caller.agent
            or OPERATIONS[self.operation].scope != "read"
        ):
            return False
        if known is not None and (known.seen or await self.store.waiting_for(known, most=1)):
            return False
        people = await self.store.first_person() if self._types_as(name) else []
        return not (people and await self.store.waiting_for(people[0], most=1))

    def _types_as(self, name: str) -> bool:
        """Whether a person calls under a name: with their key, or by hand with the operator key."""
        return (
            self.caller.is_person
            if name == self.caller.agent
            else self.caller.role == "operator" and self.caller.connection.is_person
        )

    def identity(self, call: Call) -> tuple[str, str | None]:
        """Return the (name, instance) the call claims, checked against the key."""
        if self.session is not None:
            return self._of_session(self.session, call)
        if call.agent is None and self.caller.agent is None:
            raise Invalid("This key has no name.", hint="Set `agent` to your name.", field="agent")
        if call.agent is not None and self.caller.is_server(call.agent):
            return call.agent, None
        name = self.caller.agent if call.agent is None else parse_name(call.agent, "agent")
        assert name is not None
        if (
            self.caller.agent is not None
            and not self.caller.speaks_as(name)
            and is_same(name, self.caller.agent)
        ):
            name = self.caller.agent
        self._check_name(name)
        return name, None if call.instance is None else parse_instance(call.instance)

    def _of_session(self, session: SessionRow, call: Call) -> tuple[str, str | None]:
        claimed = (
            session.name if call.agent is None else parse_name(call.agent, "agent"),
            call.instance or session.instance,
        )
        if claimed != (session.name, session.instance):
            raise Invalid(
                "This session belongs to another agent or instance than the call names.",
                hint="Leave `agent` and `instance` out.",
                field="session",
            )
        return session.name, session.instance

    def _check_name(self, name: str) -> None:
        if not self.caller.speaks_as(name):
            only_as = self.caller.connection.only_as
            if only_as is not None and name != only_as:
                raise NotYou(
                    f"This connection speaks as {only_as!r}, not as {name!r}.",
                    hint=f"Leave `agent` out, or start a connection for {name!r}.",
                    field="agent",
                    claimed=name,
                )
            own = self.caller.agent
            raise NotYou(
                f"This key does not speak as {name!r}."
                if own is None
                else f"This key speaks as {own!r}, not as {name!r}.",
                hint=(
                    f"Use a name that it speaks as: {', '.join(self.caller.may_speak_as)}."
                    if own is None
                    else "Leave `agent` out. An admin can create keys with `may_speak_as`."
                ),
                field="agent",
                claimed=name,
            )

    async def server(self, name: str, *, is_listed: bool = True) -> Reader:
        """Return the reader that the server sends as under a name, which no key can use."""
        reader, is_new = await self.store.server_sender(name, is_listed=is_listed)
        if is_new:
            self.rings.add(
                await self.store.add_event(
                    "agent.registered", at=self.now, reader=reader.agent, subject={"agent": name}
                )
            )
        return reader

    async def _register(self, name: str, instance: str | None) -> Reader:
        return await self.register(
            name, instance, kind="human" if self._types_as(name) else "agent"
        )

    async def register(self, name: str, instance: str | None = None, *, kind: str) -> Reader:
        """Return the reader of a name, registered now if it was not; a new one receives recent
        broadcasts.
        """
        days = int(self.workspace.settings.get("newcomer_days", NEWCOMER_DAYS))
        days = 0 if self.workspace.sealed else days  # a new member opens no earlier envelopes
        arrival = Arrival(
            self.now, self.now - days * DAY_MS, MAX_NEWCOMER_BROADCASTS if days else 0
        )
        reader, is_new = await self.store.arrive(name, instance, kind=kind, arrival=arrival)
        if is_new and reader.is_agent:
            seq = await self.store.add_event(
                "agent.registered", at=self.now, reader=reader.agent, subject={"agent": name}
            )
            self.rings.add(seq)
        return reader

    def may_act_as(self, reader: Reader) -> bool:
        """Whether the key may act as a reader: a person's own, or one that names the server's."""
        if reader.kind == "system":
            return self.caller.is_server(reader.name)
        is_self = self.caller.is_person and reader.name == self.caller.agent
        return is_self or not reader.is_person or self.caller.role == "operator"

    def _check_kind(self, reader: Reader) -> None:
        if not self.may_act_as(reader):
            raise NotYou(
                f"{reader.name!r} is a person; only that person's key speaks as them.",
                hint="Use another name.",
                field="agent",
                claimed=reader.name,
            )

    async def agent_number(self, name: str | None) -> int | None:
        """Return the number of an agent that a call narrows to.

        Null for no name, -1 for one that nobody has.
        """
        reader = None if name is None else await self.store.reader(name)
        return None if name is None else -1 if reader is None else reader.agent

    def visible_to(self, reader: Reader | None) -> int | None:
        """Return whose messages a reading call is narrowed to: null in a transparent workspace,
        or for those who see all.
        """
        if self.workspace.mode == "open" or self.caller.sees_all:
            return None
        return reader.agent if reader else -1


Run = Callable[[Context, Any], Awaitable[Any]]
F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


class Batch(msgspec.Struct, frozen=True):
    """How one call runs many calls of another operation: `split` returns their parameters.

    The function of a batch gets its parameters and the list of results and errors.
    """

    of: str
    split: Callable[[Any], list[Any]]


class Traits(TypedDict, total=False):
    """What an operation may declare besides its name and scope; each is described in Operation."""

    writes: bool | Callable[[Any], bool]
    is_done: Callable[[Any], bool] | None
    recheck: Callable[[Context, Any, Any], Awaitable[Any]] | None
    write_first: Callable[[Any], Run | None] | None
    kept_params: Callable[[Any], Any] | None
    batch: Batch | None
    cost: Callable[[Any], int]
    is_outside: bool
    find_signer: Callable[[Any, Unread, int], Awaitable[Caller]] | None
    authenticate: Callable[[Any, Any, int], Awaitable[Caller]] | None
    joins: Callable[[Any], Joins]
    foresees: Callable[[Store, Any, str | None], Queries] | None
    spans_workspaces: bool
    is_slow: bool
    is_bulk: bool
    for_caller: bool
    creates: bool
    ends_keys: bool
    renews_key: bool
    recounts: bool


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing ackbox can do, and all that the app and the faces know about it.

    `run(context, params)` runs in a transaction. With `is_outside` it is `run(engine, params, now)`
    and runs outside any transaction, for operations on the database file itself; with `batch` it is
    `run(params, outcomes)`.

    `is_done` makes an operation a long poll: while its result is not done, the app waits for the
    bell and runs it again, up to the call's `wait_s`; `Context.wait_for` says what rings.
    `recheck(context, params, result)` runs instead of it where a second run would do the work
    twice; `kept_params` returns what a wait keeps of the parameters. `write_first` may return work
    to do before, in a transaction of its own.

    `find_signer(engine, request, now)` finds the sender that an `Unread` request is addressed to;
    `authenticate(engine, params, now)` checks the signature that replaces a key.

    `joins(params)` says how its writes fit to others, see store/engine.py; `foresees(store, params,
    caller's name)` returns queries that it will probably run.

    `cost` is how many calls one call counts as for rate limits. `is_bulk` allows a body of 8 MiB.
    `for_caller` marks an operation that is useful to its caller only, as every read is: it does not
    run for a caller who has disconnected. `creates` marks one that answers 201 over REST.
    After `ends_keys` the app forgets the keys it knows, after `recounts` the mailbox totals; the
    key in the result of `renews_key` may be saved on the server's machine.
    """

    name: str
    summary: str
    description: str
    params: type[Call]
    result: Any
    run: Callable[..., Awaitable[Any]]
    scope: Scope
    writes: bool | Callable[[Any], bool] = False
    is_done: Callable[[Any], bool] | None = None
    recheck: Callable[[Context, Any, Any], Awaitable[Any]] | None = None
    write_first: Callable[[Any], Run | None] | None = None
    kept_params: Callable[[Any], Any] | None = None
    batch: Batch | None = None
    cost: Callable[[Any], int] = lambda params: 1
    is_outside: bool = False
    find_signer: Callable[[Any, Unread, int], Awaitable[Caller]] | None = None
    authenticate: Callable[[Any, Any, int], Awaitable[Caller]] | None = None
    joins: Callable[[Any], Joins] = lambda params: "alone"
    foresees: Callable[[Store, Any, str | None], Queries] | None = None
    spans_workspaces: bool = False
    is_slow: bool = False
    is_bulk: bool = False
    for_caller: bool = False
    creates: bool = False
    ends_keys: bool = False
    renews_key: bool = False
    recounts: bool = False

    @property
    def noun(self) -> str:
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.name.partition(".")[2]

    def is_write(self, params: Any) -> bool:
        return self.writes if isinstance(self.writes, bool) else self.writes(params)

    def needs(self, params: Any) -> Scope:
        """Return the scope that these parameters need: a reading call that marks is a write."""
        return "write" if self.scope == "read" and self.is_write(params) else self.scope


OPERATIONS: dict[str, Operation] = {}


def allow(caller: Caller, name: str, scope: Scope) -> None:
    """Raise NotAllowed unless the caller's key has the scope that a call needs."""
    if not caller.may(scope):
        how = " to mark messages" if scope != OPERATIONS[name].scope else ""
        raise NotAllowed(
            f"A key of kind {caller.role!r} cannot call {name}{how}.",
            hint=f"Use a key with the scope {scope}.",
        )


def find(name: str) -> Operation:
    """Return an operation by its name.

    Raises NotFound with the nearest names: all of a noun when that is all there is.
    """
    if (operation := OPERATIONS.get(name)) is not None:
        return operation
    noun = name.strip().lower().partition(".")[0].rstrip("s")
    near = difflib.get_close_matches(name[:64], OPERATIONS, n=3, cutoff=0.7) or [
        each for each in OPERATIONS if each.partition(".")[0] == noun
    ]
    nouns = ", ".join(dict.fromkeys(each.noun for each in OPERATIONS.values()))
    raise NotFound(
        f"There is no operation {name[:64]!r}.",
        near=near,
        hint=f"Did you mean {' or '.join(near)}?" if near else f"Use one of these nouns: {nouns}.",
    )


def op(name: str, *, scope: Scope, **traits: Unpack[Traits]) -> Callable[[F], F]:
    """Register an async function as an operation; its annotations and docstring describe it."""

    def enter(function: F) -> F:
        signature = inspect.get_annotations(function, eval_str=True)
        text = inspect.cleandoc(function.__doc__ or "")
        traits.setdefault("for_caller", scope == "read")
        OPERATIONS[name] = Operation(
            name=name,
            summary=text.partition("\n")[0],
            description=text,
            params=signature["params"],
            result=signature["return"],
            run=function,
            scope=scope,
            **traits,
        )
        return function

    return enter
