"""S9: what a hook with nothing waiting costs: through the script `ackbox-hook`, through Python, and
through `hcom`, the nearest peer, on the same events of Claude Code in the same run.

Without `hcom`, see bench/hcom.py, the figures that compare with it are left out.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from bench import hcom
from bench.command import Spent, average, bare, own
from bench.frame import figure, interleave, ratios
from bench.server import Running, running

TIMES = 20
SESSION = "11111111-2222-4333-8444-555555555555"


def event(name: str, home: Path) -> str:
    """Return an event of Claude Code."""
    payload = {
        "session_id": SESSION,
        "transcript_path": str(home / "transcript.jsonl"),
        "cwd": str(home),
        "permission_mode": "default",
        "hook_event_name": name,
        "source": "startup",
        "tool_name": "Read",
        "tool_input": {"file_path": "/etc/hostname"},
        "tool_response": "a line",
    }
    return json.dumps(payload)


class Rounds:
    """The options of one run."""

    def __init__(self, server: Running, home: Path) -> None:
        self.home = home
        self.spent: dict[str, list[Spent]] = {}
        owner = ["claude", "--data-dir", str(server.where), "--as", "bob"]
        self.fast = [own("ackbox-hook"), *owner]
        self.python = [own("ackbox"), "hook", *owner]
        # The first event of a session gives it its instance.
        self.measure("start", self.python, event("SessionStart", home), bare(home), times=1)

    def measure(
        self, name: str, argv: list[str], stdin: str, env: dict[str, str], times: int = TIMES
    ) -> float:
        """Run an option once a round."""
        found = average(argv, times=times, stdin=stdin, env=env, cwd=self.home)
        self.spent.setdefault(name, []).append(found)
        return found.cpu_ms

    def wall(self, name: str) -> list[float]:
        """Return the wall times of an option, without its warm-up."""
        return [each.wall_ms for each in self.spent[name][1:]]

    def cpu(self, name: str) -> list[float]:
        """Return the CPU times of an option, without its warm-up."""
        return [each.cpu_ms for each in self.spent[name][1:]]


def main() -> None:
    peer = hcom.installed()
    with running() as server, ExitStack() as stack:
        home = server.where / "home"
        home.mkdir()
        rounds = Rounds(server, home)
        tool, env = event("PostToolBatch", home), bare(home)
        bare_python = [sys.executable, "-c", "pass"]
        options = {
            "bare": lambda: rounds.measure("bare", bare_python, "", env),
            "fast": lambda: rounds.measure("fast", rounds.fast, tool, env),
            "python": lambda: rounds.measure("python", rounds.python, tool, env),
        }
        if peer is not None:
            (home / "transcript.jsonl").write_text("")
            own_env = stack.enter_context(hcom.hooked(peer, home, event("SessionStart", home)))
            post = event("PostToolUse", home)
            options["peer"] = lambda: rounds.measure("peer", [peer, "post"], post, own_env)
        interleave(options)
    show(rounds, has_peer=peer is not None)


def show(rounds: Rounds, *, has_peer: bool) -> None:
    """Print the figures."""
    note = f"after a tool call of Claude Code, {TIMES} runs a round"
    figure(
        "S9",
        "a hook with nothing waiting, in Python, to `python -c pass`: CPU",
        ratios(rounds.cpu("python"), rounds.cpu("bare")),
        limit="at most 3",
        note=note,
        parts={
            "ms CPU in Python": rounds.cpu("python"),
            "ms CPU of python -c pass": rounds.cpu("bare"),
        },
    )
    figure(
        "S9",
        "a hook with nothing waiting, by the script, to `python -c pass`: CPU",
        ratios(rounds.cpu("fast"), rounds.cpu("bare")),
        limit="",
        note=note,
        parts={"ms CPU by the script": rounds.cpu("fast"), "ms wall": rounds.wall("fast")},
    )
    if has_peer:
        figure(
            "S9",
            "a hook with nothing waiting, by the script, to hcom's: wall",
            ratios(rounds.wall("fast"), rounds.wall("peer")),
            limit="at most 1.5",
            note=note,
            parts={
                "ms by the script": rounds.wall("fast"),
                "ms in Python": rounds.wall("python"),
                "ms of hcom": rounds.wall("peer"),
            },
        )


if __name__ == "__main__":
    main()
