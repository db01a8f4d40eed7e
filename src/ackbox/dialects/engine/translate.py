"""The translator: from a foreign tool call to an operation, and from its result to the foreign
reply.

A dialect is data in the shapes of _word.py; this is the only code that reads it, and it knows no
dialect. No way to the store: a face calls the operation. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from ackbox.dialects.engine.convert import CONVERTERS
from ackbox.dialects.engine.mapping import REQUIRED, Arg, Field, Prompt, Refusal, Way, Word
from ackbox.dialects.engine.vocabulary import Names
from ackbox.errors import AckboxError, Invalid, NotFound
from ackbox.model.name import parse_name
from ackbox.ops.decode import decode
from ackbox.ops.lenient import understood
from ackbox.ops.table import OPERATIONS


class Asked(msgspec.Struct, frozen=True):
    """An operation to call, its parameters, and the word that asked with which arguments; and what
    is asked `first`, if anything.

    `reading` says how much of the answer is wanted and from where, for faces whose answers have a
    size.
    """

    operation: str
    params: dict[str, Any]
    word: Any = None
    given: dict[str, Any] = {}
    first: Any = None
    reading: Any = None


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


# What takes away something that was there: mail that nobody has read, a schedule, a webhook.
REMOVING = frozenset({"message.withdraw", "agent.dismiss", "schedule.remove", "webhook.remove"})


def hints(operations: Iterable[str]) -> dict[str, bool]:
    """Return what a host is told of a tool that is these operations: whether it only reads,
    whether it removes, that it leaves this server alone.
    """
    names = set(operations)
    if all(OPERATIONS[name].writes is False for name in names):
        return {"readOnlyHint": True, "openWorldHint": False}
    return {"destructiveHint": bool(names & REMOVING), "openWorldHint": False}


class Dialect(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One system's vocabulary: its words, what a model is told first, and how each kind of error is
    said.

    `refusal` is the one shape of errors that are a Refusal; `key_headers` may carry the key beside
    Authorization; `environment`
    names the variables in which the system's programs give key, workspace, session, agent or url.
    `opening` is asked before each other
    word, as the same caller; its reply, when its result has `told`, stands beside the other's.
    """

    name: str
    instructions: str
    words: tuple[Word, ...]
    errors: dict[str, Way]
    refusal: tuple[Field, ...] = ()
    key_headers: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    prompts: tuple[Prompt, ...] = ()
    opening: Word | None = None

    @cached_property
    def _by_name(self) -> dict[str, Word]:
        return {word.name: word for word in self.words}

    @cached_property
    def _shapes(self) -> dict[str, type[msgspec.Struct]]:
        return {word.name: shape_of(word) for word in self.words}

    @property
    def whose(self) -> frozenset[str]:
        """No argument is left out: a system's tools have all that its page says."""
        return frozenset()

    def offered(self) -> list[Offered]:
        """Return the tools, in their order."""
        return [
            Offered(word.name, word.description, self._shapes[word.name], hints=self._hints(word))
            for word in self.words
        ]

    def _hints(self, word: Word) -> dict[str, bool]:
        return hints(
            [
                word.operation,
                *(
                    [self.opening.operation]
                    if self.opening and word.name != self.opening.name
                    else []
                ),
            ]
        )

    def ask(self, name: str, arguments: dict[str, Any]) -> Asked:
        """Return the operation a tool call stands for. Raises NotFound, Invalid, UnknownField."""
        word = self._by_name.get(name)
        if word is None:
            near = difflib.get_close_matches(name, self._by_name, n=2, cutoff=0.5)
            raise NotFound(
                f"There is no tool {name[:64]!r}.",
                near=near,
                hint=(
                    f"Did you mean {near[0]!r}?" if near else f"Tools: {', '.join(self._by_name)}."
                ),
            )
        return after(self.opening, ask(word, self._shapes[name], arguments))

    def say(self, asked: Asked, result: Any, briefing: str | None = None) -> Said:
        """Return an operation's result as the tool's reply."""
        word: Word = asked.word
        data = reply(asked, result, briefing)
        if word.each is None or word.first:
            return Said((_json(data),), data)
        rows, told = _within(word, data)
        if any(asked.given.get(name) is not None for name in word.paged):
            cursor = result.cursors[len(rows) - 1] if told else result.cursor
            page = filled(word.page, {"rows": rows, "cursor": cursor}) | told
            return Said((_json(page),), page)
        more = (
            [word.more.format(**rows[-1])]
            if word.more and rows and getattr(result, "has_more", False)
            else []
        )
        beside = getattr(result, word.beside_of) if word.beside_of else None
        rest = (
            []
            if beside is None
            else [_json(filled(word.beside, {"beside": msgspec.to_builtins(beside)}))]
        )
        first = getattr(result, word.empty) if word.empty and not rows and not rest else None
        return Said((first or _json(rows), *([_json(told)] if told else []), *rest, *more), rows)

    @cached_property
    def _operations(self) -> dict[str, str]:
        return {word.operation: word.name for word in reversed(self.words)}

    def refuse(self, name: str, error: AckboxError, asked: Asked | None = None) -> Said:
        """Return an error as the system says it; our own shape stands beside it.

        `asked` is what it refuses, once that was understood.
        """
        word = self._by_name.get(name)
        own = told_of(error, names_of(asked, self._operations))
        way = way_of(error, own, {**self.errors, **(word.errors if word else {})})
        beside = {"_ext": error.as_dict()}
        if isinstance(way, str):
            return Said(
                (way.format(tool=name[:64], **{**own, "hint": own["hint"] or ""}).rstrip(),), beside
            )
        data = (
            refusal(way, own, self.refusal)
            if isinstance(way, Refusal)
            else filled(way, {"error": own})
        )
        return Said((_json(data),), {**data, **beside})


