"""S19: from a send to the model's request, with Claude Code on a terminal.

Busy, where the message joins a running turn after a tool call, and idle, where it starts a turn;
ackbox and `hcom`, the nearest peer, in turn on the same stand-in for the model.

The time starts with the command that sends, and ends when the stand-in receives a request that
contains the message. The programs come from tests/programs, `make programs` installs them.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import hcom
from bench.command import bare, own
from bench.frame import figure, interleave, ratios
from tests.programs.office import Office
from tests.programs.programs import PROGRAMS, Home, Way, surroundings
from tests.programs.screen import Screen
from tests.programs.standin import Mind, Own, StandIn

LONGEST_S = 60
# For hooks at the end of a turn.
SETTLE_S = 2


class Side:
    """One system: a session of Claude Code on a terminal, and how a message is sent to it."""

    def __init__(self, name: str, office: Office) -> None:
        self.name, self.office = name, office
        self.home = Home(
            office.where / name,
            office.standin.think(name, self._mind()),
            office.standin.url,
            Way(),
            None,
        )
        self.work = self.home.work
        (self.work / "file").write_text("a line")
        _, variables = PROGRAMS["claude"].ready(self.home)
        key = variables["ANTHROPIC_API_KEY"][-20:]
        known = {
            "hasCompletedOnboarding": True,
            "customApiKeyResponses": {"approved": [key], "rejected": []},
            "projects": {str(self.work): {"hasTrustDialogAccepted": True}},
        }
        self.home.write(".claude.json", json.dumps(known))
        self.env = surroundings(self.home, variables)
        self.lane = office.standin.lanes[name]
        self.send: Callable[[str], None] = lambda _: None
        self.began = 0.0
        self.count = 0
        self._now: str | None = None

    def _mind(self) -> Mind:
        while True:
            if self._now is None:
                yield "Done."
                continue
            text, self._now = self._now, None
            self._send(text)
            yield Own({"Read": {"file_path": str(self.work / "file")}})

    def start(self, terminal: Screen, is_there: Callable[[], bool]) -> None:
        """Wait until the session is there and has had a first turn."""
        self.terminal = terminal
        self._until(is_there)
        # The screen is not ready for keys when the session has begun.
        time.sleep(2 * SETTLE_S)
        self.terminal.type("Begin.\r")
        self._until(lambda: self.lane.has_ended)

    def busy(self) -> float:
        """Return the milliseconds of a message that is sent during a turn."""
        text = self._text()
        # No event tells that the last turn's work has settled; its rest would count as delivery.
        time.sleep(SETTLE_S)
        before = len(self.lane.asked)
        self._now = text
        self.terminal.type("Go on.\r")
        return self._arrival(text, before)

    def idle(self) -> float:
        """Return the milliseconds of a message that is sent to an idle session."""
        text = self._text()
        # No event tells that the program is idle again, and this measures an idle one.
        time.sleep(SETTLE_S)
        before = len(self.lane.asked)
        self._send(text)
        return self._arrival(text, before)

    def _text(self) -> str:
        self.count += 1
        return f"canary-{self.name}-{self.count}-end"

    def _send(self, text: str) -> None:
        self.began = time.monotonic()
        self.send(text)

    def _arrival(self, text: str, before: int) -> float:
        def has_come() -> bool:
            return any(each.count(text) for each in self.lane.asked[before:])

        self._until(has_come)
        took = time.monotonic() - self.began
        self._until(lambda: self.lane.has_ended)
        return took * 1000

    def _until(self, fact: Callable[[], bool]) -> None:
        end = time.monotonic() + LONGEST_S
        while not fact():
            if self.lane.fault is not None:
                raise self.lane.fault
            if time.monotonic() > end:
                raise SystemExit(f"{self.name}: {self.terminal.text[-2000:]}")
            # Short beside what is measured; the stand-in has no event to wait for.
            time.sleep(0.002)


def run(argv: list[str], env: dict[str, str], cwd: Path) -> str:
    """Run a command, which must succeed."""
    done = subprocess.run(
        argv, env=env, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)}: {done.stdout}{done.stderr}")
    return done.stdout


def ackbox(office: Office) -> Side:
    """Start the session that `ackbox run` starts."""
    side = Side("ackbox", office)
    data = ["--data-dir", str(office.command.data)]
    command = [own("ackbox"), "run", "claude", *data, "--as", "bob", "--allow"]
    env = bare(side.home.path)

    def send(text: str) -> None:
        # What joins a turn between its tool calls is urgent.
        words = ["send", *data, "--as", "ana", "bob", text, "--priority", "5"]
        run([own("ackbox"), *words], env, side.work)

    side.send = send
    terminal = Screen(command, side.work, side.env)
    office.screens.append(terminal)
    side.terminal = terminal

    def is_there() -> bool:
        agents = office.call("agent.list")["agents"]
        return any(each["agent"] == "bob" and each["presence"] == "online" for each in agents)

    side.start(terminal, is_there)
    return side


def peer(office: Office, command: str) -> Side:
    """Start the session that `hcom claude` starts."""
    side = Side("hcom", office)
    env = {**side.env, "PATH": f"{Path(command).parent}:{side.env['PATH']}"}
    terminal = Screen([command, "claude"], side.work, env)
    office.screens.append(terminal)
    side.terminal = terminal

    def listed() -> list[dict[str, str]]:
        found = json.loads(run([command, "list", "--json"], env, side.work))
        return list(found if isinstance(found, list) else found.get("instances", []))

    side.start(terminal, lambda: any(each.get("status") == "listening" for each in listed()))
    name = listed()[0]["name"]

    def send(text: str) -> None:
        run([command, "send", f"@{name}", "--from", "ana", "--", text], env, side.work)

    side.send = send
    return side


def main() -> None:
    command = hcom.installed()
    if command is None:
        return
    with StandIn() as standin, tempfile.TemporaryDirectory(prefix="ackbox-bench-") as where:
        office = Office(Path(where), standin)
        try:
            ours, theirs = ackbox(office), peer(office, command)
            busy = interleave({"ackbox": ours.busy, "hcom": theirs.busy})
            show("busy, after a tool call", busy)
            idle = interleave({"ackbox": ours.idle, "hcom": theirs.idle})
            show("idle", idle)
        finally:
            office.close()


def show(what: str, found: dict[str, list[float]]) -> None:
    """Print one comparison."""
    figure(
        "S19",
        f"from a send to the model's request, Claude Code {what}: ackbox to hcom",
        ratios(found["ackbox"], found["hcom"]),
        limit="at most 1",
        parts={"ms with ackbox": found["ackbox"], "ms with hcom": found["hcom"]},
    )


if __name__ == "__main__":
    main()
