"""JSON with comments, changed as text: add or remove a value, and keep every other byte.

Accepts what agent programs accept: JSON, `//` and `/* */` comments, a comma after the last item. No
I/O here. Explained in docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_SPACE = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*"|-?\d[\d.eE+-]*|true|false|null')
# The rest of a line after a value: blanks and one comment.
_REST_OF_LINE = re.compile(r"[ \t]*(?:/\*[^\n]*?\*/[ \t]*)*(?://[^\r\n]*)?")
MAX_DEPTH = 200


class BadJson(ValueError):
    """Text that is not JSON; the message contains the position."""


class Node(msgspec.Struct, frozen=True):
    """A value and its position; `keys` are the names of the members with their positions."""

    start: int
    end: int
    value: Any
    keys: list[tuple[str, int]] = []
    items: list[Node] = []

    def member(self, name: str) -> Node | None:
        """Return the last member with a name, which is the one that counts."""
        found = [item for (key, _), item in zip(self.keys, self.items, strict=False) if key == name]
        return found[-1] if found else None


def parse(text: str) -> Node:
    """Return the value that a text holds. Raises BadJson."""
    reader = _Reader(text)
    node = reader.value(reader.skip(0), 0)
    if reader.skip(node.end) != len(text):
        raise reader.bad(reader.skip(node.end), "more text after the end")
    return node


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text

    def bad(self, at: int, what: str) -> BadJson:
        line = self.text.count("\n", 0, at) + 1
        return BadJson(f"line {line}, column {at - self.text.rfind(chr(10), 0, at)}: {what}")

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def value(self, at: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.bad(at, "nested too deeply")
        first = self.text[at : at + 1]
        if first in ("{", "["):
            return self.container(at, depth, is_object=first == "{")
        found = _SCALAR.match(self.text, at)
        if found is None:
            raise self.bad(
                at, f"no value can begin with {first!r}" if first else "a value is missing"
            )
        try:
            return Node(at, found.end(), json.loads(found[0]))
        except ValueError:
            raise self.bad(at, f"{found[0][:40]!r} is no value") from None

    def container(self, start: int, depth: int, *, is_object: bool) -> Node:
        close = "}" if is_object else "]"
        keys: list[tuple[str, int]] = []
        items: list[Node] = []
        at = self.skip(start + 1)
        while self.text[at : at + 1] != close:
            if is_object:
                name = self.value(at, depth + 1)
                if not isinstance(name.value, str):
                    raise self.bad(at, "a name in quotes is missing")
                keys.append((name.value, at))
                at = self.skip(name.end)
                if self.text[at : at + 1] != ":":
                    raise self.bad(at, "a colon is missing")
                at = self.skip(at + 1)
            items.append(self.value(at, depth + 1))
            at = self.skip(items[-1].end)
            if self.text[at : at + 1] == ",":
                at = self.skip(at + 1)
            elif self.text[at : at + 1] != close:
                raise self.bad(at, f"a comma or {close!r} is missing")
        values = [item.value for item in items]
        names = [name for name, _ in keys]
        value = dict(zip(names, values, strict=True)) if is_object else values
        return Node(start, at + 1, value, keys, items)


def put(text: str, path: tuple[str, ...], value: Any) -> str:
    """Set a member, and create the objects on its path. Raises BadJson."""
    return _change(text, path, value, is_item=False)


def add(text: str, path: tuple[str, ...], value: Any) -> str:
    """Add an item at the end of a list, and create the objects and the list on its path.

    Raises BadJson.
    """
    return _change(text, path, value, is_item=True)


def _change(text: str, path: tuple[str, ...], value: Any, *, is_item: bool) -> str:
    node, depth = parse(text), 0
    while depth < len(path):
        if not isinstance(node.value, dict):
            raise BadJson(f"{'.'.join(path[:depth]) or 'the whole'} is not an object")
        inner = node.member(path[depth])
        if inner is None:
            break
        node, depth = inner, depth + 1
    missing = path[depth:]
    if not missing and not is_item:
        fresh = _written(value, _indent_at(text, node.start), _step(text), _newline(text))
        return text[: node.start] + fresh + text[node.end :]
    if not missing and not isinstance(node.value, list):
        raise BadJson(f"{'.'.join(path)} is not a list")
    made: Any = [value] if is_item and missing else value
    for name in reversed(missing[1:]):
        made = {name: made}
    return _insert(text, node, missing[0] if missing else None, made)


def _insert(text: str, node: Node, name: str | None, value: Any) -> str:
    """Add a member or an item at the end of an object or a list, in the layout of the others."""
    newline, step = _newline(text), _step(text)
    places = [at for _, at in node.keys] or [item.start for item in node.items]
    label = "" if name is None else json.dumps(name, ensure_ascii=False) + ": "
    is_on_lines = not places or "\n" in text[node.start : places[0]]
    if not is_on_lines:
        last = node.items[-1].end
        return f"{text[:last]}, {label}{_written(value, '', '', '')}{text[last:]}"
    own = _indent_at(text, places[-1]) if places else _indent_at(text, node.start) + step
    fresh = newline + own + label + _written(value, own, step, newline)
    if not places:
        rest = text[node.start + 1 : node.end - 1]
        if "\n" not in rest:
            # Split the brackets over lines; keep a comment between them.
            rest = rest.rstrip() + newline + _indent_at(text, node.start)
        return text[: node.start + 1] + fresh + rest + text[node.end - 1 :]
    last = node.items[-1].end
    comma = _SPACE.match(text, last)
    after = comma.end() if comma else last
    has_comma = text[after : after + 1] == ","
    at = after + 1 if has_comma else last
    end_of_line = _REST_OF_LINE.match(text, at)
    there = end_of_line.end() if end_of_line else at
    if has_comma:
        return text[:there] + fresh + "," + text[there:]
    return text[:last] + "," + text[last:there] + fresh + text[there:]


def remove(text: str, path: tuple[str, ...], index: int | None = None) -> str:
    """Remove a member, or an item of a list, with the comma that separates it from the others.

    Raises BadJson, and KeyError if it does not exist.
    """
    node = parse(text)
    for name in path if index is not None else path[:-1]:
        inner = node.member(name)
        if inner is None:
            raise KeyError(name)
        node = inner
    if index is None:
        names = [name for name, _ in node.keys]
        if path[-1] not in names:
            raise KeyError(path[-1])
        index = len(names) - 1 - names[::-1].index(path[-1])
    start = node.keys[index][1] if node.keys else node.items[index].start
    end = node.items[index].end
    # The complete line if it contains nothing else.
    blank = len(text[:start]) - len(text[:start].rstrip(" \t"))
    start -= blank
    if text[:start].endswith("\n"):
        start -= 2 if text[:start].endswith("\r\n") else 1
    comma = _comma_after(text, end)
    if comma is not None:
        return text[:start] + text[end:comma] + text[comma + 1 :]
    if index == 0:
        rest = text[end : node.end - 1]
        return text[:start] + (rest if rest.strip() else "") + text[node.end - 1 :]
    before = _comma_after(text, node.items[index - 1].end)
    assert before is not None
    return text[:before] + text[before + 1 : start] + text[end:]


def _comma_after(text: str, end: int) -> int | None:
    space = _SPACE.match(text, end)
    at = space.end() if space else end
    return at if text[at : at + 1] == "," else None


def find(text: str, path: tuple[str, ...]) -> Any:
    """Return a value, or None if it does not exist. Raises BadJson."""
    node: Node | None = parse(text)
    for name in path:
        node = node.member(name) if node is not None and isinstance(node.value, dict) else None
    return None if node is None else node.value


def _newline(text: str) -> str:
    return "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"


def _indent_at(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _step(text: str) -> str:
    found = re.search(r'\n([ \t]+)["{\[/]', text)
    return found[1] if found else "  "


def _written(value: Any, indent: str, step: str, newline: str) -> str:
    if not newline:
        return json.dumps(value, ensure_ascii=False)
    lines = json.dumps(value, ensure_ascii=False, indent=step or "  ").split("\n")
    return (newline + indent).join(lines)