def ask(word: Word, shape: type[msgspec.Struct], arguments: Any) -> Asked:
    """Return the operation that a word with these arguments stands for.

    Raises Invalid, UnknownField.
    """
    empty = {arg.name for arg in word.args if arg.empty_is_none}
    if empty and isinstance(arguments, dict):
        arguments = {
            name: value
            for name, value in arguments.items()
            if name not in empty or value not in ("", None)
        }
    given = _named(decode(shape, arguments))
    if word.one_of and sum(given[name] is not None for name in word.one_of) != 1:
        names = " and ".join(f"`{name}`" for name in word.one_of)
        raise Invalid(
            f"Exactly one of {names} is given.", hint="Leave the other out.", field=word.one_of[0]
        )
    _refuse_empty(word, given)
    params: dict[str, Any] = {
        key: dict(value) if isinstance(value, dict) else value for key, value in word.fixed.items()
    }
    for arg in word.args:
        for part in arg.of:
            value = None if given[arg.name] is None else given[arg.name].get(part.name)
            if part.to is not None and value is not None:
                _put(params, part, value)
        if arg.to is not None and not (
            (arg.or_header or arg.name in word.one_of) and given[arg.name] is None
        ):
            _put(params, arg, given[arg.name])
    return Asked(word.operation, params, word, given)


def _refuse_empty(word: Word, given: dict[str, Any]) -> None:
    """Refuse empty text for what a system requires: the operation would count it as left out,
    and take the caller or the next task instead.
    """
    shape = OPERATIONS[word.operation].params
    for arg in word.args:
        if (
            given[arg.name] != ""
            or arg.default is not REQUIRED
            or arg.may_be_empty
            or arg.to is None
            or understood(shape, {arg.to: ""})
        ):
            continue
        if arg.to == "agent":
            parse_name("", arg.name)
        raise Invalid(f"`{arg.name}` is empty.", hint="Give it a value.", field=arg.name)


def after(opening: Word | None, asked: Asked) -> Asked:
    """Return what is asked with what is asked before it."""
    if opening is None or asked.word.name == opening.name:
        return asked
    who: dict[str, Any] = {
        name: asked.params[name]
        for name in ("workspace", "agent", "instance")
        if name in asked.params
    }
    return msgspec.structs.replace(
        asked, first=Asked(opening.operation, {**who, **opening.fixed}, opening)
    )


