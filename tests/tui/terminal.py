"""A terminal for tests: a pseudo-terminal with a program on it, and the screen a person would see.

The screen understands what full-screen programs write: cursor moves, colours, erasing, modes.
Anything else that is a
control character is kept in `stray`: a program that shows others' text must leave that empty.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata
from collections.abc import Callable

TIMEOUT_S = 30.0
# The key as newer terminals send it: alone, the old one may begin a longer sequence, and what
# follows decides.
ESCAPE = "\x1b[27u"
FRAME_END = "\x1b[?2026l"
_TOKEN = re.compile(
    r"\x1b\[(?P<csi>[0-9:;<=>?]*["
    r" !\"#$%&'()*+,./-]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\"
    r"|\x1b[()][A-Z0-9]|\x1b(?P<esc>[^\[\]P()])|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
)


class Screen:
    """What stands in each cell, and what came that was not for cells."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.cells = [[" "] * columns for _ in range(lines)]
        self.looks = [[""] * columns for _ in range(lines)]
        self.x = self.y = 0
        self.look = ""
        self.modes: set[str] = set()
        self.copied: list[str] = []
        self.stray: list[str] = []
        self.colours: set[str] = set()
        self._rest = ""

    def feed(self, text: str, is_so: Callable[[Screen], bool] | None = None) -> bool:
        """Take text; stop at the end of a frame in which `is_so` holds, with the rest kept for
        later. Whether it held.
        """
        text, at = self._rest + text, 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                break
            at = found.end()
            if found["text"] is not None:
                self._put(found["text"])
            elif found["control"] is not None:
                self._control(found["control"])
            elif found["final"] is not None:
                self._sequence(found["csi"], found["final"])
                if is_so is not None and found[0] == FRAME_END and is_so(self):
                    self._rest = text[at:]
                    return True
            elif found["osc"] is not None and found["osc"].startswith("52;"):
                self.copied.append(found["osc"])
        self._rest = text[at:]
        return False

    def _put(self, text: str) -> None:
        if text.isascii() and self.y < self.lines and self.x + len(text) <= self.columns:
            self.cells[self.y][self.x : self.x + len(text)] = text
            self.looks[self.y][self.x : self.x + len(text)] = [self.look] * len(text)
            self.x += len(text)
            return
        for c in text:
            wide = unicodedata.east_asian_width(c) in "WF"
            if unicodedata.combining(c) or unicodedata.category(c) == "Cf":
                continue
            if self.y < self.lines and self.x < self.columns:
                self.cells[self.y][self.x], self.looks[self.y][self.x] = c, self.look
                if wide and self.x + 1 < self.columns:
                    self.cells[self.y][self.x + 1] = ""
            self.x += 2 if wide else 1

    def _control(self, c: str) -> None:
        if c == "\r":
            self.x = 0
        elif c == "\n":
            self.y = min(self.y + 1, self.lines - 1)
        elif c == "\x08":
            self.x = max(self.x - 1, 0)
        else:
            self.stray.append(c)

    def _sequence(self, parameters: str, final: str) -> None:
        numbers = [int(part) if part.isdecimal() else 0 for part in parameters.split(";")]
        if final in "Hf":
            self.y, self.x = (
                max(numbers[0], 1) - 1,
                max(numbers[1] if len(numbers) > 1 else 1, 1) - 1,
            )
        elif final == "m":
            self.look = "" if parameters in ("", "0") else f"{self.look};{parameters}"
            self.colours |= set(
                re.findall(
                    r"(?:38|48);(?:2|5)|\b(?:3[0-79]|4[0-79]|9[0-7]|10[0-7])\b",
                    _without_rgb(parameters),
                )
            )
            self.colours |= set(re.findall(r"[34]8;[25]", parameters))
        elif final == "J" and numbers[0] == 2:
            self.cells = [[" "] * self.columns for _ in range(self.lines)]
        elif final == "K":
            for x in range(self.x, self.columns):
                self.cells[self.y][x] = " "
        elif final in "hl" and parameters.startswith("?"):
            (self.modes.add if final == "h" else self.modes.discard)(parameters[1:])

    def row(self, y: int) -> str:
        return "".join(self.cells[y]).rstrip()

    @property
    def text(self) -> str:
        return "\n".join(self.row(y) for y in range(self.lines))


def _without_rgb(parameters: str) -> str:
    return re.sub(r"[34]8;(?:2;\d+;\d+;\d+|5;\d+)", "", parameters)


class Terminal:
    """A program on a terminal of its own."""

    def __init__(
        self, argv: list[str], environment: dict[str, str], *, columns: int = 160, lines: int = 45
    ) -> None:
        self.raw = b""
        self.screen = Screen(columns, lines)
        self._ours, theirs = os.openpty()
        self._set_size(columns, lines)
        # A test run started in the background has Ctrl-C switched off; a person's terminal has not.
        self.process = subprocess.Popen(
            argv,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        os.close(theirs)
        self._bytes = b""
        self._is_asked = self._is_so = False

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal; the program gets no signal, since it is not the terminal's own."""
        if self._ours >= 0:
            os.close(self._ours)
        self._ours = -1

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def resize(self, columns: int, lines: int) -> None:
        self.screen = Screen(columns, lines)
        self._set_size(columns, lines)
        os.kill(self.process.pid, signal.SIGWINCH)

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def read(self, seconds: float, is_so: Callable[[Screen], bool] | None = None) -> bool:
        """Take what the program writes for a moment; false when it has ended."""
        if not select.select([self._ours], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._ours, 1 << 16)
        except OSError:
            return False
        self.raw += data
        if not self._is_asked and b"\x1b[?2026$p" in self.raw:
            # Yes, frames may be marked: what a person sees is never half of one.
            self._is_asked = True
            os.write(self._ours, b"\x1b[?2026;2$y")
        self._bytes += data
        text = self._bytes.decode("utf-8", "ignore")
        # A character may be cut in two between reads.
        keep = next((n for n in (1, 2, 3) if len(self._bytes) >= n and self._bytes[-n] >= 0xC0), 0)
        whole = self._bytes[:-keep] if keep and not _is_whole(self._bytes[-keep:]) else self._bytes
        text, self._bytes = whole.decode("utf-8", "replace"), self._bytes[len(whole) :]
        self._is_so = self.screen.feed(text, is_so)
        return bool(data)

    def until(self, is_so: Callable[[Screen], bool], what: str = "") -> Screen:
        """Read until the screen is as wanted; fails with the screen when it does not come."""
        end = time.monotonic() + TIMEOUT_S
        if ("2026" not in self.screen.modes and is_so(self.screen)) or self.screen.feed("", is_so):
            return self.screen
        self._is_so = False
        while not self._is_so and ("2026" in self.screen.modes or not is_so(self.screen)):
            assert time.monotonic() < end, f"not seen: {what}\n{self.screen.text}"
            assert self.read(0.05, is_so) or is_so(self.screen), (
                f"it ended: {what}\n{self.screen.text}\n{self.raw[-2000:]!r}"
            )
        return self.screen

    def see(self, *texts: str) -> Screen:
        return self.until(lambda screen: all(text in screen.text for text in texts), f"{texts}")

    def see_not(self, text: str) -> Screen:
        return self.until(lambda screen: text not in screen.text, f"no {text!r}")

    def end(self) -> int:
        """Read until the program has ended; its exit code."""
        end = time.monotonic() + TIMEOUT_S
        while self.read(0.2) and self.process.poll() is None:
            assert time.monotonic() < end, f"it does not end\n{self.screen.text}"
        return self.process.wait(TIMEOUT_S)


def _is_whole(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
