"""Starting: start the server of this machine in the background.

The server runs in its data directory and imports nothing from the directory of the command. The
password of a database is passed in the environment, never in an argument. Explained in
docs/why/serving.md, "In the background".
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import ackbox
from ackbox import config
from ackbox.client.http import HttpCaller, parse_url
from ackbox.client.running import has_locks, last_server, read_server
from ackbox.errors import Unavailable
from ackbox.private import make_directory, open_private

START_S = 40.0


def refuse_here(what: str = "The ackbox server") -> None:
    """Raise Unavailable on Windows, for what does not work there."""
    if not has_locks():
        raise Unavailable(
            f"{what} runs on Linux and macOS only: Python has no module fcntl here.",
            hint=(
                "On Windows, run the server in WSL or on another machine, and set ACKBOX_URL and"
                " ACKBOX_KEY for the commands here."
            ),
        )


def live_server(where: Path) -> dict[str, Any] | None:
    """Return the server of a data directory if it responds; its file alone does not count.

    Raises Unavailable.
    """
    server = read_server(where)
    return server if server is not None and HttpCaller(server["url"], None).is_up() else None


def start_server(
    where: Path, options: Sequence[str] = (), *, database: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Start a server in a new session, and return it when it responds, with false if another was
    there first.

    `options` are those of `ackbox up`. Raises Unavailable, BadSettings.
    """
    refuse_here()
    make_directory(where, tighten=True)
    log = where / "server.log"
    command = [
        sys.executable,
        "-P",
        "-m",
        "ackbox",
        "--data-dir",
        str(where.absolute()),
        "--json",
        "up",
        "--no-open",
        *options,
    ]
    try:
        with open(open_private(log, os.O_CREAT | os.O_RDWR | os.O_APPEND), "ab") as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                cwd=where,
                env=_environment(config.database(database)),
            )
    except OSError as error:
        raise Unavailable(
            f"The data directory {where} cannot be used: {error.strerror}.",
            hint="Choose another directory with --data-dir.",
        ) from None
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        ended = process.poll()
        server = live_server(where)
        # An old file may describe a killed server. A server that finds another one exits.
        if server is not None and (server["pid"] == process.pid or ended is not None):
            return server, server["pid"] == process.pid
        if ended is not None:
            raise Unavailable(
                f"The server ended with {ended}: {_last_line(log)}", hint=f"Read {log}."
            )
        # Another process starts the server: only its file shows the progress.
        time.sleep(0.02)
    process.terminate()
    raise Unavailable(f"The server did not answer within {START_S:.0f} s.", hint=f"Read {log}.")


def start_again(where: Path, *, port: int | None = None) -> dict[str, Any]:
    """Restart the server of a data directory with its options from before it was killed, on the
    same port if that is free.

    `port` is the port to use if there is no file of that server. Raises Unavailable, BadSettings.
    """
    before = last_server(where) or {}
    how = before.get("options") or {}
    options = [
        *(["--host", how["host"]] if how.get("host") else []),
        *(["--allow-remote"] if how.get("allow_remote") else []),
        *(part for name in how.get("names", []) for part in ("--allow-host", name)),
        *_keyless(how.get("keyless_port")),
    ]
    # The file contains no password: use the settings of this command, if they have one.
    database = None if config.database() is not None else how.get("database")
    had = parse_url(before["url"]).port if before else port
    if had:
        with suppress(Unavailable):
            return start_server(where, [*options, "--port", str(had)], database=database)[0]
    return start_server(where, options, database=database)[0]


def _keyless(port: int | None) -> list[str]:
    return [] if port is None else ["--claude-peers", str(port)]


def _environment(database: str | None) -> dict[str, str]:
    """Return the environment of a server: relative paths are resolved here, because it starts in
    its data directory.
    """
    paths = [
        os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path
    ]
    package = str(Path(ackbox.__file__).resolve().parents[1])
    if package == os.getcwd():
        # Imported from the working directory, so not installed: without this the server would not
        # find it.
        paths.append(package)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "ACKBOX_DATABASE", "ACKBOX_DATABASE_FILE")
    }
    if paths:
        environment["PYTHONPATH"] = os.pathsep.join(paths)
    if database is not None:
        environment["ACKBOX_DATABASE"] = absolute(database)
    return environment


def absolute(database: str) -> str:
    """Return a database URL with an absolute path of an SQLite file."""
    scheme, found, rest = database.partition(":///")
    if scheme != "sqlite" or not found or rest.startswith("/") or rest in ("", ":memory:"):
        return database
    return f"sqlite:///{os.path.abspath(rest)}"


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it printed no output"
