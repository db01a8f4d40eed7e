"""What the programs' models are expected to read: the names of tools and the frame around a
message. One place to change.

Explained in docs/why/briefing.md.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from tests.programs.standin import Asked

SEND = "send"
TOOLS = [
    "ask",
    "checkin",
    "history",
    "inbox",
    "mark",
    "message_status",
    "more",
    SEND,
    "task",
    "thread",
    "wait",
    "who",
]
# Claude Code hides a server's tools from its model until they are searched for, but for those that
# ask to be loaded.
AT_FIRST = {"claude": sorted(["inbox", SEND, "wait"])}
# The facts on a line, a fence with a mark of 16 digits, the sender's lines with a bar before each,
# the mark again.
_FRAME = re.compile(
    r"^message"
    r" (?P<facts>\{.*\})\n[^\n]*?(?P<mark>[0-9a-f]{16})[^\n]*\n"
    r"(?P<lines>(?:\|.*\n)+)[^\n]*?(?P=mark)",
    re.MULTILINE,
)


# What the server adds behind a blank line, also quoted: to whom it went, what it refers to.
_ADDED = re.compile(r"\n\n(?:(?:From|To|Ref|Metadata): .*\n?)+\Z")


class Framed(NamedTuple):
    """A message as a model reads it."""

    id: str
    sender: str
    body: str


def _read(facts: dict[str, Any], lines: str) -> Framed:
    text = "\n".join(line[2:] for line in lines.removesuffix("\n").split("\n"))
    return Framed(facts["id"], facts["from"], _ADDED.sub("", text))


def framed(asked: Asked, *, is_anywhere: bool = False) -> list[Framed]:
    """Return the messages that results of tools show inside a frame, in order; or any text."""
    return [
        _read(json.loads(found["facts"]), found["lines"])
        for role, text in asked.shown
        if role == "tool" or is_anywhere
        for found in _FRAME.finditer(text)
    ]
