"""Discovery: how the commands of one machine find its server and its operator key.

The server writes `server.json` (0600) into the data directory while it runs; the operator key
is in `operator.key` (0600). Explained in docs/why/serving.md.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ackbox import config
from ackbox.client.http import HttpCaller

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
    """Return what the running server wrote about itself: url, pid, version; null when none runs."""
    try:
        found = json.loads((data_dir / "server.json").read_text())
        os.kill(found["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return dict(found)


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
    """Return a caller for the server that the settings name."""
    where = config.data_dir(data_dir)
    address = config.get("url", url)
    if address is None:
        server = read_server(where)
        address = server["url"] if server else DEFAULT_URL
    return HttpCaller(address.rstrip("/"), config.get("key", key) or read_operator_key(where), face=face)
