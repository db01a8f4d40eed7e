"""A terminal for agent programs that need one: a pseudo-terminal that answers what a program asks
its terminal, and keeps what it writes.

Explained in CONTRIBUTING.md, "Agent programs".
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from contextlib import suppress
from pathlib import Path

ROWS, COLUMNS = 50, 160
# Questions of a program to its terminal, and what a plain terminal says.
ANSWERS = {
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[0c": b"\x1b[?62;22c",
    b"\x1b[>c": b"\x1b[>0;276;0c",
    b"\x1b[>0q": b"\x1bP>|plain(1)\x1b\\",
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    b"\x1b]10;?": b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
}
_SEQUENCES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")


class Screen:
    """One program in a terminal."""

    def __init__(self, argv: list[str], where: Path, environment: dict[str, str]) -> None:
        self._end, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            argv,
            cwd=where,
            env={**environment, "TERM": "xterm-256color"},
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
        )
        os.close(inner)
        self._written = b""
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def text(self) -> str:
        """What the program has written, without its movements and colours."""
        return _SEQUENCES.sub(b" ", self._written).decode(errors="replace")

    def type(self, keys: str) -> None:
        """Press keys: a text at once, and Enter after a moment, as people do."""
        text, enter, _ = keys.partition("\r")
        os.write(self._end, text.encode())
        if enter:
            # Programs take an Enter that comes with a text for a line of a pasted text.
            time.sleep(0.5)
            os.write(self._end, b"\r")

    def close(self) -> None:
        """End the program and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        os.close(self._end)

    def _read(self) -> None:
        with suppress(OSError):
            while part := os.read(self._end, 65536):
                self._written += part
                for asked, answer in ANSWERS.items():
                    for _ in range(part.count(asked)):
                        os.write(self._end, answer)
