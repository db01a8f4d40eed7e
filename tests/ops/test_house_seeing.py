"""The house checks that a message is shown only through the one function that asks, and that
every operation was asked.
"""

from __future__ import annotations

import ast

from ackbox.ops.table import OPERATIONS
from tests.ops.test_seeing import APART, ASKED
from tests.sources import FILES, SOURCE, tree


def test_every_operation_is_asked_or_returns_no_message() -> None:
    assert sorted((ASKED.keys() | APART) ^ OPERATIONS.keys()) == []


def test_only_one_module_says_that_a_message_was_seen() -> None:
    """`show` takes a `Seen`; who could make one without asking could show anything."""
    makers = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(
                node.func, "id", getattr(node.func, "attr", "")
            ) in ("Seen", "Message", "Letter"):
                makers.append((path.relative_to(SOURCE).as_posix(), ast.unparse(node.func)))
    assert makers == [
        ("ops/rules/seeing.py", "Seen"),
        ("ops/rules/show.py", "Message"),
        ("ops/rules/show.py", "Letter"),
    ]
