"""Lines of the bridge: what is wrong with one that no server could read, and the messages of an
answer.

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
    """Return where half of a surrogate pair stands in JSON, which no text in UTF-8 holds.

    Null when it is nowhere.
    """
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
    """Return the id that a line which is no JSON gives its request, so that whoever waits for
    it is answered; null for none.
    """
    found = _ID.search(line[:LOOKED_FOR_ID])
    return None if found is None else json.loads(found[1])


def as_rpc(id: Any, reply: dict[str, Any]) -> dict[str, Any]:
    """Return a refusal of the HTTP face as an error of the protocol."""
    found = reply.get("error")
    error = found if isinstance(found, dict) else {}
    text = " ".join(
        str(part)
        for part in (error.get("message", "The server refused."), error.get("hint"))
        if part
    )
    return {"jsonrpc": "2.0", "id": id, "error": {"code": -32001, "message": text, "data": reply}}


def messages(answer: HTTPResponse) -> Iterator[dict[str, Any]]:
    """Return the messages of an answer: one JSON object, or a stream of events."""
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
    """Return text as a header's value.

    What does not fit is written in base64, as the protocol says.
    """
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="