def opened(asked: Asked, result: Any) -> dict[str, Any]:
    """Return what was told to who begins, to stand under `_ext`; empty when nothing was."""
    told = result is not None and result.told is not None
    return reply(asked.first, result) if told else {}


def reply(asked: Asked, result: Any, briefing: str | None = None) -> Any:
    """Return an operation's result with the word's own fields: an object, or a list of rows."""
    word: Word = asked.word
    about: dict[str, Any] = {
        "result": msgspec.to_builtins(result),
        "given": asked.given,
        "briefing": briefing,
    }
    if word.item is not None:
        about["item"] = about["result"][word.item] if word.item else about["result"]
    if word.each is None:
        return filled(word.reply, about)
    fields = word.reply
    if word.shorter is not None and asked.given[word.shorter[0]] == word.shorter[1]:
        fields = tuple(each for each in fields if each.name in word.shorter[2])
    rows = [filled(fields, {**about, "item": item}) for item in _items(word, about["result"])]
    return rows if not word.first else rows[0] if rows else None


def told_of(error: AckboxError, names: Names | None) -> dict[str, Any]:
    """Return what is known of an error, with the caller's names for ours.

    Without `names` it speaks of nothing that is ours.
    """
    own = error.as_dict()["error"]
    field = str(error.details.get("field") or "")
    path = field if names is None else names.place(field)
    if names is not None:
        own |= {
            "message": names.said(own["message"]) or "This cannot be taken as it was asked.",
            "hint": names.said(own["hint"] or ""),
        }
    return {
        **own,
        "hint": own["hint"] or None,
        "path": path or None,
        "about": path or field or error.details.get("reason"),
        "status": error.status,
        "kind": type(error).__name__,
    }


def names_of(asked: Asked | None, operations: dict[str, str]) -> Names | None:
    """Return what a caller with this word calls what is ours.

    Null when nothing of ours was asked yet.
    """
    if asked is None:
        return None
    # Of two names for the same, the one that was given; a part stands for the whole where nothing
    # else does.
    args = sorted(
        (arg for arg in asked.word.args if arg.to or arg.of),
        key=lambda arg: asked.given[arg.name] is None,
    )
    places = {arg.to: arg.name for arg in reversed(args) if arg.to}
    places = {
        (arg.to or "").partition(".")[0]: arg.name for arg in reversed(args) if arg.to
    } | places
    parts = {part.to: f"{arg.name}.{part.name}" for arg in args for part in arg.of if part.to}
    values = {
        (arg.to, ours): value
        for arg in reversed(args)
        if arg.to
        for value in _values(arg.kind)
        if isinstance(ours := CONVERTERS[arg.by](value), str)
    }
    return Names(parts | places, values, operations)


def _values(kind: Any) -> list[str]:
    """Return the words that a parameter is chosen from, none when it is free."""
    parts = [kind, *get_args(kind)]
    return [
        value
        for part in parts
        if get_origin(part) is Literal
        for value in get_args(part)
        if isinstance(value, str)
    ]


def way_of(error: AckboxError, own: dict[str, Any], ways: dict[str, Way]) -> Way:
    """Return how a dialect says this error: the most exact way it has."""
    names = [
        f"{own['kind']} {own['about']}",
        f"{error.code} {own['about']}",
        own["kind"],
        error.code,
        "*",
    ]
    return next(ways[name] for name in names if name in ways)


def refusal(way: Refusal, own: dict[str, Any], shape: tuple[Field, ...]) -> dict[str, Any]:
    """Return the object in which a refusal is said."""
    # A sentence may name a detail that this one error has not.
    said = way.said.format(
        **{**own, "hint": own["hint"] or "", "details": defaultdict(str, own["details"])}
    ).rstrip()
    return filled(way.fields or shape, {"error": {**own, "word": way.word, "said": said}})


