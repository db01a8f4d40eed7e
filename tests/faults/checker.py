"""The independent checker: what clients were told, against what the server has now.

Knows nothing of how anything is stored. A client writes its intent into a journal, synced, before
each send, and its answer after it; the final state is read through the public API alone.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Call = Callable[..., Any]


class Journal:
    """One client's journal: a line before each send and a line after each answer, each on disk
    before it goes on.
    """

    def __init__(self, path: Path) -> None:
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115  (held as long as the client runs)

    def intends(self, key: str, body: str) -> None:
        self._write({"key": key, "hash": digest(body)})

    def was_told(self, key: str, id: str, seq: int) -> None:
        self._write({"key": key, "id": id, "seq": seq})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line).encode() + b"\n")
        os.fsync(self._file.fileno())


@dataclass
class Verdict:
    """Counts of what was promised and what was found; all but `acked` and `unsure` must be zero."""

    acked: int = 0
    unsure: int = 0
    lost: int = 0
    duplicate: int = 0
    ghost: int = 0
    changed: int = 0
    reordered: int = 0
    skipped: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not (
            self.lost
            or self.duplicate
            or self.ghost
            or self.changed
            or self.reordered
            or self.skipped
        )

    def __str__(self) -> str:
        return json.dumps(asdict(self))


def digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def check(
    journals: Iterable[Path], call: Call, *, reader: str, followed: list[str] | None = None
) -> Verdict:
    """Return the verdict on what `reader` was sent: once each, as written, in each client's order,
    none skipped by a follower.

    `call(operation, **params)` asks the server; `followed` is what a reader with a cursor saw while
    it all happened.
    """
    verdict = Verdict()
    intended: dict[str, str] = {}
    told: dict[str, tuple[str, int]] = {}
    for path in journals:
        seqs: list[int] = []
        for line in map(json.loads, _whole_lines(path)):
            if "id" in line:
                told[line["key"]] = (line["id"], line["seq"])
                seqs.append(line["seq"])
            else:
                intended[line["key"]] = line["hash"]
        verdict.reordered += sum(after <= before for before, after in itertools.pairwise(seqs))
    stored = everything(call, reader)
    by_key: dict[str, list[Any]] = defaultdict(list)
    for message in stored:
        by_key[message["idempotency_key"] or "-"].append(message)
    verdict.acked, verdict.unsure = len(told), len(intended) - len(told)
    _lost(verdict, told, by_key)
    for key, messages in by_key.items():
        verdict.duplicate += len(messages) - 1
        if key not in intended:
            verdict.ghost += len(messages)
        elif any(digest(message["body"]) != intended[key] for message in messages):
            verdict.changed += 1
    if followed is not None:
        seen = Counter(followed)
        verdict.skipped += sum(message["id"] not in seen for message in stored)
        verdict.duplicate += sum(many - 1 for many in seen.values())
    return verdict


def _lost(verdict: Verdict, told: dict[str, tuple[str, int]], by_key: dict[str, list[Any]]) -> None:
    for key, (id, seq) in told.items():
        if not any((message["id"], message["seq"]) == (id, seq) for message in by_key.get(key, [])):
            verdict.lost += 1
            verdict.examples = [*verdict.examples, f"{key} was told {id}"][:5]


def everything(call: Call, reader: str) -> list[Any]:
    """Return all messages for a reader, by the history, newest last."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = call(
            "message.history",
            agent=reader,
            recipient=reader,
            limit=200,
            **({"cursor": cursor} if cursor else {}),
        )
        found += page["messages"]
        cursor = page["cursor"]
        if cursor is None:
            return found[::-1]


def _whole_lines(path: Path) -> list[str]:
    """A client that was killed too may have left half a line."""
    return [line for line in path.read_text().split("\n")[:-1] if line]
