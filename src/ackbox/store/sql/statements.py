"""Statements: the named SQL, loaded once and checked as it is loaded.

Each statement has a name, a purpose, and names its workspace; one that must reach across
workspaces says so with `across:` and a reason. What several share is a part. Explained in
docs/why/storage.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from operator import itemgetter
from typing import Any

import msgspec

_HEAD = re.compile(r"^-- (name|part): (\w+)\s*$", re.MULTILINE)
_NAMED = re.compile(r"\{(\w+)\}")
PARAMETER = re.compile(r"(?<!:):([a-z_][a-z_0-9]*)\b")


class Statement(msgspec.Struct, frozen=True):
    """One named statement: its SQL with :named parameters, its purpose, those names in order,
    whether it writes, and a function that takes the values from a dict in that order: a tuple, or
    the only value itself.
    """

    name: str
    purpose: str
    sql: str
    parameters: tuple[str, ...]
    is_write: bool
    values: Callable[[dict[str, Any]], Any]


@functools.cache
def load(engine: str) -> dict[str, Statement]:
    """Return the statements for an engine ("sqlite" or "postgres"), by name."""
    own = files(__package__) / f"queries.{engine}.sql"
    return read_statements(
        (files(__package__) / "queries.sql").read_text("utf-8"),
        own.read_text("utf-8") if own.is_file() else "",
    )


def read_statements(*texts: str) -> dict[str, Statement]:
    """Return the statements of files of SQL, with shared parts inserted; a later statement
    replaces an earlier one of its name.

    Raises ValueError for one without a purpose or a workspace, and for a part that is not known or
    not used.
    """
    pieces = [piece for text in texts for piece in _pieces(text)]
    parts = {name: _split(body)[1] for kind, name, body in pieces if kind == "part"}
    used: set[str] = set()

    def part(found: re.Match[str]) -> str:
        used.add(found[1])
        if found[1] not in parts:
            raise ValueError(f"there is no part {found[1]}")
        # A part may hold others that stand before it.
        return _NAMED.sub(part, parts[found[1]])

    statements = {
        name: _statement(name, *_split(_NAMED.sub(part, body)))
        for kind, name, body in pieces
        if kind == "name"
    }
    if parts.keys() - used:
        raise ValueError(f"nobody uses the part {sorted(parts.keys() - used)[0]}")
    return statements


def _pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what stands in a file: whether it is a statement or a part, its name, and its text."""
    _, *pieces = _HEAD.split(text)
    return zip(pieces[::3], pieces[1::3], pieces[2::3], strict=True)


def _split(body: str) -> tuple[str, str]:
    """Return the purpose and the SQL."""
    lines = body.strip().splitlines()
    purpose = " ".join(line[2:].strip() for line in lines if line.startswith("--"))
    return purpose, "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(
        ";"
    )


def _statement(name: str, purpose: str, sql: str) -> Statement:
    parameters = tuple(dict.fromkeys(PARAMETER.findall(sql)))
    if not purpose:
        raise ValueError(f"statement {name} has no purpose")
    if "ws" not in parameters and "across:" not in purpose:
        raise ValueError(f"statement {name} names no workspace")
    is_write = not sql.startswith(("SELECT", "WITH RECURSIVE"))
    values = itemgetter(*parameters) if parameters else lambda _: ()
    return Statement(name, purpose, sql, parameters, is_write, values)
