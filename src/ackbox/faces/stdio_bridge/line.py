"""Lines of the bridge: checks of text that no server could read, and the messages of a reply.

Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

_HALVES = re.compile("[\\ud800-\\udfff]")
_ID = re.compile(r'"id"\s*:\s*(-?\d{1,15}|"[\w-]{1,64}")')
LOOKED_FOR_ID = 100_000


def half_in(value: Any, place: str = "") -> str | None:
    """Return the path of half a surrogate pair in JSON, which UTF-8 cannot hold; null for none."""
    if isinstance(value, str):
        return (place or "the message") if not value.isascii() and _HALVES.search(value) else None
    if isinstance(value, dict):
        for name, child in value.items():
            found = half_in(name, place) or half_in(child, f"{place}.{name}" if place else name)
            if found is not None:
                return found
    if isinstance(value, list):
        return next(
            (
                found
                for at, child in enumerate(value)
                if (found := half_in(child, f"{place}[{at}]")) is not None
            ),
            None,
        )
    return None


def id_in(line: str) -> Any:
    """Return the request id in a line that is not JSON, so that its caller gets a reply; null for
    none.
    """
    found = _ID.search(line[:LOOKED_FOR_ID])
    return None if found is None else json.loads(found[1])


def as_rpc(id: Any, reply: dict[str, Any]) -> dict[str, Any]:
    """Return an error object of the HTTP face as a JSON-RPC error."""
    found = reply.get("error")
    error = found if isinstance(found, dict) else {}
    text = " ".join(
        str(part)
        for part in (error.get("message", "The server rejected the request."), error.get("hint"))
        if part
    )
    return {"jsonrpc": "2.0", "id": id, "error": {"code": -32001, "message": text, "data": reply}}


def messages(answer: HTTPResponse) -> Iterator[dict[str, Any]]:
    """Yield the messages of a response: one JSON object, or a stream of events."""
    if answer.headers.get_content_type() != "text/event-stream":
        body = answer.read()
        if body.strip():
            reply = json.loads(body)
            yield from reply if isinstance(reply, list) else [reply]
        return
    data: list[str] = []
    for raw in answer:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            text, data = "\n".join(data), []
            if text.strip():
                yield json.loads(text)


def header(text: str) -> str:
    """Return text as a header value; in base64, as MCP defines, where it does not fit."""
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="
