"""Migrations: numbered SQL files, the truth about the schema.

Finding, comparing and filling them only; each engine runs them in its own transaction.
Explained in docs/why/storage.md.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from importlib.resources import files

import msgspec

from ackbox.errors import Unavailable


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

    @property
    def hash(self) -> str:
        """The hash by which a database knows that it ran this text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@functools.cache
def migrations(engine: str) -> tuple[Migration, ...]:
    """Return the engine's migrations in order; `0002_search.sqlite.sql` is SQLite's alone."""
    found = []
    for entry in (files(__package__) / "migrations").iterdir():
        stem, *kinds = entry.name.removesuffix(".sql").split(".")
        if entry.name.endswith(".sql") and (not kinds or kinds == [engine]):
            found.append(Migration(int(stem[:4]), stem[5:], entry.read_text("utf-8")))
    return tuple(sorted(found, key=lambda migration: migration.number))


def missing_migrations(engine: str, done: Iterable[tuple[int, str, str | None]]) -> list[Migration]:
    """Return the migrations that a database still needs; `done` has the number, name and hash of
    each that it ran. A database older than the hashes has none.

    Raises Unavailable when a newer or another program made the schema.
    """
    known = {migration.number: migration for migration in migrations(engine)}
    seen = set()
    for number, name, hash in sorted(done):
        own = known.get(number)
        if own is None:
            raise Unavailable(
                f"The schema has the migration {number:04d}_{name}, and this ackbox ends at"
                f" {max(known):04d}: a newer ackbox has changed the database.",
                hint=(
                    "Start that newer version again, or restore the backup from before it with"
                    " this one. Nothing was changed."
                ),
            )
        if own.name != name or hash not in (None, own.hash):
            raise Unavailable(
                f"The schema was made with another text of the migration {number:04d}_{name} than"
                " the one in this ackbox.",
                hint=(
                    "Install a released version of ackbox that is at least as new as the one"
                    " before, with unchanged files. Nothing was changed."
                ),
            )
        seen.add(number)
    return [migration for number, migration in known.items() if number not in seen]
