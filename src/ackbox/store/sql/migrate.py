"""Migrations: numbered SQL files, the truth about the schema.

Finding and filling them only; each engine runs them in its own transaction.
Explained in docs/why/storage.md.
"""

from __future__ import annotations

import functools
from importlib.resources import files

import msgspec


class Migration(msgspec.Struct, frozen=True):
    """One numbered file; `{words}` in it are placeholders of what the engines write differently."""

    number: int
    name: str
    sql: str

    def fill(self, words: dict[str, str]) -> str:
        text = self.sql
        for word, value in words.items():
            text = text.replace("{" + word + "}", value)
        return text


@functools.cache
def migrations(engine: str) -> tuple[Migration, ...]:
    """Return the engine's migrations in order; `0002_search.sqlite.sql` is SQLite's alone."""
    found = []
    for entry in (files(__package__) / "migrations").iterdir():
        stem, *kinds = entry.name.removesuffix(".sql").split(".")
        if entry.name.endswith(".sql") and (not kinds or kinds == [engine]):
            found.append(Migration(int(stem[:4]), stem[5:], entry.read_text("utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))
