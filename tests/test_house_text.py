"""The house checks its text: one place normalises, and nothing reaches a terminal but through
what makes it safe.
"""

from __future__ import annotations

import ast

from tests.sources import FILES, SOURCE, tree

# What a terminal is shown: made safe, a constant, or a script for a shell.
SAFE = {"plain", "as_json", "table_text", "_usage_of"}


def trees() -> dict[str, ast.Module]:
    return {path.relative_to(SOURCE).as_posix(): tree(path) for path in FILES}


def test_one_file_alone_normalises_text() -> None:
    found = {
        name
        for name, each in trees().items()
        for node in ast.walk(each)
        if (isinstance(node, ast.Attribute) and node.attr in ("normalize", "is_normalized"))
        or (isinstance(node, ast.ImportFrom) and node.module == "unicodedata")
    }
    assert found == {"model/text.py"}


def test_one_file_alone_knows_which_characters_nobody_sees() -> None:
    found = {
        name
        for name, each in trees().items()
        for node in ast.walk(each)
        if isinstance(node, ast.Attribute) and node.attr == "isprintable"
    }
    assert found <= {"model/text.py", "faces/stdio_bridge/line.py"}


def test_commands_write_to_a_terminal_only_what_is_safe_there() -> None:
    raw = []
    for name, each in trees().items():
        if not name.startswith("faces/cli"):
            continue
        for node in ast.walk(each):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", getattr(node.func, "id", None)) == "echo"
                and node.args
                and not _is_safe(node.args[0])
            ):
                raw.append(f"{name}:{node.lineno} {ast.unparse(node.args[0])[:80]}")
    assert raw == []


def _is_safe(shown: ast.expr) -> bool:
    if isinstance(shown, ast.IfExp):
        return _is_safe(shown.body) and _is_safe(shown.orelse)
    if isinstance(shown, ast.Call):
        name = (
            shown.func.id
            if isinstance(shown.func, ast.Name)
            else shown.func.attr
            if isinstance(shown.func, ast.Attribute)
            else ""
        )
        return name in SAFE or name == "source"
    return isinstance(shown, ast.Constant)
