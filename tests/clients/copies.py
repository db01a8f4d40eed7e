"""The public clients: where a fetched copy is, and the record of what it did with ackbox.

Nothing of a client is part of this project. The requests that each client sends are in
tests/dialects as transcripts in our own words, which `make test` replays.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from ackbox.dialects import DIALECTS

PLACE = "ACKBOX_CLIENTS"
RESULTS = Path(__file__).parent / "results.jsonl"
SOURCES = {
    "gxv-skills": "https://github.com/golem15com/gxv-skills",
    "claude-code-plugin": "https://github.com/exo-vault/claude-code-plugin",
    "vantage-peers-example": "https://github.com/vantageos-agency/vantage-peers-example",
    "vantage-peers-plugin": "https://github.com/vantageos-agency/vantage-peers-plugin",
    "claude-peers-mcp": "https://github.com/louislva/claude-peers-mcp",
    "kavi": "https://github.com/mandipadk/kavi",
}


def copy_of(client: str) -> Path:
    """Return the directory with a fetched client; fails with the command that fetches it."""
    found = Path(os.environ[PLACE]) / client
    assert found.is_dir(), f"fetch it: git clone {SOURCES[client]} {found}"
    return found


def version_of(client: str) -> str:
    """Return the commit of a fetched client, as 12 digits."""
    git = ["git", "-C", str(copy_of(client)), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()


def record(
    system: str, client: str, feature: str, seen: str, *, version: str | None = None
) -> None:
    """Add one line to the results: what this client did with ackbox, and what came of it.

    `system` is the name of a dialect, `feature` a phrase such as "check in", and `seen` one such as
    "works: session of agent-a". `version` is that of a client that is a package, not a clone.
    """
    assert system in [dialect.name for dialect in DIALECTS]
    line = {
        "system": system,
        "client": client,
        "version": version or version_of(client),
        "feature": feature,
        "seen": seen,
    }
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
