"""Arguments: from a foreign call to an operation's parameters, and back to the foreign names.

Reads the data of the dialects and knows none of them. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from ackbox.dialects.engine.mapping import REQUIRED, Arg, MappedCall, ToolMapping
from ackbox.dialects.engine.vocabulary import Names
from ackbox.errors import Invalid
from ackbox.model.name import parse_name
from ackbox.ops.decode import decode
from ackbox.ops.lenient import CLEARS, understood
from ackbox.ops.table import OPERATIONS


def map_call(tool: ToolMapping, shape: type[msgspec.Struct], arguments: Any) -> MappedCall:
    """Return the operation of a tool with these arguments.

    Raises Invalid, UnknownField.
    """
    empty = {arg.name for arg in tool.args if arg.empty_is_none}
    if empty and isinstance(arguments, dict):
        arguments = {
            name: value
            for name, value in arguments.items()
            if name not in empty or value not in ("", None)
        }
    given = _by_foreign_name(decode(shape, arguments))
    if tool.one_of and sum(given[name] is not None for name in tool.one_of) != 1:
        *names, last = (f"`{name}`" for name in tool.one_of)
        raise Invalid(
            f"Exactly one of {', '.join(names)} and {last} is given.",
            hint="Leave the others out." if len(names) > 1 else "Leave the other out.",
            field=tool.one_of[0],
        )
    _refuse_both_names(tool, given)
    _refuse_empty(tool, given)
    params: dict[str, Any] = {
        key: dict(value) if isinstance(value, dict) else value for key, value in tool.fixed.items()
    }
    for arg in tool.args:
        for part in arg.of:
            value = None if given[arg.name] is None else given[arg.name].get(part.name)
            if part.to is not None and value is not None:
                _put(params, part, value)
        # Null leaves alone what another name or `fixed` has set.
        if arg.to is not None and not (
            (arg.or_header or arg.name in tool.one_of or arg.to in params)
            and given[arg.name] is None
        ):
            _put(params, arg, given[arg.name])
        for more in arg.also:
            _put(params, more, given[arg.name])
    return MappedCall(tool.operation, params, tool, given)


def _refuse_both_names(tool: ToolMapping, given: dict[str, Any]) -> None:
    """Refuse two names of one argument with different values: one of them would be lost."""
    for arg in tool.args:
        value = given[arg.name]
        for other in arg.same_as:
            if value is not None and given.get(other) not in (None, value):
                raise Invalid(
                    f"`{other}` and `{arg.name}` are two names of one argument, and their values"
                    " differ.",
                    hint=f"Leave `{arg.name}` out.",
                    field=arg.name,
                )


def _refuse_empty(tool: ToolMapping, given: dict[str, Any]) -> None:
    """Refuse empty text in a required argument: the operation would count it as left out, and
    use the caller or the next task instead.
    """
    shape = OPERATIONS[tool.operation].params
    for arg in tool.args:
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


def with_opening(opening: ToolMapping | None, call: MappedCall) -> MappedCall:
    """Return a call with the dialect's opening before it, made by the same caller."""
    if opening is None or call.tool is None or call.tool.name == opening.name:
        return call
    who: dict[str, Any] = {
        name: call.params[name]
        for name in ("workspace", "agent", "instance")
        if name in call.params
    }
    return msgspec.structs.replace(
        call, first=MappedCall(opening.operation, {**who, **opening.fixed}, opening)
    )


def names_of(call: MappedCall | None, operations: dict[str, str]) -> Names | None:
    """Return the caller's names for our parameters, values and operations.

    Null when the call was not understood yet.
    """
    if call is None or call.tool is None:
        return None
    # Of two names for one parameter, take the one that was given. A part names the whole
    # parameter if nothing else does.
    args = sorted(
        (arg for arg in call.tool.args if arg.to or arg.of),
        key=lambda arg: call.given[arg.name] is None,
    )
    places = {arg.to: arg.name for arg in reversed(args) if arg.to}
    places = {
        (arg.to or "").partition(".")[0]: arg.name for arg in reversed(args) if arg.to
    } | places
    parts = {part.to: f"{arg.name}.{part.name}" for arg in args for part in arg.of if part.to}
    parts |= {more.to: more.name for arg in args for more in arg.also if more.to}
    parts |= {
        f"{whole.to}[].{part.to}": part.name
        for arg in args
        for whole in (arg, *arg.also)
        for part in whole.of_each
        if part.to
    }
    values = {
        (arg.to, ours): value
        for arg in reversed(args)
        if arg.to
        for value in _choices(arg.kind)
        if isinstance(ours := arg.by(value), str)
    }
    return Names(parts | places, values, operations)


def _choices(kind: Any) -> list[str]:
    """Return the words that a parameter is chosen from, none when it is free."""
    parts = [kind, *get_args(kind)]
    return [
        value
        for part in parts
        if get_origin(part) is Literal
        for value in get_args(part)
        if isinstance(value, str)
    ]


def shape_of(tool: ToolMapping) -> type[msgspec.Struct]:
    """Return a struct of a tool's parameters: what a face lists, and what arguments are checked
    against.
    """
    return _shape(tool.name, tool.args, is_strict=not tool.ignores_unknown)


def _shape(name: str, args: tuple[Arg, ...], *, is_strict: bool) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for at, arg in enumerate(args):
        part: Any = (
            _shape(
                f"{name}_{arg.name}",
                arg.of or arg.of_each,
                is_strict=is_strict and not arg.ignores_unknown,
            )
            if arg.of or arg.of_each
            else None
        )
        kind = Annotated[list[part] if arg.of_each else part, arg.kind] if part else arg.kind
        # The attribute has a name of its own: a foreign name may be a keyword of Python.
        if arg.default is REQUIRED:
            fields.append((f"arg_{at}", kind, msgspec.field(name=arg.name)))
        else:
            kind = Annotated[kind, CLEARS] if arg.may_be_empty else kind
            kind = kind | None if arg.default is None else kind
            fields.append((f"arg_{at}", kind, _with_default(arg)))
    return msgspec.defstruct(
        name, fields, kw_only=True, frozen=True, forbid_unknown_fields=is_strict
    )


def _with_default(arg: Arg) -> Any:
    if isinstance(arg.default, list) and arg.default:
        return msgspec.field(name=arg.name, default_factory=arg.default.copy)
    return msgspec.field(name=arg.name, default=arg.default)


def _by_foreign_name(given: msgspec.Struct) -> dict[str, Any]:
    names = zip(given.__struct_encode_fields__, given.__struct_fields__, strict=True)
    return {foreign: _plain(getattr(given, name)) for foreign, name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _by_foreign_name(value) if isinstance(value, msgspec.Struct) else value


def _put(params: dict[str, Any], arg: Arg, value: Any) -> None:
    """Set the parameter an argument becomes; a part that was left out is not there."""
    assert arg.to is not None
    whole, _, part = arg.to.partition(".")
    if part and value is not None:
        # A new object: the reply repeats what was given.
        params[whole] = {**(params.get(whole) or {}), part: _convert(arg, value)}
    elif not part:
        made = None if value is None else _convert(arg, value)
        before = params.get(whole)
        if isinstance(before, list) and (made is None or isinstance(made, list)):
            made = [*before, *(made or [])]
        params[whole] = made


def _convert(arg: Arg, value: Any) -> Any:
    try:
        return arg.by(value)
    except Invalid as error:
        raise Invalid(f"`{arg.name}`: {error.message}", hint=error.hint, field=arg.name) from None
