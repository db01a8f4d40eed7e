"""Files: read and write other people's files so that nothing is lost.

A file is replaced completely or not at all, keeps its mode and owner, and a link to it stays a
link. Explained in docs/why/reach.md, "Other people's files".
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import msgspec

from ackbox.errors import Invalid, Unavailable
from ackbox.private import sync_directory

MAX_BYTES = 32 << 20
BOM = "\ufeff"


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it was read: its text, or None if it does not exist.

    `target` is the target of a link. `stamp` shows whether the file changed since.
    """

    path: Path
    target: Path
    text: str | None
    mode: int = 0o600
    stamp: tuple[int, ...] = ()


class Changed(Exception):
    """Another program changed the file since it was read."""


def read(path: Path) -> Found:
    """Read a file that may be a link, or may not exist. Raises Invalid, Unavailable."""
    target = Path(os.path.realpath(path))
    try:
        status = target.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Invalid(
                f"{path} is not a file.", hint="Move it away, then run the command again."
            )
        if status.st_size > MAX_BYTES:
            raise Invalid(f"{path} has {status.st_size:,} bytes, more than settings have.")
        text = target.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if path.is_symlink():
            raise Invalid(
                f"{path} is a link to {os.readlink(path)}, which is not there.",
                hint="Remove the link, or make the file that it leads to.",
            ) from None
        return Found(path=path, target=target, text=None)
    except UnicodeDecodeError as error:
        raise Invalid(
            f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8."
        ) from None
    except OSError as error:
        raise _unusable(path, "read", error) from None
    return Found(
        path=path,
        target=target,
        text=text,
        mode=stat.S_IMODE(status.st_mode),
        stamp=_stamp(status),
    )


def check_writable(found: Found) -> None:
    """Raise Unavailable if a file cannot be replaced; change nothing."""
    target = found.target
    if found.text is not None:
        status = target.stat()
        if not status.st_mode & stat.S_IWUSR:
            raise Unavailable(
                f"{found.path} is read-only (mode {found.mode:04o}).",
                hint=f"Nothing was changed. Make it writable with: chmod u+w {target}",
            )
        if status.st_uid != os.geteuid():
            raise Unavailable(
                f"{found.path} belongs to another user (uid {status.st_uid}).",
                hint="Nothing was changed. Run ackbox as that user.",
            )
    there = next(each for each in target.parents if each.exists())
    if not os.access(there, os.W_OK | os.X_OK) or not there.is_dir():
        raise Unavailable(f"{there} cannot be written to.", hint="Nothing was changed.")


def write(found: Found, text: str) -> list[Path]:
    """Replace or create a file; returns the directories created for it.

    Raises Changed, Unavailable.
    """
    check_writable(found)
    target = found.target
    missing = [each for each in reversed(target.parents) if not each.exists()]
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        for each in missing:
            each.mkdir(0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with open(os.open(fresh, flags, 0o600), "wb") as file:
                file.write(text.encode("utf-8"))
                os.fchmod(file.fileno(), found.mode)
                file.flush()
                os.fsync(file.fileno())
            _refuse_changed(found)
            os.rename(fresh, target)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        sync_directory(target.parent)
    except OSError as error:
        raise _unusable(found.path, "written", error) from None
    return missing


def delete(found: Found) -> None:
    """Delete a file. Raises Changed, Unavailable."""
    _refuse_changed(found)
    try:
        found.target.unlink()
    except OSError as error:
        raise _unusable(found.path, "deleted", error) from None


def _refuse_changed(found: Found) -> None:
    try:
        stamp = _stamp(found.target.stat())
    except FileNotFoundError:
        stamp = ()
    if stamp != found.stamp:
        raise Changed(str(found.path))


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _unusable(path: Path, done: str, error: OSError) -> Unavailable:
    return Unavailable(
        f"{path} cannot be {done}: {error.strerror}.",
        hint="Nothing was changed there. Check who owns it and its mode.",
    )
