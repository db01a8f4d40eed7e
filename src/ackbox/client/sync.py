"""The same client for programs without an event loop: one thread runs the client, and every method
waits for it.

Nothing is written twice: this class wraps the attributes of `Client`. Explained in
docs/howto/use-the-python-client.md.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ackbox.client.client import Client, Noun

if TYPE_CHECKING:
    from ackbox.client.verbs import SyncNouns
else:
    SyncNouns = object


class SyncClient(SyncNouns):
    """`with ackbox.SyncClient() as client: client.message.send(to="bob", body="hello")`.

    Has the parameters of Client.
    """

    _client: Client
    _loop: asyncio.AbstractEventLoop
    _thread: threading.Thread

    if (
        not TYPE_CHECKING
    ):  # otherwise a type checker would accept any argument, and any name as a noun

        def __init__(self, *args: Any, **options: Any) -> None:
            self._client = Client(*args, **options)
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(
                target=self._loop.run_forever, name="ackbox-client", daemon=True
            )
            self._thread.start()

        def __getattr__(self, name: str) -> Any:
            return self._waiting(getattr(self._client, name))

    def __enter__(self) -> SyncClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __dir__(self) -> list[str]:
        return dir(self._client)

    def close(self) -> None:
        """Close the connection and end the thread."""
        if self._loop.is_closed():
            return
        self._wait(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _waiting(self, found: Any) -> Any:
        """Return a blocking version of a client method, an iterator of its items, or the verbs of a
        noun.
        """
        if isinstance(found, Noun):
            return _SyncNoun(self, found)

        @functools.wraps(found)
        def method(*args: Any, **options: Any) -> Any:
            started = found(*args, **options)
            return self._items(started) if inspect.isasyncgen(started) else self._wait(started)

        return method

    def _items(self, items: AsyncGenerator[Any, Any]) -> Iterator[Any]:
        try:
            while True:
                try:
                    yield self._wait(_next(items))
                except StopAsyncIteration:
                    return
        finally:
            with suppress(RuntimeError, CancelledError):
                self._wait(items.aclose())

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Wait for work in the thread; an exception that ends the wait, such as Ctrl-C, cancels the
        work.
        """
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise


class _SyncNoun:
    def __init__(self, client: SyncClient, noun: Noun) -> None:
        self._client, self._noun = client, noun

    def __getattr__(self, verb: str) -> Any:
        return self._client._waiting(getattr(self._noun, verb))

    def __dir__(self) -> list[str]:
        return dir(self._noun)


async def _next(items: AsyncGenerator[Any, None]) -> Any:
    return await anext(items)
