"""A pseudo-terminal: an agent program with its screen, to which a test types as a person would."""

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
from pathlib import Path

SIZE = (40, 120)
_CODES = re.compile(r"\x1b(?:\[[0-9;?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_=>])")


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, argv: list[str], *, cwd: Path, env: dict[str, str]) -> None:
        self._end, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self.process = subprocess.Popen(
            # Only the leader of a session can have a terminal.
            ["setsid", "--ctty", *argv],
            cwd=cwd,
            env={**env, "TERM": "xterm-256color"},
            stdin=inner,
            stdout=inner,
            stderr=inner,
        )
        os.close(inner)
        self._written = b""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                part = os.read(self._end, 65536)
            except OSError:
                return
            if not part:
                return
            self._written += part

    @property
    def written(self) -> str:
        """What the program has written so far, without codes for places and colours."""
        return _CODES.sub("", self._written.decode("utf-8", "replace"))

    def type(self, text: str) -> None:
        """Type a line, then Enter as a key of its own: what comes in one piece is pasted."""
        os.write(self._end, text.encode())
        # The program needs a moment between the two; it shows no sign of it.
        time.sleep(0.5)
        os.write(self._end, b"\r")

    def close(self) -> None:
        """End the program and what it started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
