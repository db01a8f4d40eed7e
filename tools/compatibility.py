"""The page about compatibility: what of each other system works here, and how it is proven.

From the transcripts in tests/dialects and the results of `make clients`.
"""

from __future__ import annotations

import json
from pathlib import Path

from ackbox.dialects import DIALECTS

ROOT = Path(__file__).parent.parent
TRANSCRIPTS = ROOT / "tests/dialects"
RESULTS = ROOT / "tests/clients/results.jsonl"
TITLES = {
    "claudepeers": "claude-peers",
    "exovault": "ExoVault",
    "golemxv": "GolemXV",
    "kavi": "Kavi",
    "superportia": "SuperPortia",
    "vantagepeers": "VantagePeers",
}

HEAD = """# Compatibility with other systems

Written by `make docs` from the transcripts in `tests/dialects` and from
`tests/clients/results.jsonl`; do not edit.

Two kinds of proof stand in these tables:

- **transcript**: calls of a client and the complete replies that the system documents. `make test`
  compares the replies of ackbox with them: over MCP in two protocol eras and over stdio, over HTTP
  where the system has REST, on SQLite and on PostgreSQL.
- **client**: a program that others wrote and published ran unchanged against ackbox, in the version
  that the table names. `make clients` runs these programs from copies that you fetch.
"""


def page() -> str:
    """Return the whole page."""
    seen = [json.loads(line) for line in _lines(RESULTS)]
    parts = [HEAD]
    for name in sorted(dialect.name for dialect in DIALECTS):
        clients = [each for each in seen if each["system"] == name]
        parts.append(
            f"\n## {TITLES[name]}\n\nHow to switch:"
            f" [coming from {TITLES[name]}](../howto/{_howto(name)}).\n\n{_table(name, clients)}"
        )
    return "".join(parts)


def _howto(name: str) -> str:
    return f"coming-from-{TITLES[name].lower()}.md"


def _table(system: str, clients: list[dict[str, str]]) -> str:
    rows = ["| feature | proven by |", "|---|---|"]
    for title, kinds in _scenes(TRANSCRIPTS / f"{system}.jsonl").items():
        rows.append(f"| {title[:1].upper()}{title[1:]} | transcript ({', '.join(sorted(kinds))}) |")
    for each in clients:
        rows.append(
            f"| {each['feature'].replace('|', chr(92) + '|')} | client {each['client']}"
            f" {each['version']}: {each['seen'].replace('|', chr(92) + '|')} |"
        )
    return "\n".join(rows) + "\n"


def _scenes(path: Path) -> dict[str, set[str]]:
    """Return the title of each scene, with the interfaces that it goes through."""
    found: dict[str, set[str]] = {}
    title = ""
    for line in map(json.loads, _lines(path)):
        title = line.get("scene", title)
        kinds = found.setdefault(title, set())
        kinds |= {kind for name, kind in (("tool", "MCP"), ("rest", "REST")) if name in line}
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []
