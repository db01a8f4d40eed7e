"""Edited: which files an event of an agent program names as changed, and relative to what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ackbox.client.edited import MAX_FILES, MAX_PATH, edited_paths, relative

PATCH = """*** Begin Patch
*** Update File: src/app.py
@@
-*** Delete File: quoted.py
+x
*** Add File: src/new.py
+*** Add File: inside.py
*** Delete File: old.py
*** Move to: src/moved.py
*** End Patch"""


@pytest.mark.parametrize(
    ("event", "paths"),
    [
        (
            {
                "hook_event_name": "PostToolBatch",
                "tool_calls": [
                    {"tool_name": "Edit", "tool_input": {"file_path": "/a/x", "old_string": "1"}},
                    {"tool_name": "Read", "tool_input": {"file_path": "/a/read"}},
                    {"tool_name": "MultiEdit", "tool_input": {"file_path": "/a/y", "edits": []}},
                    {"tool_name": "Write", "tool_input": {"file_path": "/a/x", "content": "2"}},
                    {"tool_name": "NotebookEdit", "tool_input": {"notebook_path": "/a/n.ipynb"}},
                ],
            },
            ["/a/x", "/a/y", "/a/n.ipynb"],
        ),
        (
            {"tool_name": "apply_patch", "tool_input": {"command": PATCH}},
            ["src/app.py", "src/new.py", "old.py", "src/moved.py"],
        ),
        (
            {"tool_name": "Bash", "tool_input": {"command": f"apply_patch <<'EOF'\n{PATCH}\nEOF"}},
            ["src/app.py", "src/new.py", "old.py", "src/moved.py"],
        ),
        ({"tool_name": "Bash", "tool_input": {"command": "*** Add File: x"}}, []),
        ({"tool_name": "write_file", "tool_input": {"file_path": "/a/x", "content": ""}}, ["/a/x"]),
        ({"tool_name": "replace", "tool_input": {"file_path": "b"}}, ["b"]),
        ({"tool_name": "read_file", "tool_input": {"file_path": "b"}}, []),
        (
            {
                "hook_event_name": "afterFileEdit",
                "file_path": "/a/x",
                "edits": [{"old_string": "1", "new_string": "2"}],
            },
            ["/a/x"],
        ),
        ({"tool_name": "edit", "tool_input": {"filePath": "/a/x"}}, ["/a/x"]),
        ({"files": ["a", "b", "a"]}, ["a", "b"]),
    ],
)
def test_each_program_names_its_edits_in_its_own_way(event: Any, paths: list[str]) -> None:
    assert edited_paths(event) == paths


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"tool_calls": 7, "files": "a"},
        {"tool_calls": [None, [], {"tool_name": ["Edit"], "tool_input": {"file_path": "a"}}]},
        {"tool_calls": [{"tool_name": "Edit", "tool_input": "a"}, {"tool_name": "Edit"}]},
        {"tool_name": "Edit", "tool_input": {"file_path": 7}},
        {"tool_name": "Edit", "tool_input": {"file_path": "x" * (MAX_PATH + 1)}},
        {"tool_name": "apply_patch", "tool_input": {"command": ["*** Begin Patch"]}},
        {"hook_event_name": "afterFileEdit", "file_path": None},
        {"files": [None, "", {"a": 1}]},
    ],
)
def test_what_names_no_edit_is_passed_over(event: Any) -> None:
    assert edited_paths(event) == []


def test_only_so_many_files_of_an_event_are_named() -> None:
    calls = [{"tool_name": "Edit", "tool_input": {"file_path": f"{n}"}} for n in range(200)]
    assert edited_paths({"tool_calls": calls}) == [f"{n}" for n in range(MAX_FILES)]
    patch = "*** Begin Patch\n" + "\n".join(f"*** Add File: {n}" for n in range(200))
    found = edited_paths({"tool_name": "apply_patch", "tool_input": {"input": patch}})
    assert found == [f"{n}" for n in range(MAX_FILES)]


def test_paths_are_relative_to_the_project_that_each_lies_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    (tmp_path / "shop/.git").mkdir(parents=True)
    (tmp_path / "shop/src").mkdir()
    # A work tree has a file there.
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/.git").write_text("gitdir: elsewhere")
    inside = [f"{tmp_path}/shop/src/a.py", "b.py", "../c.py", "../new/d.py"]
    assert relative(inside, f"{tmp_path}/shop/src") == ["src/a.py", "src/b.py", "c.py", "new/d.py"]
    assert relative([f"{tmp_path}/tree/x/y.py"], f"{tmp_path}/shop") == ["x/y.py"]
    plain = tmp_path / "plain"
    assert relative(["a.py", f"{plain}/b/c.py", "/elsewhere/d.py"], str(plain)) == [
        "a.py",
        "b/c.py",
        "/elsewhere/d.py",
    ]
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(plain))
    assert relative(["c.py"], f"{plain}/b") == ["b/c.py"]
