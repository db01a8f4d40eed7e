"""U1: the terminal UI with 20,000 messages loaded and a hundred new ones a second: its CPU, and how
soon a key is seen.

The program runs on a pseudo-terminal of 180 by 50 against a real server; its CPU time is read from
outside. A key's time
is from writing it to seeing the line it selects, while the messages come.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from bench.frame import figure
from bench.server import Running, cpu_s, peak_and_resident_mb, running
from tests.tui.terminal import Terminal

ROWS = 20_000
SECONDS = 20.0
EACH_S = 0.1
AGENTS = ("claude", "codex", "tester", "planner")


def fill(server: Running, rows: int) -> None:
    """Store messages from before."""
    for first in range(0, rows, 500):
        messages = [
            {
                "to": AGENTS[n % 3 + 1],
                "body": f"status {n} of the work on part {n % 17}",
                "intent": "status",
            }
            for n in range(first, min(first + 500, rows))
        ]
        server.call("message.send_many", agent="claude", messages=messages)


def send(server: Running, a_second: int, until: threading.Event) -> None:
    """Send so many messages a second, in ten parts, until told to stop."""
    number, due = 0, time.monotonic()
    while not until.is_set():
        messages = [
            {"to": AGENTS[(number + n) % 3 + 1], "body": f"live {number + n}", "intent": "status"}
            for n in range(int(a_second * EACH_S))
        ]
        server.call("message.send_many", agent="claude", messages=messages)
        number, due = number + len(messages), due + EACH_S
        until.wait(max(due - time.monotonic(), 0))


def look(server: Running) -> Terminal:
    argv = [
        sys.executable,
        "-m",
        "ackbox",
        "--data-dir",
        str(server.where),
        "tui",
        "--rows",
        "100000",
    ]
    return Terminal(
        argv,
        {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        columns=180,
        lines=50,
    )


def cost(
    terminal: Terminal, server: Running, a_second: int, seconds: float
) -> tuple[float, list[float]]:
    """Return the share of a core and the times of some keys in milliseconds."""
    stop = threading.Event()
    sender = threading.Thread(target=send, args=(server, a_second, stop))
    sender.start()
    try:
        terminal.see("live")
        before, start, keys = cpu_s(terminal.process.pid), time.monotonic(), []
        while time.monotonic() - start < seconds:
            until = time.monotonic() + 1
            while time.monotonic() < until:
                terminal.read(0.02)
            keys.append(key(terminal))
        took = time.monotonic() - start
        return (cpu_s(terminal.process.pid) - before) / took * 100, keys
    finally:
        stop.set()
        sender.join()


def key(terminal: Terminal) -> float:
    """Return how long the overlay of keys takes to show, in milliseconds; it is closed again."""
    start = time.monotonic()
    terminal.press("?")
    terminal.until(lambda screen: "leave; nothing is lost" in screen.text, "the keys")
    took = (time.monotonic() - start) * 1000
    terminal.press("q")
    terminal.until(lambda screen: "leave; nothing is lost" not in screen.text, "the list")
    return took


def main() -> None:
    with running() as server:
        fill(server, ROWS)
        starts: list[float] = []
        shares: list[float] = []
        keys: list[float] = []
        memory: list[float] = []
        ends: list[float] = []
        for _ in range(5):
            start = time.monotonic()
            with look(server) as terminal:
                terminal.see("claude", "✓ status", " live ")
                starts.append(time.monotonic() - start)
                # The oldest of them is there once all are.
                while "status 0 of" not in terminal.screen.text:
                    terminal.press("g")
                    terminal.read(0.2)
                terminal.press("G")
                share, times = cost(terminal, server, 100, SECONDS / 5)
                shares.append(share)
                keys += times
                memory.append(peak_and_resident_mb(terminal.process.pid)[1])
                start = time.monotonic()
                terminal.press("q")
                terminal.end()
                ends.append(time.monotonic() - start)
    figure(
        "U1",
        "terminal UI, 20,000 messages loaded, 100 new ones a second: share of a core",
        shares,
        limit="at most 33.3",
        unit="%",
    )
    figure(
        "U1",
        "terminal UI, the same: from a key to what it shows",
        keys,
        limit="at most 200",
        unit="ms",
    )
    figure("U1", "terminal UI, the same: resident", memory, limit="at most 150", unit="MB")
    figure(
        "U1",
        "terminal UI: from the command to the first screen, messages in it",
        starts,
        limit="at most 2",
        unit="s",
    )
    figure(
        "U1",
        "terminal UI: from q to the end of the program, those messages in it",
        ends,
        limit="at most 0.5",
        unit="s",
    )


if __name__ == "__main__":
    main()
