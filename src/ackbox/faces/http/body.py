"""Bodies: read the body of an HTTP request up to a limit, and its query string by the types of
fields.

No routes or operation rules here. Explained in docs/reference/rest.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec
import msgspec.inspect
from starlette.requests import Request

from ackbox.errors import Invalid, TooLong

BODY_LIMIT = 1 << 20
_WHOLE = re.compile(r"-?\d{1,18}")


class Holding(Protocol):
    """Counts the bytes of calls in progress."""

    @property
    def key(self) -> str: ...

    @property
    def uncounted(self) -> int: ...

    def take(self, size: int) -> None: ...


async def read_body(
    request: Request, limit: int = BODY_LIMIT, held: Holding | None = None
) -> bytes:
    """Return the body.

    Raises TooLong as soon as it is longer than the limit, and RateLimited when its key has too many
    bytes in progress.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise TooLong(
            f"The body has {int(declared):,} bytes; at most {limit:,} are allowed.",
            size=int(declared),
            limit=limit,
            hint="Send less in one request.",
        )
    parts, size, counted = [], 0, held.uncounted if held else 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLong(
                f"The body has more than {limit:,} bytes.",
                limit=limit,
                hint="Send less in one request.",
            )
        if size > counted and held is not None:
            held.take(size - counted)
            counted = size
        parts.append(part)
    return b"".join(parts)


def read_query(request: Request, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the values of a query string by the types of a struct's fields; a list is a repeated
    name.

    Raises Invalid if any other name is repeated.
    """
    given: dict[str, list[str]] = {}
    for key, value in request.query_params.multi_items():
        given.setdefault(key, []).append(value)
    return _typed(given, shape)


def typed(given: Mapping[str, str], shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Return texts, such as the words of a path, by the types of a struct's fields."""
    return _typed({key: [value] for key, value in given.items()}, shape)


def _typed(given: dict[str, list[str]], shape: type[msgspec.Struct]) -> dict[str, Any]:
    types = _types(shape)
    return {
        key: _from_texts(key, values, *types[key]) if key in types else values[0]
        for key, values in given.items()
    }


@functools.cache
def _types(shape: type[msgspec.Struct]) -> dict[str, tuple[Any, list[msgspec.inspect.Type]]]:
    """Return each field's type and every type that a value of it may have.

    To find them takes longer than most calls do.
    """
    return {
        field.encode_name: (field.type, list(_kinds(msgspec.inspect.type_info(field.type))))
        for field in msgspec.structs.fields(shape)
    }


def _from_texts(key: str, values: list[str], shape: Any, kinds: list[msgspec.inspect.Type]) -> Any:
    """Return a field's value from a query string as the field's type.

    A value that does not fit is left for decoding to reject.
    """
    items = [
        item
        for kind in kinds
        if isinstance(kind, msgspec.inspect.ListType)
        for item in _kinds(kind.item_type)
    ]
    if len(values) > 1 and not items:
        raise Invalid(f"`{key}` is in the query string twice.", hint="Send it once.", field=key)
    is_list = len(values) > 1 or (
        bool(items) and not any(isinstance(kind, msgspec.inspect.StrType) for kind in kinds)
    )
    try:
        return msgspec.convert(values if is_list else values[0], shape, strict=False)
    except msgspec.ValidationError:
        # A number that is too large is rejected as a number, not as text.
        numbers = any(
            isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType)
            for kind in (items if is_list else kinds)
        )
        found = [int(value) if numbers and _WHOLE.fullmatch(value) else value for value in values]
        return found if is_list else found[0]


def _kinds(kind: msgspec.inspect.Type) -> Iterator[msgspec.inspect.Type]:
    """Return every type that a field may have."""
    if isinstance(kind, msgspec.inspect.Metadata):
        yield from _kinds(kind.type)
    elif isinstance(kind, msgspec.inspect.UnionType):
        for each in kind.types:
            yield from _kinds(each)
    else:
        yield kind
