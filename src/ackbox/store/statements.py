"""Statements: the named SQL, loaded once and checked as it is loaded.

Each statement has a name, a purpose, and names its workspace; one that must reach across
workspaces says so with `across:` and a reason. Explained in docs/why/storage.md.
"""

from __future__ import annotations

import functools
import re
from importlib.resources import files

import msgspec

_HEAD = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
PARAMETER = re.compile(r"(?<!:):([a-z_]+)\b")


class Statement(msgspec.Struct, frozen=True):
    """One named statement: its SQL with :named parameters, its purpose, and those names in order."""

    name: str
    purpose: str
    sql: str
    parameters: tuple[str, ...]

    @property
    def is_write(self) -> bool:
        return not self.sql.startswith("SELECT")


@functools.cache
def load(engine: str) -> dict[str, Statement]:
    """Return the statements for an engine ("sqlite" or "postgres"), by name."""
    found = _parse((files(__package__) / "queries.sql").read_text("utf-8"))
    own = files(__package__) / f"queries.{engine}.sql"
    return found | _parse(own.read_text("utf-8")) if own.is_file() else found


def _parse(text: str) -> dict[str, Statement]:
    _, *pieces = _HEAD.split(text)
    return {name: _statement(name, body) for name, body in zip(pieces[::2], pieces[1::2], strict=True)}


def _statement(name: str, body: str) -> Statement:
    lines = body.strip().splitlines()
    purpose = " ".join(line[2:].strip() for line in lines if line.startswith("--"))
    sql = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
    parameters = tuple(dict.fromkeys(PARAMETER.findall(sql)))
    if not purpose:
        raise ValueError(f"statement {name} has no purpose")
    if "ws" not in parameters and "across:" not in purpose:
        raise ValueError(f"statement {name} names no workspace")
    return Statement(name, purpose, sql, parameters)
