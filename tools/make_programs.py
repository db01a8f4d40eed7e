"""Write docs/reference/programs.md from tests/programs/results.jsonl, which `make programs` writes.

Also puts the results in order and keeps the latest of each, so that a run of some tests replaces
only what it saw.

python -m tools.make_programs
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from ackbox.programs import PROGRAMS

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "tests/programs/results.jsonl"
PAGE = ROOT / "docs/reference/programs.md"

HEAD = """# Agent programs

Written by `python -m tools.make_programs` from `tests/programs/results.jsonl`; do not edit.
`make programs` runs the real programs and writes both files.

Each program comes from its npm package. It runs with an empty environment, a new home directory and
access to the loopback address only. A stand-in implements the API of its model. Each cell is the
result of a test that compared the recorded requests to the model with the server's receipts.

- **once, as ROLE**: the model's context contained the framed message exactly once, with this role.
- The steps after it are in the receipt (`message.status`), with the events in brackets as evidence.
- **–**: no test covers this.
"""

NOTES = """
Two cells are empty because of the program:

- **Gemini CLI 0.61.0, after a compaction**: it has no event after a compaction. `PreCompress` comes
  before every turn of the model, in a session that compacts nothing too.
- **Codex 0.171.0, edit of a claimed file**: it does not offer its tool `apply_patch` to the
  stand-in. The same patch in a command of its shell changes the file, but Codex runs no hook after
  it. `tests/faces/test_hook.py` tests the payload of the tool itself.

Cursor is not in the table, because no npm package contains it. Its hook is tested with payloads
written from its documentation (`tests/faces/test_hook.py`), not with the program.
"""


class Result(msgspec.Struct, frozen=True):
    """The outcome of one situation with one version of a program."""

    program: str
    version: str
    situation: str
    seen: str


def results(text: str) -> list[Result]:
    """Return the latest result of each program and situation, in a fixed order."""
    found = [msgspec.json.decode(line, type=Result) for line in text.splitlines() if line]
    latest = {(each.program, each.situation): each for each in found}
    names = list(PROGRAMS)
    return sorted(latest.values(), key=lambda each: (each.situation, names.index(each.program)))


def page(found: list[Result]) -> str:
    """Return the whole page."""
    versions = {
        name: sorted({each.version for each in found if each.program == name})
        for name in PROGRAMS
        if any(each.program == name for each in found)
    }
    cells = {(each.situation, each.program): each.seen for each in found}
    heads = [f"{PROGRAMS[name].title} {', '.join(of)}" for name, of in versions.items()]
    lines = [f"| situation | {' | '.join(heads)} |", f"|---{'|---' * len(heads)}|"]
    for situation in dict.fromkeys(each.situation for each in found):
        row = [cells.get((situation, name), "–") for name in versions]
        lines.append(f"| {situation} | {' | '.join(row)} |")
    return HEAD + "\n" + "\n".join(lines) + "\n" + NOTES


def main() -> None:
    found = results(RESULTS.read_text("utf-8"))
    lines = [json.dumps(msgspec.structs.asdict(each), ensure_ascii=False) for each in found]
    RESULTS.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    PAGE.write_text(page(found), "utf-8")


if __name__ == "__main__":
    main()
