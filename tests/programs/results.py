"""Results: what tests of agent programs saw, kept for the page docs/reference/programs.md.

Only `make programs` keeps them. tools/make_programs.py writes the page from them. Explained in
CONTRIBUTING.md, "Agent programs".
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import NamedTuple

from tests.programs.programs import PROGRAMS

# A file with one JSON object a line, or nothing.
KEPT_IN = os.environ.get("PROGRAMS_RESULTS")


class Result(NamedTuple):
    """What a test saw: the program with its version, the situation, and the outcome."""

    program: str
    version: str
    situation: str
    seen: str


class Recorder:
    """Takes what one test sees; what it does not see by its end is recorded as failed."""

    def __init__(self, program: str) -> None:
        self._program = PROGRAMS[program]
        self._open: list[str] = []

    def expect(self, *situations: str) -> None:
        """Name the situations that the test is about."""
        self._open += situations

    def saw(self, situation: str, seen: str) -> None:
        """Record an outcome."""
        self._open.remove(situation)
        self._keep(situation, seen)

    def close(self) -> None:
        """Record the situations without an outcome as failed."""
        for situation in self._open:
            self._keep(situation, "failed")

    def _keep(self, situation: str, seen: str) -> None:
        if KEPT_IN is None:
            return
        found = Result(self._program.name, self._program.version, situation, seen)
        line = json.dumps(found._asdict(), ensure_ascii=False) + "\n"
        with Path(KEPT_IN).open("a", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(line)
