"""Where things stand, at the command line."""

from __future__ import annotations

from pathlib import Path

from tests.command import Command


def test_one_look_says_who_is_here_and_what_is_under_way(tmp_path: Path) -> None:
    ackbox = Command(tmp_path)
    ackbox.up()
    empty = ackbox("overview", "--text")
    ackbox.json("--as", "ana", "heartbeat", "Migrating")
    ackbox.json("--as", "ana", "task", "add", "Ship it", "--to", "bob")
    told = ackbox("overview", "--text")
    shown = ackbox.json("overview")
    ackbox.stop()
    assert (empty.returncode, empty.stdout) == (0, "No agents and no tasks yet.\n")
    assert told.stdout == "ana is working: Migrating\n"
    assert (shown["location"], [each["agent"] for each in shown["agents"]], shown["active"]) == (
        None,
        ["ana"],
        [],
    )
