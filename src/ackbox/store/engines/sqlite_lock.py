"""The lock beside an SQLite file: one ackbox process has it open.

Two processes on one file lose nothing, but each would ring only its own waiting callers. The lock
ends with its process, also when that is killed, and a fork does not keep it.
Explained in docs/why/storage.md, "One server owns a file".
"""

from __future__ import annotations

import os
import weakref

from ackbox.errors import Unavailable
from ackbox.private import open_private

# It is missing on Windows, where no server runs.
try:
    import fcntl
except ModuleNotFoundError:
    HAS_LOCKS = False
else:
    HAS_LOCKS = True


class FileLock:
    """The lock of one database file, held from the start until `release`."""

    def __init__(self, path: str) -> None:
        """Take the lock. Raises Unavailable when another process has the file open, OSError."""
        self._number: int | None = None
        if not HAS_LOCKS:
            return
        number = open_private(f"{path}.lock", os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(number, 20, 0).decode("ascii", "replace").strip()
            os.close(number)
            raise Unavailable(
                "Another ackbox process has it open"
                f"{f' (process {holder})' if holder.isdigit() else ''}.",
                hint=(
                    "Use that server, or stop it with: ackbox stop. For several servers, use"
                    " PostgreSQL."
                ),
            ) from None
        os.ftruncate(number, 0)
        os.pwrite(number, f"{os.getpid()}\n".encode(), 0)
        self._number = number
        held = weakref.ref(self)

        def let_go() -> None:
            lock = held()
            if lock is not None:
                lock.release()

        # A fork would share the lock, and hold it after this process has been killed.
        os.register_at_fork(after_in_child=let_go)

    def release(self) -> None:
        """Close the file of the lock, and so end it in this process; again does nothing."""
        number, self._number = self._number, None
        if number is not None:
            os.close(number)
