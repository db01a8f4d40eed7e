"""S17: what `ackbox send` costs as a command, to `python -c pass` in the same run."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.command import Spent, average, bare, own
from bench.frame import figure, interleave, ratios
from bench.server import running

TIMES = 10


def main() -> None:
    with running() as server:
        home = server.where / "home"
        home.mkdir()
        python = [sys.executable, "-c", "pass"]
        send = [own("ackbox"), "send", "--data-dir", str(server.where), "--as", "ana", "bob", "hi"]
        spent: dict[str, list[Spent]] = {"python": [], "send": []}

        def measure(name: str, argv: list[str], cwd: Path = home) -> float:
            found = average(argv, times=TIMES, stdin="", env=bare(home), cwd=cwd)
            spent[name].append(found)
            return found.cpu_ms

        found = interleave(
            {"python": lambda: measure("python", python), "send": lambda: measure("send", send)}
        )
    figure(
        "S17",
        "`ackbox send`, to `python -c pass`: CPU",
        ratios(found["send"], found["python"]),
        limit="at most 5",
        parts={"ms CPU a send": found["send"], "ms CPU of python -c pass": found["python"]},
        note=f"{TIMES} runs a round",
    )
    figure(
        "S17",
        "`ackbox send`: wall",
        [each.wall_ms for each in spent["send"][1:]],
        limit="",
        unit="ms",
    )


if __name__ == "__main__":
    main()
