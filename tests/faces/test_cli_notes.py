"""Notes, sessions and turns at the command line: a real program against a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Command


@pytest.fixture(scope="module")
def ackbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    command = Command(tmp_path_factory.mktemp("cli"))
    command.up()
    yield command
    command.stop()


def test_notes_are_kept_linked_and_found(ackbox: Command) -> None:
    kept = ackbox.json(
        "--as",
        "noter",
        "note",
        "add",
        "SQLite",
        "first",
        "--kind",
        "decision",
        "--tag",
        "storage",
        "--priority",
        "5",
    )
    other = ackbox.json("--as", "noter", "note", "add", "One file to copy")
    assert (kept["text"], kept["kind"], kept["tags"], other["kind"]) == (
        "SQLite first",
        "decision",
        ["storage"],
        "note",
    )
    ackbox.json("--as", "noter", "note", "link", other["id"], "supports", kept["id"])
    assert ackbox.json("note", "show", kept["id"])["neighbours"][0]["opening"] == "One file to copy"
    assert (
        ackbox.json("note", "list", "--author", "noter", "--min-priority", "4")["id"] == kept["id"]
    )
    new = ackbox.json("--as", "noter", "note", "supersede", kept["id"], "PostgreSQL first")
    assert ackbox.json("note", "search", "first")["id"] == new["id"]
    assert "supports" in ackbox("note", "show", kept["id"], "--text").stdout


def test_notes_are_filed_appended_explored_archived_and_removed(ackbox: Command) -> None:
    def do(*words: str) -> Any:
        return ackbox.json("--as", "filer", "note", *words)

    def shown(*words: str) -> str:
        return ackbox("--as", "filer", "note", *words, "--text").stdout.strip()

    folder = do("add", "All designs", "--kind", "folder", "--title", "designs")["id"]
    made = do("append", "skills", "Back up first")["id"]
    kept = do("add", "The quokka", "--folder", folder, "--source", made, "--write-id", "w")["id"]
    assert do("add", "The quokka", "--write-id", "w")["duplicate"] is True
    assert do("list", "--folder", folder)["id"] == kept
    assert shown("append", "skills", "Then migrate").startswith("Appended: ")
    assert "skills" in shown("explore", "quokka")
    link = f"{kept}.derived_from.{made}"
    assert f"({link})" in shown("show", kept)
    assert [
        shown("unlink", link),
        shown("move", kept),
        shown("archive", kept),
        shown("archive", kept, "--undo"),
        shown("tidy", "--dry-run"),
        shown("remove", kept, "--yes"),
        shown("list", "--folder", folder),
    ] == [
        "Unlinked.",
        "Moved.",
        "Archived.",
        "Back.",
        "Archived: 0 of 0.",
        "Removed, with 0 earlier versions.",
        "",
    ]


def test_a_run_is_declared_followed_and_ended(ackbox: Command) -> None:
    started = ackbox.json(
        "--as",
        "runner",
        "session",
        "start",
        "--area",
        "docs",
        "--file",
        "docs/",
        "--summary",
        "writing",
    )
    other = ackbox.json(
        "--as", "walker", "session", "start", "--file", "docs/a.md", "--on-conflict", "warn"
    )
    assert other["conflicts"] == [
        {"agent": "runner", "instance": None, "areas": [], "files": ["docs/a.md"]}
    ]
    assert (
        ackbox.json("--as", "runner", "session", "checkpoint", "half", "--token", started["token"])[
            "session"
        ]["summary"]
        == "half"
    )
    assert (
        ackbox.json("session", "list", "--state", "active", "--of", "runner")["agent"] == "runner"
    )
    ended = ackbox.json(
        "--as",
        "runner",
        "session",
        "end",
        "written",
        "--outcome",
        "completed",
        "--touched",
        "docs/a.md",
    )["session"]
    assert (ended["state"], ended["outcome"], ended["summary"], ended["touched"]) == (
        "ended",
        "completed",
        "written",
        ["docs/a.md"],
    )


def test_a_turn_is_submitted_from_a_file_or_a_pipe(ackbox: Command, tmp_path: Path) -> None:
    envelope = {
        "summary": "Tests pass",
        "status": "needs_review",
        "idempotency_key": "turn-1",
        "messages": [{"to": "bob", "body": "Look", "intent": "handoff"}],
    }
    (tmp_path / "turn.json").write_text(json.dumps(envelope), "utf-8")
    kept = ackbox.json("--as", "ender", "turn", "submit", str(tmp_path / "turn.json"))
    again = ackbox(
        "--as", "ender", "--text", "turn", "submit", stdin=json.dumps(envelope)
    ).stdout.splitlines()
    assert (kept["status"], kept["duplicate"], [each["body"] for each in kept["messages"]]) == (
        "needs_review",
        False,
        ["Look"],
    )
    assert again == [
        f"Known already: {kept['id']}, needs_review",
        f"  to bob (handoff): {kept['messages'][0]['id']}",
    ]
    told = [
        ackbox("--as", "ender", "turn", "submit", stdin=text)
        for text in ("{", "[]", '{"sumary": "x"}')
    ]
    assert [
        (done.returncode, word in done.stderr)
        for done, word in zip(
            told, ("not valid JSON", "not a JSON object", "'summary'"), strict=True
        )
    ] == [(2, True), (2, True), (1, True)]
