"""The client: every operation as a method, and the feed as an iterator.

Methods are derived from the table of operations, at run time here and for type checkers in
`verbs.pyi`. `SyncClient` offers the same to programs without an event loop. Explained in
docs/howto/use-the-python-client.md.
"""

from __future__ import annotations

import asyncio
import inspect
import keyword
import uuid
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, Unpack

import msgspec

from ackbox.client.http import NoServer
from ackbox.client.times import with_times
from ackbox.errors import RateLimited, Unavailable
from ackbox.model.receipt import Mark
from ackbox.ops.event import feed
from ackbox.ops.table import (
    OPERATIONS,
    Call,
    Context,
    Operation,
)  # the package fills the table as it is imported

if TYPE_CHECKING:
    from ackbox.client.results import Event, Letter
    from ackbox.client.verbs import Follow, Nouns
else:
    Nouns = object

P = TypeVar("P", bound=Call)
R = TypeVar("R")
WHOSE = ("workspace", "agent", "instance", "session")
# Maximum number of remembered letters, so that each is yielded once; and the time between two
# complete reads of the unread messages.
MAX_SHOWN = 10_000
LOOK_AGAIN_S = 60.0


class Transport(Protocol):
    """A connection to a store: over a socket, or in this process."""

    async def call(self, name: str, params: bytes, *, may_repeat: bool) -> bytes:
        """Call one operation with JSON parameters and return JSON."""
        ...

    def follow(self, params: dict[str, Any]) -> AsyncGenerator[Any, None]:
        """Yield pages of the feed: events as JSON, and the cursor after them."""
        ...

    async def close(self) -> None: ...


class Noun:
    """The operations of one noun: `client.message.send(to="bob", body="hello")`."""

    def __init__(self, client: Client, noun: str) -> None:
        self._client, self._noun = client, noun

    def __getattr__(self, verb: str) -> Callable[..., Awaitable[Any]]:
        plain = verb.removesuffix("_")
        name = f"{self._noun}.{plain if verb == spoken(plain) else verb}"
        operation = OPERATIONS.get(name)
        if operation is None:
            raise AttributeError(f"there is no operation {name}")
        return _method(self._client, operation)

    def __dir__(self) -> list[str]:
        return [
            spoken(operation.verb)
            for operation in OPERATIONS.values()
            if operation.noun == self._noun
        ]


def spoken(verb: str) -> str:
    """Return the method name of a verb; `import` is a Python keyword."""
    return f"{verb}_" if keyword.iskeyword(verb) else verb


def _method(client: Client, operation: Operation) -> Callable[..., Awaitable[Any]]:
    async def method(**params: Any) -> Any:
        return await client.call(operation.name, **params)

    method.__name__, method.__doc__ = operation.verb, operation.description
    signature = inspect.signature(operation.params).replace(return_annotation=operation.result)
    # For help().
    method.__dict__["__signature__"] = signature
    return method


