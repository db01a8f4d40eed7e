"""A server with its command line, a model for each agent, and the programs that work there.

Explained in CONTRIBUTING.md, "Agent programs".
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ackbox.client.http import HttpCaller
from ackbox.client.running import read_operator_key
from tests.command import Command
from tests.programs.programs import LONGEST_S, PROGRAMS, Home, Way, start, surroundings
from tests.programs.screen import Screen
from tests.programs.standin import Lane, Mind, StandIn


def until(fact: Callable[[], bool], *, within_s: float = 30) -> None:
    """Wait until something is so. Raises TimeoutError."""
    end = time.monotonic() + within_s
    while not fact():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {within_s} s")
        # What another process does is looked at again and again, until its time is over.
        time.sleep(0.05)


class Office:
    """Where agents of different programs work."""

    def __init__(self, where: Path, standin: StandIn) -> None:
        self.where, self.standin = where, standin
        self.command = Command(where / "server")
        self.url = self.command.up()["url"]
        key = read_operator_key(self.command.data)
        assert key is not None
        self._key = key
        self._rest = HttpCaller(self.url, key)
        self.running: list[subprocess.Popen[str]] = []
        self.screens: list[Screen] = []

    def call(self, operation: str, **params: Any) -> Any:
        """Do an operation over REST, with the operator's key."""
        return self._rest.call(operation, params)

    def send(self, body: str, *, sender: str = "alice", to: str = "bob", **more: Any) -> str:
        """Send a message and return its id."""
        return str(self.call("message.send", agent=sender, to=to, body=body, **more)["id"])

    @property
    def log(self) -> list[str]:
        """Why hooks showed nothing."""
        file = self.command.data / "hook.log"
        return file.read_text().splitlines() if file.exists() else []

    def marked(self, ids: list[str]) -> list[str]:
        """Return those of some messages that their one recipient has marked.

        A signal to wake up is none: it promises nothing, and is repeated.
        """
        receipts = {id: self.call("message.status", id=id)["receipts"][0] for id in ids}
        return [
            id
            for id, receipt in receipts.items()
            if any(step["mark"] != "signalled" for step in receipt["by"])
        ]

    @property
    def server_pid(self) -> int:
        """The process of the server."""
        return int(json.loads((self.command.data / "server.json").read_text())["pid"])

    @property
    def waiting(self) -> int:
        """How many calls wait for messages now."""
        asked = urllib.request.Request(
            f"{self.url}/metrics", headers={"Authorization": f"Bearer {self._key}"}
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return next(
            int(float(line.split()[1])) for line in lines if line.startswith("ackbox_waiting ")
        )

    def card(self, agent: str) -> Any:
        """Return an agent as others see it; null before it has come."""
        found = self.call("agent.list")["agents"]
        return next((each for each in found if each["agent"] == agent), None)

    def chain(self, id: str) -> list[tuple[str, str]]:
        """Return the steps of a message with its one recipient: each with program and event."""
        receipt = self.call("message.status", id=id)["receipts"][0]
        return [(each["mark"], each["evidence"].partition(",")[0]) for each in receipt["by"]]

    def presence(self, agent: str) -> str:
        """Return whether an agent is here."""
        return str(
            next(each for each in self.call("agent.list")["agents"] if each["agent"] == agent)[
                "presence"
            ]
        )

    def restart(self) -> None:
        """Stop the server and start it again on its port."""
        self.command.stop()
        self.command.json("up", "--port", self.url.rpartition(":")[2], "--detach", "--no-open")

    def way(self, kind: str, agent: str) -> Way:
        """Return how an agent's program reaches ackbox, over stdio or HTTP."""
        if kind == "http":
            return Way(
                url=f"{self.url}/mcp",
                key=self.command.json("key", "create", "--agent", agent)["key"],
            )
        return Way(
            command=[
                sys.executable,
                "-m",
                "ackbox",
                "--data-dir",
                str(self.command.data),
                "mcp",
                "--as",
                agent,
            ]
        )

    def begin(
        self, program: str, kind: str, agent: str, mind: Mind, *, tool_s: float | None = None
    ) -> subprocess.Popen[str]:
        """Start a program as an agent whose model has a mind."""
        model = self.standin.think(agent, mind)
        home = Home(self.where / agent, model, self.standin.url, self.way(kind, agent), tool_s)
        self.running.append(start(PROGRAMS[program], home))
        return self.running[-1]

    def launch(
        self,
        program: str,
        agent: str,
        mind: Mind,
        *,
        place: str | None = None,
        more: Mapping[str, str] = {},
        prompt: Sequence[str] = (),
        permissions: Sequence[str] = (),
    ) -> subprocess.Popen[str]:
        """Start a program by `ackbox run` as an agent whose model has a mind.

        `place` names its home if an agent has several; `more` are further variables; `prompt`
        replaces the words that give the usual prompt; `permissions` are further words.
        """
        home = self._home(place or agent, mind)
        own = ["--data-dir", str(self.command.data), "--as", agent, "--allow"]
        launcher = [str(Path(sys.executable).parent / "ackbox"), "run", program, *own]
        started = start(
            PROGRAMS[program],
            home,
            launcher=launcher,
            more=more,
            prompt=prompt,
            permissions=permissions,
        )
        self.running.append(started)
        return started

    def connect(
        self, program: str, agent: str, mind: Mind, *, is_remote: bool = False
    ) -> subprocess.Popen[str]:
        """Start a program as it is after `ackbox connect`, as an agent whose model has a mind.

        `is_remote` connects it as on another machine, and ends the server before the program
        starts.
        """
        home = self._home(agent, mind)
        # Its own settings are there before ackbox comes.
        PROGRAMS[program].ready(home)
        own = ["--data-dir", str(self.command.data)]
        if is_remote:
            own = ["--url", self.url]
            file = home.write(
                ".config/ackbox/config.toml", f'url = "{self.url}"\nkey = "{self._key}"\n'
            )
            os.chmod(file, 0o600)
        self.connected(home.path, "connect", program, *own, "--as", agent, "--allow")
        if is_remote:
            self.command.stop()
        started = start(PROGRAMS[program], home, is_reviewed=True, needs_server=not is_remote)
        self.running.append(started)
        return started

    def open_claude(self, agent: str, mind: Mind) -> Screen:
        """Start Claude Code on a terminal by `ackbox run`, past the questions of a first start."""
        home = self._home(agent, mind)
        _, own = PROGRAMS["claude"].ready(home)
        known = {
            "hasCompletedOnboarding": True,
            "customApiKeyResponses": {"approved": [own["ANTHROPIC_API_KEY"][-20:]], "rejected": []},
            "projects": {str(home.work): {"hasTrustDialogAccepted": True}},
        }
        home.write(".claude.json", json.dumps(known))
        options = ["--data-dir", str(self.command.data), "--as", agent, "--allow"]
        command = [str(Path(sys.executable).parent / "ackbox"), "run", "claude", *options]
        self.screens.append(Screen(command, home.work, surroundings(home, own)))
        return self.screens[-1]

    def _home(self, place: str, mind: Mind) -> Home:
        model = self.standin.think(place, mind)
        return Home(self.where / place, model, self.standin.url, Way(), None)

    def connected(self, home: Path, *arguments: str) -> None:
        """Run a command of the installed ackbox in a program's home."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "ackbox"), *arguments],
            env={"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
            cwd=home,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def end(self, running: subprocess.Popen[str], agent: str) -> Lane:
        """Wait until a program has ended and its model has thought all it had.

        Raises what went wrong in it.
        """
        output, _ = running.communicate(timeout=LONGEST_S)
        lane = self.standin.lanes[agent]
        if lane.fault is not None:
            raise lane.fault
        assert (running.returncode, lane.has_ended) == (0, True), output
        return lane

    def close(self) -> None:
        """Kill what still runs, and stop the server."""
        for screen in self.screens:
            screen.close()
        # The app server of Codex outlives the terminals that share it.
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                if file.read_bytes().startswith(f"{self.where}/".encode()):
                    os.kill(int(file.parent.name), signal.SIGKILL)
        for each in self.running:
            if each.poll() is None:
                os.killpg(each.pid, signal.SIGKILL)
                each.communicate()
        self.command.stop()
