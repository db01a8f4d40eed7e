"""Dialects: from a foreign tool call to an operation, and from its result to the foreign reply.

Knows no dialect, and has no way to the store: a face calls the operation. Explained in
docs/why/dialects.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import msgspec

from ackbox.dialects.engine.arguments import map_call, names_of, shape_of, with_opening
from ackbox.dialects.engine.errors import (
    CallerError,
    ErrorReply,
    find_reply,
    in_callers_words,
    with_reply,
)
from ackbox.dialects.engine.mapping import MappedCall, Object, Prompt, Reply, ToolMapping
from ackbox.errors import AckboxError, NotFound
from ackbox.ops.table import OPERATIONS


class Said(msgspec.Struct, frozen=True):
    """A reply: its texts, and the same as data; unset for a reply that is text alone."""

    texts: tuple[str, ...]
    data: Any = msgspec.UNSET


class Offered(msgspec.Struct, frozen=True):
    """A tool as a face lists it."""

    name: str
    description: str
    shape: type[msgspec.Struct]
    hidden: frozenset[str] = frozenset()
    hints: dict[str, bool] = {}
    title: str | None = None
    is_needed_first: bool = False
    reading: tuple[str, ...] = ()


# What removes something: unread messages, a schedule, a webhook, a note, a link.
REMOVING = frozenset(
    {
        "message.withdraw",
        "agent.dismiss",
        "schedule.remove",
        "webhook.remove",
        "note.remove",
        "note.unlink",
    }
)


def hints(operations: Iterable[str]) -> dict[str, bool]:
    """Return the hints for a host about a tool that is these operations: whether it only reads,
    whether it removes, that it reaches nothing beyond this server.
    """
    names = set(operations)
    if all(OPERATIONS[name].writes is False for name in names):
        return {"readOnlyHint": True, "openWorldHint": False}
    return {"destructiveHint": bool(names & REMOVING), "openWorldHint": False}


class Dialect(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One system's vocabulary: its tools, the instructions for a model, and how each kind of error
    is said.

    `error_body` makes the object of an error; without it errors are text. `key_headers` may carry
    the key beside Authorization; `environment` names the variables in which the system's programs
    give key, workspace, session, agent or url. `opening` is called before each other tool, as the
    same caller; its reply, unless it is empty, stands under `_ext` of the other's. `missing` names
    tools of the system that are not here, with the hint what to use instead.
    """

    name: str
    instructions: str
    tools: tuple[ToolMapping, ...]
    missing: dict[str, str] = {}
    errors: dict[str, ErrorReply]
    error_body: Callable[[CallerError], Object] | None = None
    key_headers: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    prompts: tuple[Prompt, ...] = ()
    opening: ToolMapping | None = None

    @cached_property
    def _by_name(self) -> dict[str, ToolMapping]:
        return {tool.name: tool for tool in self.tools}

    @cached_property
    def _shapes(self) -> dict[str, type[msgspec.Struct]]:
        return {tool.name: shape_of(tool) for tool in self.tools}

    @property
    def whose(self) -> frozenset[str]:
        """No argument is left out: a system's tools have all that its page says."""
        return frozenset()

    def offered(self) -> list[Offered]:
        """Return the tools, in their order."""
        return [
            Offered(tool.name, tool.description, self._shapes[tool.name], hints=self._hints(tool))
            for tool in self.tools
        ]

    def _hints(self, tool: ToolMapping) -> dict[str, bool]:
        opening = self.opening
        before = [opening.operation] if opening and tool.name != opening.name else []
        return hints([tool.operation, *before])

    def ask(self, name: str, arguments: Object) -> MappedCall:
        """Return the operation of a tool call. Raises NotFound, Invalid, UnknownField."""
        tool = self._by_name.get(name)
        if tool is None and name in self.missing:
            raise NotFound(f"ackbox has no tool {name!r}.", hint=self.missing[name])
        if tool is None:
            near = difflib.get_close_matches(name, self._by_name, n=2, cutoff=0.5)
            raise NotFound(
                f"There is no tool {name[:64]!r}.",
                near=near,
                hint=(
                    f"Did you mean {near[0]!r}?" if near else f"Tools: {', '.join(self._by_name)}."
                ),
            )
        return with_opening(self.opening, map_call(tool, self._shapes[name], arguments))

    def say(self, call: MappedCall, result: Any, briefing: str | None = None) -> Said:
        """Return an operation's result as the tool's reply."""
        made = reply_of(call, result, briefing)
        if not isinstance(made, Reply):
            return Said((_json(made),), made)
        after = (each if isinstance(each, str) else _json(each) for each in made.after)
        return Said((*made.before, made.text or _json(made.data), *after), made.data)

    @cached_property
    def _operations(self) -> dict[str, str]:
        return {tool.operation: tool.name for tool in reversed(self.tools)}

    def refuse(self, name: str, error: AckboxError, call: MappedCall | None = None) -> Said:
        """Return an error as the system says it; our own shape stands beside it.

        `call` is what it refuses, once that was understood.
        """
        tool = self._by_name.get(name)
        said = in_callers_words(error, names_of(call, self._operations))
        reply = find_reply(said, {**self.errors, **(tool.errors if tool else {})})
        said = with_reply(said, reply, name[:64])
        body = reply.body or self.error_body
        if body is None:
            return Said((said.text,), {"_ext": error.as_dict()})
        data = body(said)
        return Said((_json(data),), {**data, "_ext": error.as_dict()})


def reply_of(call: MappedCall, result: Any, briefing: str | None = None) -> Any:
    """Return an operation's result in the tool's own fields, as plain data or a Reply of such."""
    tool = call.tool
    assert tool is not None
    made = (
        tool.reply(call.given, result, briefing)
        if tool.is_briefed
        else tool.reply(call.given, result)
    )
    if isinstance(made, Reply):
        if made.data is msgspec.UNSET:
            return made
        return msgspec.structs.replace(made, data=msgspec.to_builtins(made.data))
    return msgspec.to_builtins(made)


def opened(call: MappedCall, result: Any) -> Object:
    """Return the reply of a call's opening, to stand under `_ext`.

    Empty when the opening was refused or has nothing new.
    """
    assert call.first is not None
    return {} if result is None else reply_of(call.first, result)


def beside(said: Said, more: Object) -> Said:
    """Return a reply with more under `_ext`: of an object in it, of rows in a text of its own."""
    if not more:
        return said
    if not isinstance(said.data, dict):
        return Said((*said.texts, _json({"_ext": more})), said.data)
    data = said.data | {"_ext": said.data.get("_ext", {}) | more}
    return Said((_json(data), *said.texts[1:]), data)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
