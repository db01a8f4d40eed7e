"""Which agent program a process is, and which id its hooks and its bridge share."""

from __future__ import annotations

import pytest

from ackbox.client.program_process import copy_id, program_in


@pytest.mark.parametrize(
    ("command", "program"),
    [
        (["claude", "-p", "go"], "claude"),
        (["/opt/claude-code/bin/claude.exe"], "claude"),
        (["/home/claude/bin/codex", "exec"], "codex"),
        (["node", "/usr/lib/node_modules/@openai/codex/bin/codex.js"], "codex"),
        (["node", "/usr/bin/gemini", "-p", "ask claude"], "gemini"),
        (["/opt/cursor-agent/versions/1/node", "index.js"], "cursor"),
        (["opencode", "run"], "opencode"),
        (["vim", "notes.md", "claude"], None),
        ([], None),
    ],
)
def test_the_program_is_named_by_the_end_of_its_path(
    command: list[str], program: str | None
) -> None:
    assert program_in(command) == program


def test_a_launch_gives_its_id_to_its_own_program_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACKBOX_COPY_ID", "a" * 32)
    monkeypatch.setenv("ACKBOX_LAUNCH", "claude")
    assert copy_id("claude") == "a" * 32
    assert copy_id("gemini") != "a" * 32
    # A bridge knows from its entry which program it belongs to.
    monkeypatch.setenv("ACKBOX_CONNECTED", "gemini")
    assert copy_id() != "a" * 32
    monkeypatch.setenv("ACKBOX_CONNECTED", "claude")
    assert copy_id() == "a" * 32
