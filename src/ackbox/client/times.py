"""Times of the client: results of operations with aware `datetime`s in UTC instead of text.

The server and its operations keep times as text. A result struct of the client is a subclass of
the operation's, made at its first use; results.py has all of them by their names.
Explained in docs/howto/use-the-python-client.md.
"""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from ackbox.ops.table import OPERATIONS

# Struct → its subclass; while that is made, its name here, since a struct can be a part of itself.
_made: dict[type[msgspec.Struct], Any] = {}


def with_times(kind: Any) -> Any:
    """Return a result type with times as `datetime`; the type itself if it has none."""
    if is_struct(kind):
        if not _has_times(kind):
            return kind
        return _made.get(kind) or _subclass(kind)
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return datetime if is_time(kind) else with_times(inside[0])
    if not any(_has_times(each) for each in inside):
        return kind
    changed = tuple(with_times(each) for each in inside)
    return Union.__getitem__(changed) if origin in (Union, UnionType) else origin[changed]


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def is_time(kind: Any) -> bool:
    """Whether a type is that of a time: text with the format `date-time` in its schema."""
    return get_origin(kind) is Annotated and any(
        isinstance(each, msgspec.Meta)
        and (each.extra_json_schema or {}).get("format") == "date-time"
        for each in kind.__metadata__
    )


def _has_times(kind: Any) -> bool:
    return any(is_time(each) for each in _parts(kind, set()))


def _parts(kind: Any, seen: set[Any]) -> Iterator[Any]:
    """Yield a type and every type in it; each struct once."""
    if is_struct(kind):
        if kind in seen:
            return
        seen.add(kind)
        yield kind
        for field in msgspec.structs.fields(kind):
            yield from _parts(field.type, seen)
    else:
        yield kind
        for each in () if is_time(kind) else get_args(kind):
            yield from _parts(each, seen)


def _subclass(kind: type[msgspec.Struct]) -> Any:
    key = f"_{kind.__module__}.{kind.__name__}".replace(".", "_")
    _made[kind] = key
    fields = [
        (field.name, with_times(field.type), msgspec.field(**_options(field)))
        for field in msgspec.structs.fields(kind)
    ]
    made = msgspec.defstruct(
        kind.__name__, fields, bases=(kind,), module=__name__, frozen=True, kw_only=True
    )
    made.__doc__ = kind.__doc__
    _made[kind] = made
    setattr(sys.modules[__name__], key, made)
    return made


def _options(field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    defaults = {"default": field.default, "default_factory": field.default_factory}
    return {
        "name": field.encode_name,
        **{name: each for name, each in defaults.items() if each is not msgspec.NODEFAULT},
    }


@functools.cache
def names() -> dict[str, type[msgspec.Struct]]:
    """Return the structs of all results that have times, by their names here: with the module
    before it where two have one name.
    """
    seen = set[Any]()
    for operation in OPERATIONS.values():
        for _ in _parts(operation.result, seen):
            pass
    alike = Counter(each.__name__ for each in seen)
    return {
        (each.__module__.rpartition(".")[2].title() if alike[each.__name__] > 1 else "")
        + each.__name__: each
        for each in sorted(seen, key=lambda each: (each.__name__, each.__module__))
        if _has_times(each)
    }
