"""Draw docs/pictures/first-run.svg: a terminal with what the first commands really print.

    .venv/bin/python tools/make_picture.py

Starts a server on a fresh data directory and a free port, types the commands below on a terminal of
their own, and
draws their output. Only the path of the temporary home is replaced, by /home/ana.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs/pictures/first-run.svg"
# What is typed: an id between braces is the one that the send printed.
TYPED = (
    (
        'ackbox --as ana send bob "Can you review the parser? It drops the last line." --intent'
        " question"
    ),
    "ackbox --as bob inbox",
    "ackbox --as bob ack {id}",
    "ackbox --as ana status {id}",
)
COLUMNS, LINE, CHAR, PAD = 112, 20, 8.4, 22
SHADES = {
    "back": "#11151c",
    "bar": "#1b212b",
    "text": "#d5dbe5",
    "typed": "#ffffff",
    "prompt": "#7ee0a5",
    "faint": "#8a95a6",
}


def on_terminal(
    arguments: list[str], environment: dict[str, str], until: str | None = None
) -> tuple[str, subprocess.Popen[bytes]]:
    """Run a command on a terminal and return what it prints, up to its end or to the text
    `until`.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "ackbox", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=ROOT,
    )
    os.close(theirs)
    text, end = b"", time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.2)[0]:
            try:
                text += os.read(ours, 65536)
            except OSError:
                break
        elif (until is not None and until in text.decode()) or process.poll() is not None:
            break
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text.decode()).replace("\r\n", "\n"), process


def capture() -> list[tuple[str, str]]:
    """Return what was typed and what was printed, command by command."""
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "HOME": home,
            "PYTHONPATH": str(ROOT / "src"),
            "COLUMNS": str(COLUMNS),
            "NO_COLOR": "1",
            "TERM": "xterm-256color",
            "ACKBOX_PORT": os.environ.get("PICTURE_PORT", "7717"),
        }
        for name in [
            name
            for name in environment
            if name.startswith(("XDG_", "ACKBOX_")) and name != "ACKBOX_PORT"
        ]:
            del environment[name]
        printed, server = on_terminal(["up", "--no-open"], environment, until="next")
        try:
            shown, found = [("make up", printed)], ""
            for typed in TYPED:
                typed = typed.replace("{id}", found)
                text, _ = on_terminal(words(typed), environment)
                found = found or (re.findall(r"\b[0-9a-f]{32}\b", text) or [""])[0]
                shown.append((typed, text))
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(20)
        return [(typed, text.replace(home, "/home/ana")) for typed, text in shown]


def words(typed: str) -> list[str]:
    import shlex

    return shlex.split(typed)[1:]


def lines(shown: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (kind, text) for each line of the picture."""
    found: list[tuple[str, str]] = []
    for number, (typed, text) in enumerate(shown):
        if number == 1:
            found += [("faint", "# in another terminal")]
        found += [("typed", part) for part in wrapped(typed, COLUMNS - 2)]
        found += [
            ("text", part)
            for line in text.strip("\n").split("\n")
            for part in wrapped(line, COLUMNS)
        ]
        found.append(("text", ""))
    return found[:-1]


def wrapped(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)] or [""]


def still(text: str) -> str:
    """Return text whose spaces no viewer collapses."""
    return escape(text).replace(" ", "\u00a0")


def draw(found: list[tuple[str, str]]) -> str:
    width, height = COLUMNS * CHAR + 2 * PAD, len(found) * LINE + 2 * PAD + 34
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}"'
            f' viewBox="0 0 {width:.0f} {height}" role="img" aria-label="A terminal: make up starts'
            ' the server; ana sends bob a message, bob reads and acknowledges it, ana sees that">'
        ),
        (
            f'<rect width="100%" height="100%" rx="10" fill="{SHADES["back"]}"/>'
            f'<path d="M0 34V10A10 10 0 0 1 10 0H{width - 10:.0f}A10 10 0 0 1 {width:.0f} 10V34Z" '
            f'fill="{SHADES["bar"]}"/>'
        ),
        *(
            f'<circle cx="{22 + 20 * n}" cy="17" r="6" fill="{shade}"/>'
            for n, shade in enumerate(("#f2726a", "#f0bf4f", "#62c554"))
        ),
        (
            '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono,'
            ' monospace" font-size="14">'
        ),
    ]
    first = True
    for number, (kind, text) in enumerate(found):
        y = 34 + PAD + number * LINE + 10
        if kind == "typed":
            begins = first or found[number - 1][0] != "typed"
            mark = f'<tspan fill="{SHADES["prompt"]}">{still("$ " if begins else "  ")}</tspan>'
            parts.append(
                f'<text x="{PAD}" y="{y}" fill="{SHADES["typed"]}"'
                f' font-weight="600">{mark}{still(text)}</text>'
            )
        elif text:
            parts.append(f'<text x="{PAD}" y="{y}" fill="{SHADES[kind]}">{still(text)}</text>')
        first = False
    return "\n".join([*parts, "</g>", "</svg>"]) + "\n"


def main() -> None:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(draw(lines(capture())), "utf-8")
    print(TARGET.relative_to(ROOT))


if __name__ == "__main__":
    main()
