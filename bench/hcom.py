"""`hcom` of PyPI, the nearest peer: a session of Claude Code as it starts one, for comparisons.

It is no dependency. It is used if it is on PATH or HCOM names it:
`python -m venv /tmp/peer && /tmp/peer/bin/pip install hcom`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.command import bare
from tests.programs.screen import Screen

LONGEST_S = 60
# A program that only notes the environment that hcom gives it: its hooks are run by hand.
NOTING = """#!/bin/sh
env >{0}.part && mv {0}.part {0}
sleep 600
"""


def installed() -> str | None:
    """Return the path of hcom, or None, which is said."""
    found = os.environ.get("HCOM") or shutil.which("hcom")
    if found is None:
        print("hcom is not installed: not compared with it (pip install hcom)", file=sys.stderr)
    return found


def environment(hcom: str, home: Path) -> dict[str, str]:
    """Return an environment in which programs find hcom."""
    plain = bare(home)
    return {**plain, "PATH": f"{Path(hcom).parent}{os.pathsep}{plain['PATH']}"}


@contextmanager
def hooked(hcom: str, home: Path, start: str) -> Iterator[dict[str, str]]:
    """Start a session of hcom; gives the environment of its hooks. `start` is the event of its
    start.
    """
    tools, noted = home / "tools", home / "noted"
    tools.mkdir()
    program = tools / "claude"
    program.write_text(NOTING.format(noted))
    program.chmod(0o755)
    env = environment(hcom, home)
    env["PATH"] = f"{tools}{os.pathsep}{env['PATH']}"
    terminal = Screen([hcom, "claude"], home, env)
    try:
        until = time.monotonic() + LONGEST_S
        while not noted.exists():
            if time.monotonic() > until or terminal.process.poll() is not None:
                raise SystemExit(f"hcom started no session: {terminal.text[-500:]}")
            # Only its file shows that the other program has begun.
            time.sleep(0.05)
        lines = noted.read_text().splitlines()
        own = dict(line.partition("=")[::2] for line in lines)
        words = [hcom, "sessionstart"]
        subprocess.run(words, input=start, env=own, text=True, check=True, capture_output=True)
        yield own
    finally:
        terminal.close()
