"""An error in a dialect speaks of the caller's own tools and arguments, and never of ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ackbox import errors
from ackbox.dialects import DIALECTS, RESTS
from ackbox.dialects.engine.arguments import names_of
from ackbox.dialects.engine.errors import in_callers_words
from ackbox.dialects.engine.mapping import Arg, MappedCall, ToolMapping
from ackbox.dialects.engine.vocabulary import Names
from ackbox.errors import AckboxError, Invalid
from ackbox.ops.table import OPERATIONS
from tests.dialects.transcript import scenes
from tests.sources import tree

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "src/ackbox"
OURS = frozenset(
    field
    for operation in OPERATIONS.values()
    for field in operation.params.__struct_encode_fields__
)
# What can be asked: the tool, the names of its dialect's operations, and where it is.
ASKS: list[tuple[str, ToolMapping, dict[str, str]]] = [
    *(
        (f"{dialect.name} {tool.name}", tool, dialect._operations)
        for dialect in DIALECTS
        for tool in dialect.tools
    ),
    *(
        (f"{rest.name} {route.method} {route.path}", route.tool, rest._operations)
        for rest in RESTS
        for route in rest.routes
    ),
]


def foreign(text: str, tool: ToolMapping | None) -> list[str]:
    """Return what a text names that is ours, and no name of the tool's arguments."""
    own = {name for arg in tool.args for name in _names(arg)} if tool else set()
    named = re.findall(
        r"`([a-z_]+)[`.=\[]|\b([a-z_]+)=|\b([a-z]+(?:_[a-z]+)+)\b", re.sub(r"'[^']*'", "", text)
    )
    used = {name for found in named for name in found if name}
    return sorted(used & OURS - own) + sorted(
        set(re.findall(r"\b[a-z]+\.[a-z_]+\b", text)) & set(OPERATIONS)
    )


def _names(arg: Arg) -> set[str]:
    return {arg.name}.union(*(_names(part) for part in (*arg.of, *arg.of_each)))


def said(reply: Any) -> Iterator[str]:
    """Every text of a refusal, without what is ours under `_ext`."""
    if isinstance(reply, dict):
        for name, value in reply.items():
            yield from said(value) if name != "_ext" else ()
    elif isinstance(reply, list):
        for each in reply:
            yield from said(each)
    elif isinstance(reply, str):
        yield reply


@pytest.mark.parametrize("name", [dialect.name for dialect in DIALECTS])
def test_no_refusal_of_a_transcript_names_what_is_ours(name: str) -> None:
    words = {
        tool.name: tool for dialect in DIALECTS if dialect.name == name for tool in dialect.tools
    }
    words |= {
        f"{route.method} {route.path}": route.tool
        for rest in RESTS
        if rest.name == name
        for route in rest.routes
    }
    refused = [
        (line.get("tool") or line["rest"], line.get("error", line.get("reply")))
        for scene in scenes(HERE / f"{name}.jsonl")
        for line in scene.lines
        if "error" in line or line.get("status", 0) >= 400
    ]
    assert len(refused) > 8
    assert [
        (tool, text)
        for tool, reply in refused
        for text in said(reply)
        if foreign(text, words.get(tool))
    ] == []


def texts() -> list[tuple[str, str]]:
    """Each message and hint that is written in the source of operations and below, with `…` for
    what is filled in.
    """
    found = []
    paths = [
        *(
            path
            for part in ("ops", "model", "store")
            for path in sorted((SOURCE / part).rglob("*.py"))
        ),
        SOURCE / "app/call.py",
        SOURCE / "app/limits.py",
        SOURCE / "app/callers.py",
    ]
    for node in (
        node for path in paths for node in ast.walk(tree(path)) if isinstance(node, ast.Call)
    ):
        if isinstance(node.func, ast.Name) and isinstance(
            getattr(errors, node.func.id, None), type
        ):
            hints = [
                text
                for keyword in node.keywords
                if keyword.arg == "hint"
                for text in _written(keyword.value)
            ]
            found += [
                (message, hint) for message in _written(node.args[0]) for hint in hints or [""]
            ]
    return found


def _written(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_written(node.body), *_written(node.orelse)]
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return ["".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)]


def test_no_text_of_ours_reaches_a_caller_with_our_names_in_it() -> None:
    written = texts()
    assert len(written) > 100
    for where, tool, operations in ASKS:
        names = names_of(
            MappedCall(tool.operation, {}, tool, {arg.name: None for arg in tool.args}), operations
        )
        told = [
            in_callers_words(AckboxError(message, hint=hint), names) for message, hint in written
        ]
        assert [each for each in told if foreign(f"{each.message} {each.hint}", tool)] == [], where


NAMES = Names(
    {
        "to": "targetId",
        "status": "state",
        "metadata": "about",
        "metadata.day": "day",
        "ids": "taskIds",
    },
    {("status", "open"): "todo"},
    {"task.claim": "claim_task"},
)
SAID = {
    "Leave `to` out.": "Leave `targetId` out.",
    "`to[0].part` is no name.": "`targetId[0].part` is no name.",
    "`metadata.day` is late.": "`day` is late.",
    "Open it first, with `status=open`.": "Open it first, with `state=todo`.",
    "Set `status=blocked` too.": "Set `state=blocked` too.",
    "Give `ids`, or `agent`, `to`, `tag`.": "Give `taskIds`, or `targetId`.",
    "Leave `agent` and `instance` out. Or write to a person.": "Or write to a person.",
    "Take it with task.claim. Or ask with agent.list.": "Take it with claim_task.",
    "'task.list' and '`agent`' are names somebody gave.": (
        "'task.list' and '`agent`' are names somebody gave."
    ),
    "Write `x` as {path.to.value}.": "Write `x` as {path.to.value}.",
}


@pytest.mark.parametrize("ours", SAID)
def test_a_sentence_is_said_with_the_callers_names_or_left_out(ours: str) -> None:
    assert NAMES.said(ours) == SAID[ours]


def test_a_place_is_the_callers_own_or_none() -> None:
    assert [
        NAMES.place(each) for each in ("to", "to[1]", "metadata.day", "metadata.x", "agent", "")
    ] == ["targetId", "targetId[1]", "day", "about.x", None, None]


def test_what_is_refused_before_it_was_understood_speaks_the_callers_words_already() -> None:
    own = in_callers_words(
        Invalid("`status`: no such value.", hint="Give `status`.", field="status"), None
    )
    assert (own.message, own.hint, own.path) == (
        "`status`: no such value.",
        "Give `status`.",
        "status",
    )
