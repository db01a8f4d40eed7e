"""What benchmarks run on is built from the store as it is now."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bench import dataset

NAMES = 20


def test_the_workspace_of_the_benchmarks_is_built_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACKBOX_BENCH_CACHE", str(tmp_path))
    monkeypatch.setattr(dataset, "AGENTS", NAMES)
    # Thirty names send to one of the others when it is built.
    monkeypatch.setattr(dataset, "UNREAD", NAMES)
    place = dataset.prepare(300)
    database = sqlite3.connect(place / "ackbox.db")
    counted = database.execute(
        "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM search_entry)"
    ).fetchone()
    database.close()
    assert counted == (300 + NAMES, 300)
    before = (place / "ackbox.db").stat().st_mtime_ns
    assert (dataset.prepare(300), (place / "ackbox.db").stat().st_mtime_ns) == (place, before)
