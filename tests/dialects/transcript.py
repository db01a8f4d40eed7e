"""Transcripts: tool calls and whole replies of a system, as JSON lines, held against what a
connection gives.

A line with `scene` starts a new workspace; `as` is who the connection says it is, `key` the
parameters of its key. `$id:a` is a placeholder for an id, `$msg:a` for a short one, `$ms:a` for
Unix milliseconds, `$time:a` for RFC 3339, `$sec:a` for that in whole seconds, `$int:a` for a
number, `$count:a` for one that may be 0, `$cursor:a` for a cursor, `$text:a` for any text,
`$team:a` for any list, `$wo:a` for a work order's id, `$uuid:a`, `$token:a` and `$name:a` for what
they say, `$peer:a` for the id of a claude-peers client; each name is bound by the first reply that
has it, also inside a text, and means the same from then on in its scene. A line with `rest` is a
request to the system's REST interface, with its `status`; words in braces in its path are taken
from the arguments, and a reply that is text is not JSON. `do` is an operation of ours that sets the
scene. Texts around the reply are in `first` and `more`. `$ws` is the scene's workspace, `$x*9` nine
x.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHAPES: dict[str, Callable[[Any], object]] = {
    "id": lambda value: isinstance(value, str) and re.fullmatch(r"[a-z0-9]{32}", value),
    "ms": lambda value: isinstance(value, int) and 1_500_000_000_000 < value < 5_000_000_000_000,
    "msg": lambda value: isinstance(value, str) and re.fullmatch(r"msg-[0-9a-f]{12}", value),
    "sec": (
        lambda value: (
            isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)
        )
    ),
    "wo": lambda value: (
        isinstance(value, str) and re.fullmatch(r"WO-\d{4}-\d{4}-[0-9A-F]{3,}", value)
    ),
    "team": lambda value: isinstance(value, list),
    "text": lambda value: isinstance(value, str),
    "count": lambda value: isinstance(value, int) and value >= 0,
    "int": lambda value: isinstance(value, int) and value > 0,
    "uuid": (
        lambda value: (
            isinstance(value, str)
            and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value)
        )
    ),
    "token": lambda value: isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value),
    "name": lambda value: isinstance(value, str) and re.fullmatch(r"agent-[a-z]+-\d+", value),
    "peer": lambda value: isinstance(value, str) and re.fullmatch(r"cp[a-z0-9]{6}", value),
    "cursor": lambda value: isinstance(value, str) and re.fullmatch(r"[\w-]{22}", value),
    "time": (
        lambda value: (
            isinstance(value, str)
            and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)
        )
    ),
}


@dataclass
class Scene:
    """What a scene shows, and its lines."""

    title: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """Return arguments with what is bound put in."""
        if isinstance(value, str):
            if many := re.fullmatch(r"\$(.)\*(\d+)", value):
                return many[1] * int(many[2])
            return (
                self.bound[value]
                if value in self.bound
                else re.sub(
                    r"\$\w+:\w+|\$ws\b",
                    lambda found: str(self.bound.get(found[0], found[0])),
                    value,
                )
            )
        if isinstance(value, dict):
            return {name: self.fill(child) for name, child in value.items()}
        return [self.fill(child) for child in value] if isinstance(value, list) else value

    def settle(self, expected: Any, actual: Any) -> Any:
        """Return what is expected with its placeholders as bound, binding those that `actual`
        has first.
        """
        if isinstance(expected, str) and re.fullmatch(r"\$\w+:\w+", expected):
            if expected not in self.bound and SHAPES[expected[1:].partition(":")[0]](actual):
                self.bound[expected] = actual
            return self.bound.get(expected, expected)
        if isinstance(expected, str) and isinstance(actual, str):
            self._bind_within(expected, actual)
        if isinstance(expected, dict):
            inside = actual if isinstance(actual, dict) else {}
            named = {self.fill(name): child for name, child in expected.items()}
            return {name: self.settle(child, inside.get(name)) for name, child in named.items()}
        if isinstance(expected, list):
            items = actual if isinstance(actual, list) else []
            return [
                self.settle(child, items[at] if at < len(items) else None)
                for at, child in enumerate(expected)
            ]
        return self.fill(expected)

    def _bind_within(self, expected: str, actual: str) -> None:
        """Bind the placeholders inside a text that `actual` has first."""
        parts = re.split(r"(\$\w+:\w+)", expected)
        new = [part for part in parts[1::2] if part not in self.bound]
        pattern = "".join(
            "(.*?)" if part in new else re.escape(str(self.bound.get(part, part))) for part in parts
        )
        found = re.fullmatch(pattern, actual, re.DOTALL)
        for name, value in zip(new, found.groups() if found else (), strict=False):
            if SHAPES[name[1:].partition(":")[0]](value):
                self.bound[name] = value


def scenes(path: Path) -> list[Scene]:
    """Return the scenes of a transcript, with nothing bound yet."""
    found: list[Scene] = []
    for line in path.read_text("utf-8").splitlines():
        said = json.loads(line)
        if "scene" in said:
            found.append(Scene(said["scene"]))
        else:
            found[-1].lines.append(said)
    return found


def without_ours(texts: list[str]) -> list[str]:
    """Return the texts of a reply without those that are ours alone, under `_ext`."""
    return [text for text in texts if not text.startswith('{"_ext":')]


def plain(reply: Any, expected: Any) -> Any:
    """Return a reply without what is ours under `_ext`, wherever the transcript does not ask
    for it.
    """
    if isinstance(reply, dict):
        wanted = expected if isinstance(expected, dict) else {}
        return {
            name: plain(child, wanted.get(name))
            for name, child in reply.items()
            if name != "_ext" or "_ext" in wanted
        }
    if isinstance(reply, list):
        ours = expected if isinstance(expected, list) else []
        return [
            plain(child, ours[at] if at < len(ours) else None) for at, child in enumerate(reply)
        ]
    return reply
