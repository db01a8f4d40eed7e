"""What npm brings for the tests: installed once, as package-lock.json names it, also when
several processes test at once.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

# For tests that install; a slow registry must not end them before the installation does.
TIMEOUT_S = 280
WITH_INSTALL_S = TIMEOUT_S + 120


def install(
    where: Path, *options: str, verb: str = "ci", brings: str = "node_modules/.package-lock.json"
) -> None:
    """Install a directory's packages, when they are not there yet.

    Without node the tests that need them fail, they are not skipped.
    """
    npm = shutil.which("npm")
    assert npm is not None, (
        "node and npm are needed: https://nodejs.org, or apt-get install nodejs npm"
    )
    done, lock = where / "node_modules/.package-lock.json", where / "package-lock.json"
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (where / brings).exists() or done.stat().st_mtime < lock.stat().st_mtime:
            subprocess.run(
                [npm, verb, "--no-audit", "--no-fund", "--silent", *options],
                cwd=where,
                check=True,
                timeout=TIMEOUT_S,
            )
