"""The real command line for tests: a server of its own, started and stopped by the program
itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ackbox.private import make_directory, open_private
from tests.forks import forks

LONGEST_S = 60
# Not the keychain of the person who runs the tests.
NO_KEYCHAIN = "keyring.backends.fail.Keyring"
SOURCE = str(Path(__file__).parents[1] / "src")


class Command:
    """Runs `ackbox` with its own home and data directory, as a person or script would."""

    def __init__(self, where: Path) -> None:
        self.where = where
        self.data = where / "data"
        own = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "TMPDIR")
        self.environment = {name: os.environ[name] for name in own if name in os.environ} | {
            "HOME": str(where / "home"),
            "PYTHONPATH": SOURCE,
            "ACKBOX_DATA_DIR": str(self.data),
            "PYTHONUNBUFFERED": "1",
            "PYTHON_KEYRING_BACKEND": os.environ.get("PYTHON_KEYRING_BACKEND", NO_KEYCHAIN),
            "PYTHONIOENCODING": "utf-8",
            # As a program uses it; tests of texts pass --text.
            "ACKBOX_OUTPUT": "json",
        }
        (where / "home").mkdir(parents=True, exist_ok=True)

    @property
    def argv(self) -> list[str]:
        return [sys.executable, "-m", "ackbox"]

    def __call__(
        self, *arguments: str, stdin: str | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in a fork."""
        with ExitStack() as stack:
            given, out, errors = (
                stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline=None))
                for _ in range(3)
            )
            if stdin is None:
                given = stack.enter_context(open(os.devnull, encoding="utf-8"))
            else:
                given.write(stdin)
                given.seek(0)
            code = forks().run(
                list(arguments),
                self.environment | environment,
                [given.fileno(), out.fileno(), errors.fileno()],
                LONGEST_S,
            )
            out.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(
                ["ackbox", *arguments], code, out.read(), errors.read()
            )

    def started(
        self, *arguments: str, stdin: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in a process that has loaded nothing."""
        return subprocess.run(
            [*self.argv, *arguments],
            capture_output=True,
            text=True,
            input=stdin,
            timeout=LONGEST_S,
            check=False,
            env=self.environment | environment,
        )

    def json(self, *arguments: str, **environment: str) -> Any:
        """Run a command that must succeed, and return its answer; a list for several lines."""
        done = self(*arguments, **environment)
        assert done.returncode == 0, (arguments, done.returncode, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[0] if len(lines) == 1 else lines

    def up(self, *more: str) -> Any:
        """Start a server in the background on a free port, in a fork; returns what it is ready
        with.
        """
        make_directory(self.data, tighten=True)
        reading, writing = os.pipe()
        log = open_private(self.data / "server.log", os.O_CREAT | os.O_RDWR | os.O_APPEND)
        with open(reading, encoding="utf-8") as said, open(os.devnull, encoding="utf-8") as nothing:
            forks().begin(
                ["--json", "up", "--port", "0", "--no-open", *more],
                self.environment,
                [nothing.fileno(), writing, log],
                self.data,
            )
            os.close(writing)
            os.close(log)
            ready = said.readline()
        assert ready, (self.data / "server.log").read_text("utf-8")
        return json.loads(ready)

    def start(self, *more: str) -> Any:
        """Start a server as a person does, in a process that has loaded nothing: for tests of what
        a start does.
        """
        return self.json("up", "--port", "0", "--detach", "--no-open", *more)

    def stop(self) -> None:
        self("stop")