class Client(Nouns):
    """One server and one key: `async with ackbox.Client() as client: await
    client.message.send(to="bob", body="hello")`.

    Without an address and key, the client finds them as the command line does. `workspace`, `agent`
    and `instance` are the defaults of every call. Times in results are aware `datetime`s, with
    `text_times` text as the server sends it. After a lost connection the client reconnects
    automatically.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        workspace: str | None = None,
        agent: str | None = None,
        instance: str | None = None,
        data_dir: str | None = None,
        patience_s: float = 10.0,
        text_times: bool = False,
        transport: Transport | None = None,
    ) -> None:
        self._text_times = text_times
        if transport is None:
            from ackbox.client.discovery import caller
            from ackbox.client.transports import transport as transport_of

            found = caller(data_dir=data_dir, url=url, key=key)
            transport = transport_of(found, patience_s=patience_s)
        self._transport = transport
        self._whose = {
            name: value
            for name, value in (("workspace", workspace), ("agent", agent), ("instance", instance))
            if value is not None
        }

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    if not TYPE_CHECKING:  # otherwise a type checker would accept any name as a noun

        def __getattr__(self, noun: str) -> Noun:
            if noun.startswith("_") or not any(
                operation.noun == noun for operation in OPERATIONS.values()
            ):
                raise AttributeError(f"there is no operation {noun}.*")
            return Noun(self, noun)

    def __dir__(self) -> list[str]:
        return [
            *super().__dir__(),
            *dict.fromkeys(operation.noun for operation in OPERATIONS.values()),
        ]

    async def close(self) -> None:
        """Close the connection."""
        await self._transport.close()

    async def call(self, name: str, /, **params: Any) -> Any:
        """Call an operation by its name and return its result struct, with times as `datetime`.

        Raises NoServer and the errors of ackbox.errors.
        """
        operation = OPERATIONS.get(name)
        if operation is None:
            raise AttributeError(f"there is no operation {name!r}")
        raw = await self._answer(operation, params)
        return msgspec.json.decode(raw, type=self._shape(operation.result))

    async def _answer(self, operation: Operation, params: dict[str, Any]) -> bytes:
        given = self._own(operation) | {
            field: value for field, value in params.items() if value is not None
        }
        if "idempotency_key" in operation.params.__struct_fields__:
            # The call can be sent again if the reply is lost, and is stored once.
            given.setdefault("idempotency_key", uuid.uuid4().hex)
        return await self._transport.call(
            operation.name, msgspec.json.encode(given), may_repeat=_may_repeat(operation, given)
        )

    def _shape(self, result: Any) -> Any:
        return result if self._text_times else with_times(result)

    async def do(self, operation: Callable[[Context, P], Awaitable[R]], params: P) -> R:
        """Call an operation with its parameter struct; a type checker knows parameters and result,
        in which times are text.

        `sent = await client.do(messages.send, messages.Send(to="bob", body="hello"))`
        """
        found = next(each for each in OPERATIONS.values() if each.run is operation)
        given = {name: getattr(params, name) for name in params.__struct_fields__}
        result: R = msgspec.json.decode(
            await self._answer(found, msgspec.to_builtins(given)), type=found.result
        )
        return result

    async def pages(
        self, **params: Unpack[Follow]
    ) -> AsyncGenerator[tuple[list[Event], str], None]:
        """Yield pages of the feed, as (events, cursor), as long as the caller iterates; the first
        has no events and contains the start.

        Takes `of`, `cursor`, `kinds`, `sender`, `thread`, `join_ms`, as a subscription does. After
        a lost connection it continues from its cursor.
        """
        asked = self._own(OPERATIONS["event.feed"]) | {
            name: value for name, value in params.items() if value is not None
        }
        last = 0
        async with aclosing(self._transport.follow(asked)) as pages:
            async for page in pages:
                events = [
                    msgspec.json.decode(raw, type=self._shape(feed.Event)) for raw in page.events
                ]
                yield [event for event in events if event.seq > last], page.cursor
                last = max([last, *(event.seq for event in events)])

    async def events(self, **params: Unpack[Follow]) -> AsyncGenerator[Event, None]:
        """Yield events one at a time; like `pages`, without the cursors."""
        async with aclosing(self.pages(**params)) as pages:
            async for events, _ in pages:
                for event in events:
                    yield event

    async def letters(
        self, *, mark: Mark | Literal["none"] = "none"
    ) -> AsyncGenerator[Letter, None]:
        """Yield unread messages, each once: first those that wait, then new ones, by push and poll.

        Sets `mark` on each message before yielding it. Mark the messages that you have handled, or
        the next run yields them again. If the server goes away after the first message, this waits
        for it. Raises NoServer before that, and the errors of ackbox.errors.
        """
        shown: OrderedDict[str, None] = OrderedDict()
        fetched: deque[Letter] = deque()
        has_begun = False
        news = asyncio.Event()
        listening = asyncio.create_task(self._listen(news))
        try:
            while True:
                news.clear()
                try:
                    async for page in self._unread():
                        has_begun = True
                        fetched.extend(letter for letter in page if letter.id not in shown)
                        shown.update(dict.fromkeys(letter.id for letter in page))
                        while fetched:
                            if mark != "none":
                                await self.call("receipt.mark", mark=mark, ids=[fetched[0].id])
                            yield fetched.popleft()
                        while len(shown) > MAX_SHOWN:
                            shown.popitem(last=False)
                except (NoServer, RateLimited, Unavailable):
                    if not has_begun:
                        raise
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await _either(news, listening)
        finally:
            listening.cancel()
            await asyncio.wait([listening])

    async def _listen(self, news: asyncio.Event) -> None:
        async for _ in self.pages(of="inbox"):
            news.set()

    async def _unread(self) -> AsyncGenerator[list[Letter], None]:
        """Yield all unread messages, page by page, and mark nothing: if a reply is lost, its
        messages must stay unread.
        """
        cursor = None
        while True:
            page = await self.call("inbox.check", cursor=cursor)
            yield page.messages
            if not page.has_more:
                return
            cursor = page.cursor

    def _own(self, operation: Operation) -> dict[str, Any]:
        return {
            name: value
            for name, value in self._whose.items()
            if name in operation.params.__struct_fields__
        }


async def _either(news: asyncio.Event, listening: asyncio.Task[None]) -> None:
    """Wait for the next page; raise the error that ended the feed."""
    waiting = asyncio.create_task(news.wait())
    try:
        await asyncio.wait([waiting, listening], return_when=asyncio.FIRST_COMPLETED)
        if listening.done():
            listening.result()
    finally:
        waiting.cancel()


def _may_repeat(operation: Operation, given: dict[str, Any]) -> bool:
    """Whether repeating the call has no further effect."""
    if "idempotency_key" in given:
        return True
    if isinstance(operation.writes, bool):
        return not operation.writes
    return given.get("mark", "none") == "none" and "summary" not in given
