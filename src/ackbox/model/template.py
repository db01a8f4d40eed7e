"""Templates: text with `{path.to.value}` in it, filled from JSON.

Looks values up and nothing else: there is no expression, no call and no format to ask for.
Explained in docs/why/webhooks.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from ackbox.errors import Invalid

WHOLE = "."
LONGEST_VALUE = 20_000
_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Filled(msgspec.Struct, frozen=True):
    """A filled template, and the paths that led to nothing."""

    text: str
    missing: tuple[str, ...]


def check_template(text: str, *, field: str) -> bool:
    """Return whether a text has places to fill.

    Raises Invalid for an unmatched brace or an empty path.
    """
    found = False
    for part in _PARTS.finditer(text):
        if part[0] in ("{", "}"):
            raise Invalid(
                f"`{field}` has an unmatched {part[0]!r}.",
                hint="Write {path.to.value}, or {{ and }} for braces.",
                field=field,
            )
        if part[1] is not None:
            found = True
            if part[1] != WHOLE and not all(part[1].split(".")):
                raise Invalid(
                    f"`{field}` has a path with an empty part: {part[0][:64]!r}.",
                    field=field,
                    hint="Write {path.to.value}, or {.} for all of it.",
                )
    return found


def fill(text: str, given: Any, show: Callable[[str, Any], str] | None = None) -> Filled:
    """Return a checked template with its places filled; a path that leads to nothing says so in the
    text.

    `show(path, value)` formats a value; the default is text unchanged and anything else as JSON.
    """
    missing: list[str] = []

    def place(part: re.Match[str]) -> str:
        path = part[1]
        if path is None:
            return part[0][0]
        value = _find(given, path)
        if value is None:
            missing.append(path)
            return f"(missing: {path})"
        return (show or _shown)(path, value)

    return Filled(_PARTS.sub(place, text), tuple(dict.fromkeys(missing)))


def stand_in(text: str, word: str) -> str:
    """Return a checked template with one word in all its places."""
    return _PARTS.sub(lambda part: part[0][0] if part[1] is None else word, text)


def _find(given: Any, path: str) -> Any:
    if path == WHOLE:
        return given
    for step in path.split("."):
        if isinstance(given, dict):
            given = given.get(step)
        elif isinstance(given, list) and step.isascii() and step.isdigit() and len(step) < 9:
            given = given[int(step)] if int(step) < len(given) else None
        else:
            return None
    return given


def _shown(_: str, value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = text.replace("\0", "\ufffd")
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… (cut)"
