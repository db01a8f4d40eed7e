"""Damage: the check of an SQLite file, and the error that callers get after damage was found.

Explained in docs/howto/back-up-and-move.md, "A damaged database".
"""

from __future__ import annotations

import time
from pathlib import Path

import apsw

from ackbox.errors import Unavailable

# SQLite's errors for a file with content that SQLite did not write.
DAMAGE = (apsw.CorruptError, apsw.NotADBError)
RESTORE = (
    "Restore the last backup: stop the server, keep the damaged file, and put the copy in its"
    " place. `ackbox doctor` says what is damaged."
)
# Number of problems to name; a damaged page makes many.
MAX_PROBLEMS = 3
# SQLite's steps between two looks at the clock.
STEPS = 100_000


class Damaged(Unavailable):
    """The database file is damaged; a repeated call does not help."""

    def __init__(self) -> None:
        super().__init__(
            "The database file is damaged. The server stores nothing in it any more.", hint=RESTORE
        )


def find_damage(path: Path, *, most_s: float = 60) -> list[str] | None:
    """Return what SQLite's quick check finds wrong in a file, which a server may be using.

    Null when the check was not over in time. Raises OSError.
    """
    until = time.monotonic() + most_s
    try:
        database = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            database.set_busy_timeout(5_000)
            database.set_progress_handler(lambda: time.monotonic() > until, STEPS)
            found = [row[0] for row in database.execute(f"PRAGMA quick_check({MAX_PROBLEMS})")]
        finally:
            database.close()
    except apsw.InterruptError:
        return None
    except DAMAGE as error:
        return [str(error)]
    except apsw.Error as error:
        raise OSError(str(error)) from None
    return [] if found == ["ok"] else found
