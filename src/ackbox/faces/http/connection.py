"""Connections: what the server knows of each one, and which one goes when there are too many.

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

# Where a request's connection is among the extensions of its scope, and where the connections of a
# server are in its state.
EXTENSION = "ackbox.connection"
# Taken from the listening socket in one turn of the loop, before anything can be let go.
BACKLOG = 128
# Descriptors that are not connections: the database, the log, the listening socket.
RESERVED = 48
MAX_CONNECTIONS = 65_536
# How often a connection that is not read is looked at.
LOOK_S = 0.5
# Linux says so when the other side has ended its half; elsewhere a hang-up is said without being
# asked for.
_ENDED = getattr(select, "POLLRDHUP", 0)


class Wire(Protocol):
    """The protocol at our end of a connection."""

    def is_idle(self) -> bool:
        """Whether nothing is under way, so that closing loses nothing."""
        ...

    def is_early(self) -> bool:
        """Whether an answer that starts now starts before its request has ended."""
        ...

    def linger(self) -> None:
        """Keep the connection until its answer is out, and close it then."""
        ...

    def drop(self) -> None:
        """End the connection now."""
        ...


class Watch:
    """Looks whether the other side has hung up while its connection is not read: a loop that
    does not read sees no end.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look from now on, until stopped; a caller who has hung up is cut off."""
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def stop(self) -> None:
        """Look no more."""
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
    """One connection: whose it is once a key has been shown, and whether its caller has left."""

    __slots__ = ("_connections", "gone", "key", "network", "wire")

    def __init__(self, connections: Connections, wire: Wire, address: str) -> None:
        self._connections = connections
        self.wire = wire
        self.network = network(address) if ":" in address else address
        self.key: str | None = None
        self.gone = Gone()

    def welcome(self, key: str) -> None:
        """Note whose connection this is; called whenever a key has been found good."""
        if self.key != key:
            self._connections.move(self, key)


class Connections:
    """All connections of one server, strangers by network and the others by key, oldest first."""

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
        """Take a new connection, in the place of another if need be.

        False when there is no place.
        """
        if self.open >= self.limit and not self._let_go():
            return False
        self.open += 1
        self._strangers.setdefault(connection.network, {})[connection] = None
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection that has ended, or that speaks another protocol from now on."""
        self.open -= self._take_out(connection)

    def move(self, connection: Connection, key: str) -> None:
        """Put a connection with those of its key."""
        is_here = self._take_out(connection)
        connection.key = key
        if is_here:
            self._known.setdefault(key, {})[connection] = None

    def _let_go(self) -> bool:
        """End one connection: the oldest stranger of the network with most of them, or an idle
        one of the key with most.
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
    """Return how many connections the process has descriptors for."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MAX_CONNECTIONS
    return max(8, min(MAX_CONNECTIONS, max(soft - RESERVED - BACKLOG, soft // 3)))


def raise_descriptors() -> None:
    """Let the process open as many descriptors as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, MAX_CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connection_of(scope: MutableMapping[str, Any]) -> Connection | None:
    """Return the connection that a request came on; null under a server that is not ours."""
    extensions = scope.get("extensions")
    return extensions.get(EXTENSION) if extensions else None


def gone_of(scope: MutableMapping[str, Any]) -> Gone | None:
    """Return what says that a request's caller has left."""
    connection = connection_of(scope)
    return None if connection is None else connection.gone


class Keyed(Protocol):
    """A call whose key was found good."""

    @property
    def key(self) -> str: ...


def welcome(scope: MutableMapping[str, Any], key: str) -> None:
    """Note that a request came with a good key."""
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
