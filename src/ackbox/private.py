"""Private files: what only the user who runs ackbox can read and write.

Directories are 0700 and files 0600 under every umask. A directory or a file that belongs to another
user, or that another user can write, is refused. The last part of a path is never a symbolic link.
Explained in docs/why/serving.md, "Private files".
"""

from __future__ import annotations

import errno
import os
import stat

from ackbox.errors import Unavailable

# Not from typing: a hook imports this at each prompt and tool call.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    Place = str | os.PathLike[str]

FILE, DIRECTORY = 0o600, 0o700
# Windows has no owners and modes of this kind: there, the access lists of the user's home keep
# others out.
HAS_OWNERS = hasattr(os, "geteuid")
_SAFELY = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK"))
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def make_directory(path: Path, *, tighten: bool = False) -> None:
    """Make a directory and its missing parents, each 0700; check one that exists. Raises
    Unavailable.

    `tighten` takes from others what they may do in a directory that exists and is ours.
    """
    try:
        for each in (*reversed(path.parents), path):
            if not each.exists():
                _make_one(each)
        check_directory(path)
        if HAS_OWNERS and tighten and path.stat().st_mode & OTHERS:
            path.chmod(DIRECTORY)
    except OSError as error:
        raise Unavailable(
            f"The data directory {path} cannot be used: {error.strerror}.",
            hint="Choose another with --data-dir.",
        ) from None
    if HAS_OWNERS and tighten and path.stat().st_mode & OTHERS:
        raise Unavailable(
            f"The file system of {path} keeps no permissions: others can look into it.",
            hint="Choose another with --data-dir.",
        )


def _make_one(path: Path) -> None:
    try:
        path.mkdir(DIRECTORY)
    except FileExistsError:
        # Made by somebody in between; the check afterwards looks at it. A link to nothing is not a
        # directory.
        if not path.is_dir():
            raise
    else:
        path.chmod(DIRECTORY)


def check_directory(path: Place) -> None:
    """Raise Unavailable when a directory is another user's, or others can write in it.

    Raises OSError when it is not there.
    """
    link = os.lstat(path)
    if not HAS_OWNERS:
        return
    if stat.S_ISLNK(link.st_mode) and link.st_uid not in (0, os.geteuid()):
        raise _foreign(path, link.st_uid)
    found = os.stat(path)
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    if found.st_uid != os.geteuid():
        raise _foreign(path, found.st_uid)
    if found.st_mode & OTHERS_WRITE:
        raise Unavailable(
            f"Other users can write in {path} (mode {stat.S_IMODE(found.st_mode):04o}).",
            hint=f"Close it with: chmod 700 {path}, or choose another with --data-dir.",
        )


def open_private(path: Place, flags: int) -> int:
    """Open a file of ours without following a link; a new one is 0600, and an older one becomes it
    when it is opened to write.

    Raises Unavailable for a link, for what is no plain file, for another user's file and for one to
    read that others can write; OSError.
    """
    try:
        number = os.open(path, flags | _SAFELY, FILE)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise Unavailable(
                f"{path} is a symbolic link, and ackbox follows none.",
                hint="Put the file itself there.",
            ) from None
        raise
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise Unavailable(f"{path} is not a plain file.", hint="Move it away.")
        if not HAS_OWNERS:
            return number
        if found.st_uid != os.geteuid():
            raise _foreign(path, found.st_uid)
        if flags & (os.O_WRONLY | os.O_RDWR):
            if stat.S_IMODE(found.st_mode) != FILE:
                os.fchmod(number, FILE)
        elif found.st_mode & OTHERS_WRITE:
            raise Unavailable(
                f"Other users can write {path} (mode {stat.S_IMODE(found.st_mode):04o}).",
                hint=f"Check what it holds, then close it with: chmod 600 {path}",
            )
    except BaseException:
        os.close(number)
        raise
    return number


def read_private(path: Place) -> str | None:
    """Return the text of a file of ours; null when it is not there or cannot be read.

    Raises Unavailable as `open_private`.
    """
    try:
        check_directory(os.path.dirname(path) or os.curdir)
        with open(open_private(path, os.O_RDONLY), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all.

    Raises Unavailable, OSError.
    """
    import secrets

    make_directory(path.parent)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with open(
            open_private(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Put the names in a directory on disk."""
    if not HAS_OWNERS:
        # Windows opens no directories.
        return
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def tighten_file(path: Path) -> None:
    """Take from others what they may do with a file of ours, if it is there.

    Raises Unavailable, OSError.
    """
    try:
        os.close(open_private(path, os.O_RDWR))
    except FileNotFoundError:
        return


def _foreign(path: Place, uid: int) -> Unavailable:
    return Unavailable(
        f"{path} belongs to user {_name(uid)}, and you are {_name(os.geteuid())}.",
        hint=(
            "Run ackbox as that user, make the path yours with chown, or choose another with"
            " --data-dir."
        ),
    )


def _name(uid: int) -> str:
    import pwd

    try:
        return f"{pwd.getpwuid(uid).pw_name} ({uid})"
    except KeyError:
        return str(uid)
