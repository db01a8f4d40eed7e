"""Local RPC: the methods of a system whose programs call a server over a Unix socket, as data.

The protocol, one JSON object a line, is in faces/local_rpc.py. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import msgspec

from ackbox.dialects.engine.arguments import map_call, names_of, shape_of
from ackbox.dialects.engine.dialect import reply_of
from ackbox.dialects.engine.errors import in_callers_words
from ackbox.dialects.engine.mapping import MappedCall, Object, ToolMapping
from ackbox.errors import AckboxError, NotFound


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """The project whose socket is served: its directory, the socket, the serving process, and the
    times (RFC 3339) at which that began and of the current request.
    """

    root: str
    socket: str
    pid: int
    session: str
    started_at: str
    now: str


class Read(msgspec.Struct, frozen=True):
    """An operation whose result is one part of a view, and its parameters."""

    operation: str
    params: Object = {}


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A method that returns the state of the project, made of the results of several operations.

    `reply` is a pure function of the project and of these results by name.
    """

    parts: Mapping[str, Read]
    reply: Callable[[Project, Mapping[str, Any]], Any]


class LocalRpc(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One system's methods over a socket in its user's home.

    `tools` do something, `views` show the state; `followed` is the method that shows the state of
    the view `state` and afterwards each change of it, as the notification `pushed`, when an event
    of these `kinds` comes. `absent` gives the reason why a method of the system is not served.
    `stop` is the command that stops the system's own server. `socket_of` and `state_file_of` are
    the paths of the socket and of the file without which the system's programs do not look for it,
    from the directory of the project, the user's home and the environment; `kept` is the part of
    the state that this file holds.
    """

    name: str
    stop: str
    tools: Mapping[str, ToolMapping]
    views: Mapping[str, View]
    state: str
    followed: str
    pushed: str
    kinds: tuple[str, ...]
    absent: Mapping[str, str]
    socket_of: Callable[[str, str, Mapping[str, str]], str]
    state_file_of: Callable[[str], str]
    kept: Callable[[Object], Any]

    @cached_property
    def _shapes(self) -> dict[str, type[msgspec.Struct]]:
        return {name: shape_of(tool) for name, tool in self.tools.items()}

    def ask(self, method: str, given: Any) -> MappedCall:
        """Return the operation of a method that does something. Raises Invalid, UnknownField."""
        return map_call(self.tools[method], self._shapes[method], given)

    def say(self, call: MappedCall, result: Any) -> Any:
        """Return an operation's result as the system does."""
        return reply_of(call, result, None)

    def unknown(self, method: str) -> NotFound:
        """Return the error for a method that is not served."""
        served = ", ".join(sorted([*self.tools, *self.views, self.followed]))
        reason = self.absent.get(method)
        return NotFound(
            f"Unknown method {method[:64]!r}."
            if reason is None
            else f"ackbox does not serve {method!r}: {reason}.",
            hint=f"Use one of: {served}.",
        )

    def refuse(self, error: AckboxError, call: MappedCall | None) -> Object:
        """Return an error in the caller's words."""
        said = in_callers_words(error, names_of(call, {}))
        return {"message": f"{said.message} {said.hint or ''}".strip()}
