"""Bodies: what a request over HTTP brings, its body up to a limit and its query string by the types of fields.

No routes and no rules of operations here. Explained in docs/reference/rest.md.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import msgspec.inspect
from starlette.requests import Request

from ackbox.errors import Invalid, TooLong

BODY_LIMIT = 1 << 20
_WHOLE = re.compile(r"-?\d{1,18}")


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """Return the body. Raises TooLong as soon as it is longer than the limit."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise TooLong(f"The body has {int(declared):,} bytes; at most {limit:,} are taken.",
                      size=int(declared), limit=limit, hint="Send less at once.")
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLong(f"The body has more than {limit:,} bytes.", limit=limit, hint="Send less at once.")
        parts.append(part)
    return b"".join(parts)


def read_query(request: Request, shape: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the query string's values by the types of a struct's fields. Raises Invalid for what is given twice."""
    given: dict[str, Any] = {}
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    for key, value in request.query_params.multi_items():
        if key in given:
            raise Invalid(f"`{key}` is given twice.", hint="Give it once.", field=key)
        given[key] = _from_text(value, fields[key].type) if key in fields else value
    return given


def _from_text(value: str, shape: Any) -> Any:
    """Return a query string's value as its field's type; what does not fit is left for decoding to refuse."""
    try:
        return msgspec.convert(value, shape, strict=False)
    except msgspec.ValidationError:
        return int(value) if _WHOLE.fullmatch(value) and _takes_numbers(msgspec.inspect.type_info(shape)) else value


def _takes_numbers(kind: msgspec.inspect.Type) -> bool:
    """Whether a field is a number, so that one that is too large is refused as that and not as text."""
    if isinstance(kind, msgspec.inspect.Metadata):
        return _takes_numbers(kind.type)
    if isinstance(kind, msgspec.inspect.UnionType):
        return any(map(_takes_numbers, kind.types))
    return isinstance(kind, msgspec.inspect.IntType | msgspec.inspect.FloatType)
