"""Discovery: how the commands of one machine find its server and its operator key.

The server writes `server.json` (0600) into the data directory while it runs; the operator key
is in `operator.key` (0600). Explained in docs/why/serving.md.
"""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from ackbox import config
from ackbox.client.http import HttpCaller, NoServer

DEFAULT_URL = "http://127.0.0.1:7717"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read_server(data_dir: Path) -> dict[str, Any] | None:
    """Return what the running server wrote about itself: url, pid, version; null when none runs.

    The lock says whether one runs. A process id does not: a killed server keeps its own until it is reaped, and then somebody else has it.
    """
    try:
        found = dict(json.loads((data_dir / "server.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if {"pid", "url"} <= found.keys() and is_held(data_dir) else None


def is_held(data_dir: Path) -> bool:
    """Whether a server holds the directory now."""
    try:
        with open(data_dir / "server.lock") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def read_operator_key(data_dir: Path) -> str | None:
    """Return the operator key of a data directory, or null."""
    try:
        return (data_dir / "operator.key").read_text().strip() or None
    except OSError:
        return None


def data_dir_of(given: str | None) -> Path:
    """Return the data directory that the settings name."""
    return config.data_dir(given)


def caller(*, data_dir: str | None = None, url: str | None = None, key: str | None = None, face: str = "cli") -> HttpCaller:
    """Return a caller for the server that the settings name. Raises NoServer when they name none that runs."""
    where = config.data_dir(data_dir)
    address, own_key = config.get("url", url), config.get("key", key)
    if address is None:
        server = read_server(where)
        # Without a key of its own it would show the operator's to whatever else listens on the default port.
        if server is None and own_key is None:
            raise NoServer(f"No server runs on {where}.")
        address = server["url"] if server else DEFAULT_URL
    return HttpCaller(address.rstrip("/"), own_key or read_operator_key(where), face=face)
