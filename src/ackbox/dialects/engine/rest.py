"""Routes: a system's REST interface as data, over the same operations as its tools.

What is HTTP about a request stands in faces/rest/dialect_routes.py. Explained in
docs/why/dialects.md.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import msgspec

from ackbox.app.limits import Rate
from ackbox.dialects.engine.arguments import map_call, names_of, shape_of, with_opening
from ackbox.dialects.engine.dialect import reply_of
from ackbox.dialects.engine.errors import (
    CallerError,
    ErrorReply,
    find_reply,
    in_callers_words,
    with_reply,
)
from ackbox.dialects.engine.mapping import MappedCall, Object, ToolMapping
from ackbox.errors import AckboxError


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply has the address of a WebSocket and tickets that open it, as names with dots."""

    path: str
    address: str
    tickets: tuple[str, ...]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One route: method and path under the prefixes, its tool, and the status of success.

    Words in braces in the path are arguments. A reply that is text has the type `text_type`.
    """

    method: str
    path: str
    tool: ToolMapping
    status: int = 200
    text_type: str = ""
    live: Live | None = None


class Keyless(msgspec.Struct, frozen=True, kw_only=True):
    """How a system's clients call without a key: the loopback port where they expect its routes,
    without a prefix, and the names, as patterns, that the server's key for that port speaks as.
    """

    port: int
    speaks_as: tuple[str, ...]


class Rest(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One system's REST interface: its prefixes and routes, and how each kind of error is said.

    `key_headers` may carry the key beside Authorization; `rate` limits the requests of one key.
    `keyless` describes a port for clients without a key, which is open on request only.
    """

    name: str
    prefixes: tuple[str, ...]
    routes: tuple[Route, ...]
    errors: dict[str, ErrorReply]
    error_body: Callable[[CallerError], Object]
    key_headers: tuple[str, ...] = ()
    rate: Rate | None = None
    keyless: Keyless | None = None
    opening: ToolMapping | None = None

    @cached_property
    def _shapes(self) -> dict[tuple[str, str], type[msgspec.Struct]]:
        return {(route.method, route.path): shape_of(route.tool) for route in self.routes}

    def shape(self, route: Route) -> type[msgspec.Struct]:
        """Return what a route takes, as a struct."""
        return self._shapes[route.method, route.path]

    def ask(self, route: Route, given: Any) -> MappedCall:
        """Return the operation of a request. Raises Invalid, UnknownField."""
        return with_opening(self.opening, map_call(route.tool, self.shape(route), given))

    def say(self, call: MappedCall, result: Any, briefing: str | None = None) -> Any:
        """Return an operation's result as the body of the reply."""
        return reply_of(call, result, briefing)

    @cached_property
    def _operations(self) -> dict[str, str]:
        return {
            route.tool.operation: f"{route.method} {route.path}" for route in reversed(self.routes)
        }

    def refuse(
        self, route: Route | None, error: AckboxError, call: MappedCall | None = None
    ) -> tuple[int, Object]:
        """Return the status and the body of an error, as the system says it.

        `call` is what it refuses, once that was understood.
        """
        said = in_callers_words(error, names_of(call, self._operations))
        reply = find_reply(said, {**self.errors, **(route.tool.errors if route else {})})
        body = reply.body or self.error_body
        return reply.status or error.status, body(with_reply(said, reply))
