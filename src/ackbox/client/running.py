"""Running: whether a server runs on a data directory, its address, and the operator key.

Hooks run at each prompt and tool call, so this imports the standard library and our private files
alone. Explained in docs/why/keys.md, "Destinations of a key".
"""

from __future__ import annotations

import json
import os

from ackbox.private import open_private, read_private

# Not from typing: importing it costs a hook as much as reading the files.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ackbox.private import Place

# Where it is missing, that is on Windows, no server runs and commands reach one elsewhere.
try:
    import fcntl
except ModuleNotFoundError:
    HAS_LOCKS = False
else:
    HAS_LOCKS = True


def read_server(data_dir: Place) -> dict[str, Any] | None:
    """Return what the running server wrote about itself: url, pid, version; null when none runs.

    The lock says whether one runs. A process id does not: a killed server keeps its own until it is
    reaped, and then somebody else has it.
    Raises Unavailable when the directory or the file is another user's.
    """
    found = last_server(data_dir)
    return found if found is not None and is_held(data_dir) else None


def last_server(data_dir: Place) -> dict[str, Any] | None:
    """Return what a server wrote about itself, also one that was killed since.

    Raises Unavailable.
    """
    try:
        found = dict(json.loads(read_private(os.path.join(data_dir, "server.json")) or ""))
    except (ValueError, TypeError):
        return None
    return found if {"pid", "url"} <= found.keys() else None


def has_locks() -> bool:
    """Whether this system has the locks that a server needs; Windows has not."""
    return HAS_LOCKS


def is_held(data_dir: Place) -> bool:
    """Whether a server holds the directory now. Raises Unavailable."""
    if not has_locks():
        return False
    try:
        number = open_private(os.path.join(data_dir, "server.lock"), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(number)
    return False


def read_operator_key(data_dir: Place) -> str | None:
    """Return the operator key of a data directory, or null.

    Raises Unavailable when the directory or the file is another user's.
    """
    return (read_private(os.path.join(data_dir, "operator.key")) or "").strip() or None