def shape_of(word: Word) -> type[msgspec.Struct]:
    """Return a struct of a word's parameters: what a face lists, and what arguments are checked
    against.
    """
    return _shape(word.name, word.args)


def _shape(name: str, args: tuple[Arg, ...]) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for at, arg in enumerate(args):
        part: Any = (
            _shape(f"{name}_{arg.name}", arg.of or arg.of_each) if arg.of or arg.of_each else None
        )
        own = Annotated[list[part] if arg.of_each else part, arg.kind] if part else arg.kind
        # An attribute of its own making: a foreign name may be a word of Python.
        if arg.default is REQUIRED:
            fields.append((f"arg_{at}", own, msgspec.field(name=arg.name)))
        else:
            kind = own | None if arg.default is None else own
            fields.append((f"arg_{at}", kind, _left_out(arg)))
    return msgspec.defstruct(name, fields, kw_only=True, frozen=True, forbid_unknown_fields=True)


def _left_out(arg: Arg) -> Any:
    if isinstance(arg.default, list) and arg.default:
        return msgspec.field(name=arg.name, default_factory=arg.default.copy)
    return msgspec.field(name=arg.name, default=arg.default)


def _named(given: msgspec.Struct) -> dict[str, Any]:
    found = {
        field.encode_name: getattr(given, field.name) for field in msgspec.structs.fields(given)
    }
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _named(value) if isinstance(value, msgspec.Struct) else value


def _put(params: dict[str, Any], arg: Arg, value: Any) -> None:
    """Set the parameter an argument becomes; a part that was left out is not there."""
    assert arg.to is not None
    whole, _, part = arg.to.partition(".")
    if part and value is not None:
        # A new object: what was given is said again in the reply.
        params[whole] = {**(params.get(whole) or {}), part: _convert(arg, value)}
    elif not part:
        params[whole] = None if value is None else _convert(arg, value)


def _convert(arg: Arg, value: Any) -> Any:
    try:
        return CONVERTERS[arg.by](value)
    except Invalid as error:
        raise Invalid(f"`{arg.name}`: {error.message}", hint=error.hint, field=arg.name) from None


def _items(word: Word, result: Any) -> list[dict[str, Any]]:
    found = list(_spread(result[word.each], word.spread))
    if word.newest_by is not None:
        by = word.newest_by
        found.sort(key=lambda item: item.get(by) or "", reverse=True)
    return found


def _within(word: Word, rows: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the rows that fit, the first always, and what is said when some do not."""
    if word.most_bytes is None:
        return rows, {}
    size = 0
    for number, row in enumerate(rows):
        size += len(_json(row)) + 1
        if number and size > word.most_bytes:
            return rows[:number], filled(word.cut, {"cut": {"showing": number, "total": len(rows)}})
    return rows, {}


def _spread(items: list[dict[str, Any]], under: str | None) -> Iterator[dict[str, Any]]:
    for item in items:
        parts = item.get(under) if under else None
        yield from parts or [item]


def filled(fields: tuple[Field, ...], about: dict[str, Any]) -> dict[str, Any]:
    """Return an object of these fields, filled from what is there."""
    made = {}
    for field in fields:
        value = _value(field, about)
        if value is not None or not field.optional:
            made[field.name] = value
    return made


def _value(field: Field, about: dict[str, Any]) -> Any:
    if field.of:
        return filled(field.of, about)
    if not field.source:
        return field.fixed
    value: Any = about
    for step in field.source.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        return field.default
    value = CONVERTERS[field.by](value)
    if value is None:
        return field.default
    return (
        [filled(field.of_each, {**about, "item": item}) for item in value]
        if field.of_each
        else value
    )


def beside(said: Said, more: dict[str, Any]) -> Said:
    """Return a reply with more under `_ext`: of an object in it, of rows in a text of its own."""
    if not more:
        return said
    if not isinstance(said.data, dict):
        return Said((*said.texts, _json({"_ext": more})), said.data)
    data = said.data | {"_ext": said.data.get("_ext", {}) | more}
    return Said((_json(data), *said.texts[1:]), data)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
