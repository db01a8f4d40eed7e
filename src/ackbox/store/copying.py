"""Backups of a database, made while it is in use and checked before they get their names.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import apsw

from ackbox.config import without_password
from ackbox.errors import Invalid, Unavailable
from ackbox.private import open_private, sync_directory
from ackbox.store.damage import DAMAGE, Damaged


def fresh_file(text: str) -> Path:
    """Return the path of a file that can be made. Raises Invalid."""
    path = Path(text)
    if not path.is_absolute():
        raise Invalid(
            "The path is not absolute.",
            hint="Write the path from the root of the server's file system.",
            field="path",
        )
    if path.exists():
        raise Invalid(
            f"{path} exists already.",
            hint="Choose another name; nothing is overwritten.",
            field="path",
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise Invalid(
            f"{path.parent} is not a directory the server can write to.",
            hint="Create it, or choose another directory.",
            field="path",
        )
    return path


def _make_file(part: Path) -> None:
    """Create a file for its owner alone; in a shared directory another user may have put a link
    there.
    """
    try:
        part.unlink(missing_ok=True)
        os.close(open_private(part, os.O_CREAT | os.O_EXCL | os.O_RDWR))
    except OSError as error:
        raise Unavailable(
            f"{part} cannot be created: {error.strerror}.",
            hint="Choose another directory for the copy.",
        ) from None


@contextmanager
def _new_part(path: Path) -> Iterator[Path]:
    """Lend the file in which a copy grows; a copy that fails leaves no file.

    Raises Unavailable, also when there is no room for the copy.
    """
    part = path.with_name(f".{path.name}.part")
    _make_file(part)
    try:
        yield part
    except OSError as error:
        raise Unavailable(
            f"The copy could not be created: {error.strerror}.", hint="Check the free disk space."
        ) from None
    finally:
        # After success it has its own name.
        for suffix in ("", "-journal", "-wal", "-shm"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def copy_sqlite(source: str, path: Path, workspaces: str) -> dict[str, Any]:
    """Copy a SQLite database with its backup interface, check the copy, and rename it."""
    with _new_part(path) as part:
        origin, copy = apsw.Connection(source), apsw.Connection(str(part))
        try:
            # One consistent view until the end: writers continue without restarting the copy.
            origin.execute("BEGIN")
            before = list(origin.execute(workspaces))
            with copy.backup("main", origin, "main") as copying:
                copying.step(-1)
            origin.execute("COMMIT")
            copy.execute("PRAGMA journal_mode = DELETE")
            verdict = [row[0] for row in copy.execute("PRAGMA integrity_check")]
            after = list(copy.execute(workspaces))
        except DAMAGE:
            raise Damaged() from None
        except apsw.Error as error:
            raise Unavailable(
                f"The copy could not be created ({type(error).__name__}).",
                hint="Check the free disk space.",
            ) from None
        finally:
            origin.close()
            copy.close()
        if verdict != ["ok"] or after != before:
            raise Unavailable(
                "The copy is damaged and was removed.",
                hint="Check the disk, and the database with: ackbox doctor",
            )
        return _named(
            part,
            path,
            workspaces=len(after),
            verified="integrity_check, and every workspace's numbers compared",
        )


def copy_postgres(url: str, path: Path) -> dict[str, Any]:
    """Copy a PostgreSQL database with pg_dump, and check the copy with pg_restore."""
    dump, restore = shutil.which("pg_dump"), shutil.which("pg_restore")
    if dump is None or restore is None:
        raise Unavailable(
            "pg_dump and pg_restore are not installed on this machine.",
            hint="Install PostgreSQL's client programs, or back up with other tools.",
        )
    parts = urlsplit(url)
    # A password in an argument could be read by everybody on the machine.
    plain = without_password(url)
    password = unquote(parts.password or "") or dict(parse_qsl(parts.query)).get("password")
    environment = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    with _new_part(path) as part:
        for command in (
            [dump, "--format=custom", f"--file={part}", f"--dbname={plain}"],
            [restore, "--list", str(part)],
        ):
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise Unavailable(
                    f"{Path(command[0]).name} failed: {done.stderr.strip()[-300:]}",
                    hint="Use the client programs of the server's version.",
                )
        return _named(part, path, workspaces=0, verified="pg_restore --list")


def _named(part: Path, path: Path, *, workspaces: int, verified: str) -> dict[str, Any]:
    """Put the copy on disk and give it its name, in this order."""
    with open(part, "rb") as file:
        os.fsync(file.fileno())
    part.rename(path)
    sync_directory(path.parent)
    return {
        "path": str(path),
        "bytes": path.stat().st_size,
        "workspaces": workspaces,
        "verified": verified,
    }
