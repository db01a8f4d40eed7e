"""What a dialect is written in: tools with their parameters, commands, and the calls they become.

Arguments are data, because they are read three ways: as a schema, from a call to an operation, and
back, to say an error in the caller's words. A reply is a function. Explained in
docs/why/dialects.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.dialects.engine.errors import ErrorReply

REQUIRED = msgspec.UNSET
Object = dict[str, Any]


def unchanged(value: Any) -> Any:
    """Return a value as it was given."""
    return value


class Arg(msgspec.Struct, frozen=True):
    """A foreign parameter: its name and type, the operation's parameter it becomes (`metadata.x`
    for a part of one), and the function that converts a value.

    If it is omitted, it is null and the connection's headers are ignored; with `or_header` the
    headers are used. Lists of several arguments for one parameter are joined. `of` makes it an
    object whose parts are parameters; a part that is omitted is not set.
    `of_each` makes it a list of objects with these names. `also` names further parameters that are
    made of the same value, each with its place in it for errors. With `ignores_unknown` the objects
    of `of_each` may have other names, which are ignored. With `empty_is_none` an empty text, or
    null, counts as left out. A required argument may be empty only with `may_be_empty`, or where
    the operation takes empty text; an optional one with it passes empty text on. It is another
    name of the arguments `same_as`.
    """

    name: str
    kind: Any
    to: str | None = None
    by: Callable[[Any], Any] = unchanged
    default: Any = REQUIRED
    or_header: bool = False
    of: tuple[Arg, ...] = ()
    of_each: tuple[Arg, ...] = ()
    also: tuple[Arg, ...] = ()
    ignores_unknown: bool = False
    empty_is_none: bool = False
    may_be_empty: bool = False
    same_as: tuple[str, ...] = ()


def limit(maximum: int, *, default: int) -> Arg:
    """Return the parameter `limit` of a tool that lists at most so many."""
    kind = Annotated[int, Meta(ge=1, le=maximum, description="Maximum number to return")]
    return Arg("limit", kind, "limit", default=default)


class ToolMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign tool: the operation it is, how its arguments become parameters, and its reply.

    `reply` is a pure function of the arguments given, by their foreign names, and the operation's
    result. It returns the reply as data, or a Reply. With `is_briefed` a third parameter,
    `briefing`, holds the result's messages as text for a model; `wording` gives the system's words
    for what that text advises. Of the arguments `one_of` exactly one is given. With
    `ignores_unknown` arguments of other names are ignored at each level, as the system ignores
    them.
    """

    name: str
    operation: str
    description: str
    reply: Callable[..., Any]
    args: tuple[Arg, ...] = ()
    fixed: Object = {}
    one_of: tuple[str, ...] = ()
    is_briefed: bool = False
    wording: dict[str, str] = {}
    ignores_unknown: bool = False
    errors: dict[str, ErrorReply] = {}


class Reply(msgspec.Struct, frozen=True):
    """A reply that is more than its data: `text` in place of the data's JSON, and further texts or
    objects `before` and `after` it. Without data it is text alone.
    """

    data: Any = msgspec.UNSET
    text: str | None = None
    after: tuple[Any, ...] = ()
    before: tuple[str, ...] = ()


class MappedCall(msgspec.Struct, frozen=True):
    """An operation to call and its parameters; of which tool, called with which arguments; and the
    call to make `first`, if any.

    `reading` says how much of the answer is wanted and from where, for faces whose answers have a
    size.
    """

    operation: str
    params: Object
    tool: ToolMapping | None = None
    given: Object = {}
    first: MappedCall | None = None
    reading: Any = None


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign command, for a person to choose: its text for a model, with `{name}` where each
    argument goes.

    Arguments are (name, sentence, what stands there when it is left out; null for a required one).
    """

    name: str
    description: str
    text: str
    args: tuple[tuple[str, str, str | None], ...] = ()
