"""TOML, changed as text: tables are added at the end between two marks, and removed again.

Lines that a program wrote between the marks since then stay. No I/O here. Explained in
docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from ackbox.programs.setting import key, literal

BEGIN = "# ackbox connect: the lines from here"
END = "# ackbox connect: to here"
_HEADER = re.compile(r"[ \t]*\[{1,2}([^\]\n]*)\]{1,2}[ \t]*(?:#.*)?")


class BadToml(ValueError):
    """Text that is not TOML, or that cannot hold a table of ours, with the reason."""


def parse(text: str) -> dict[str, Any]:
    """Return the contents of a text. Raises BadToml."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadToml(str(error)) from None


def put(text: str, path: tuple[str, ...], value: Mapping[str, Any]) -> str:
    """Add a table at the end. Raises BadToml if it already exists or cannot exist there."""
    before = parse(text)
    if find(text, path) is not None:
        raise BadToml(f"[{_name(path)}] is there already")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = [BEGIN, *_table(path, value), END, ""]
    gap = "" if not text else newline if text.endswith("\n") else newline * 2
    after = text + gap + newline.join(lines)
    expected: Any = dict(value)
    for name in reversed(path):
        expected = {name: expected}
    if _try(after) != _merged(before, expected):
        raise BadToml(f"the file defines {path[0]} in a way that takes no further table")
    return after


def remove(text: str, path: tuple[str, ...]) -> str:
    """Remove a table with those below it, and our marks. Raises BadToml."""
    expected = parse(text)
    _drop(expected, path)
    kept: list[str] = []
    is_ours = False
    for line, header in _lines(text):
        if header is not None:
            is_ours = _is_below(header, path)
        if line.strip() in (BEGIN, END):
            if line.strip() == BEGIN and kept and not kept[-1].strip():
                kept.pop()
            continue
        # A comment or a blank line after our table is not ours.
        if not is_ours or not line.strip() or line.lstrip().startswith("#"):
            kept.append(line)
    after = "".join(kept)
    if _try(after) != expected:
        raise BadToml(f"[{_name(path)}] cannot be taken out of this file; delete it by hand")
    return after


def find(text: str, path: tuple[str, ...]) -> Any:
    """Return a value, or None if it does not exist. Raises BadToml."""
    found: Any = parse(text)
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _table(path: tuple[str, ...], value: Mapping[str, Any]) -> list[str]:
    return [f"[{_name(path)}]", *(f"{key(k)} = {literal(v)}" for k, v in value.items())]


def _name(path: tuple[str, ...]) -> str:
    return ".".join(key(part) for part in path)


def _lines(text: str) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Yield every line, with the name of the table that it opens, if it opens one."""
    quotes = ""
    for line in text.splitlines(keepends=True):
        header = None if quotes else _HEADER.fullmatch(line.rstrip("\r\n"))
        if header is not None:
            yield line, _parts(header[1])
            continue
        quotes = _open_quotes(line, quotes)
        yield line, None


def _open_quotes(line: str, quotes: str) -> str:
    """Return the three quotes of the string that a line leaves open, or nothing."""
    at = 0
    while at < len(line):
        if quotes:
            if quotes == '"""' and line[at] == "\\":
                at += 2
            elif line.startswith(quotes, at):
                at, quotes = at + 3, ""
            else:
                at += 1
        elif line.startswith(('"""', "'''"), at):
            at, quotes = at + 3, line[at : at + 3]
        elif line[at] == "#":
            return ""
        elif line[at] in "\"'":
            found = re.match(r'"(?:[^"\\]|\\.)*"' if line[at] == '"' else r"'[^']*'", line[at:])
            at += found.end() if found else 1
        else:
            at += 1
    return quotes


def _parts(header: str) -> tuple[str, ...]:
    names: list[str] = []
    try:
        found: Any = tomllib.loads(f"[{header}]")
    except tomllib.TOMLDecodeError:
        return ()
    while isinstance(found, dict) and found:
        name = next(iter(found))
        names.append(name)
        found = found[name]
    return tuple(names)


def _is_below(header: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return header[: len(path)] == path


def _drop(value: dict[str, Any], path: tuple[str, ...]) -> None:
    inner = value
    for name in path[:-1]:
        inner = inner.get(name, {})
    inner.pop(path[-1], None)
    # A table that existed only as the prefix of ours goes with it.
    if len(path) > 1 and not inner:
        _drop(value, path[:-1])


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for name, value in other.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def _try(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
