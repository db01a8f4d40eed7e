"""Connections: the state of each connection, and which one the server closes when there are too
many.

Connections without a key are closed first, then idle keep-alive connections. HTTP and WebSocket
share this module; they own the protocol on a connection. Explained in docs/why/serving.md.
"""

from __future__ import annotations

import asyncio
import resource
import select
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from ackbox.app.bell import Gone
from ackbox.app.limits import network

# Keys for a request's connection in the extensions of its scope, and for a server's connections in
# its state.
EXTENSION = "ackbox.connection"
# Connections accepted in one turn of the loop, before the server can close any.
BACKLOG = 128
# Descriptors that are not connections: the database, the log, the listening socket.
RESERVED = 48
MAX_CONNECTIONS = 65_536
# How often the server checks a connection that it does not read.
LOOK_S = 0.5
# Linux reports that the other side has ended its half. Elsewhere `poll` reports a hang-up without
# this flag.
_ENDED = getattr(select, "POLLRDHUP", 0)


class Wire(Protocol):
    """The protocol at our end of a connection."""

    def is_idle(self) -> bool:
        """Whether nothing is in progress, so that closing loses nothing."""
        ...

    def is_early(self) -> bool:
        """Whether a response that starts now would start before the end of its request."""
        ...

    def linger(self) -> None:
        """Close the connection after its response is sent."""
        ...

    def drop(self) -> None:
        """End the connection now."""
        ...


class Watch:
    """Checks whether the other side has hung up while the server does not read its connection: a
    loop that does not read sees no end.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Check from now on, until stopped; abort the connection of a caller who has hung up."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def stop(self) -> None:
        """Stop checking."""
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _look(self) -> None:
        self._next = None
        if self._transport.is_closing():
            return
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), _ENDED)
        if poll.poll(0):
            self._transport.abort()
        else:
            self.start()


class Connection:
    """One connection: its key after the first request with one, and whether its caller has left."""

    __slots__ = ("_connections", "gone", "key", "network", "wire")

    def __init__(self, connections: Connections, wire: Wire, address: str) -> None:
        self._connections = connections
        self.wire = wire
        self.network = network(address) if ":" in address else address
        self.key: str | None = None
        self.gone = Gone()

    def welcome(self, key: str) -> None:
        """Record the key of this connection; called after each successful check of a key."""
        if self.key != key:
            self._connections.move(self, key)


class Connections:
    """All connections of one server: those without a key by network, the others by key, oldest
    first.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open = 0
        self._strangers: dict[str, dict[Connection, None]] = {}
        self._known: dict[str, dict[Connection, None]] = {}

    @classmethod
    def of(cls, state: MutableMapping[str, Any]) -> Connections:
        """Return the connections of the server that has this state."""
        found: Connections = state.get(EXTENSION) or state.setdefault(
            EXTENSION, cls(max_connections())
        )
        return found

    def enter(self, connection: Connection) -> bool:
        """Accept a new connection, and close another one if necessary.

        Returns false if there is no room.
        """
        if self.open >= self.limit and not self._let_go():
            return False
        self.open += 1
        self._strangers.setdefault(connection.network, {})[connection] = None
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection that has ended, or that switched to another protocol."""
        self.open -= self._take_out(connection)

    def move(self, connection: Connection, key: str) -> None:
        """Group a connection with the others of its key."""
        is_here = self._take_out(connection)
        connection.key = key
        if is_here:
            self._known.setdefault(key, {})[connection] = None

    def _let_go(self) -> bool:
        """Close one connection: the oldest without a key, of the network with most of them, or an
        idle one of the key with most.
        """
        for groups, is_any in ((self._strangers, True), (self._known, False)):
            for group in sorted(groups.values(), key=len, reverse=True):
                for connection in group:
                    if is_any or connection.wire.is_idle():
                        self.leave(connection)
                        connection.wire.drop()
                        return True
        return False

    def _take_out(self, connection: Connection) -> bool:
        groups, name = (
            (self._strangers, connection.network)
            if connection.key is None
            else (self._known, connection.key)
        )
        group = groups.get(name, {})
        if connection not in group:
            return False
        del group[connection]
        if not group:
            del groups[name]
        return True


def max_connections() -> int:
    """Return the number of connections that the process has descriptors for."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(8, min(MAX_CONNECTIONS, max(soft - RESERVED - BACKLOG, soft // 3)))


def raise_descriptors() -> None:
    """Raise the process's limit of open descriptors to the maximum."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, MAX_CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connection_of(scope: MutableMapping[str, Any]) -> Connection | None:
    """Return the connection of a request; null under another server than ours."""
    extensions = scope.get("extensions")
    return extensions.get(EXTENSION) if extensions else None


def gone_of(scope: MutableMapping[str, Any]) -> Gone | None:
    """Return the event that is set when a request's caller has left."""
    connection = connection_of(scope)
    return None if connection is None else connection.gone


class Keyed(Protocol):
    """A call whose key was found good."""

    @property
    def key(self) -> str: ...


def welcome(scope: MutableMapping[str, Any], key: str) -> None:
    """Record that a request had a valid key."""
    connection = connection_of(scope)
    if connection is not None:
        connection.welcome(key)


def introduced(
    scope: MutableMapping[str, Any], params: dict[str, Any]
) -> Callable[[Keyed], Awaitable[dict[str, Any]]]:
    """Return a call's parameters so that the call welcomes the connection once its key is good."""

    async def read(held: Keyed) -> dict[str, Any]:
        welcome(scope, held.key)
        return params

    return read
