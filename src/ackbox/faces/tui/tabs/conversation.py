"""Conversation: one thread, read from its newest page backwards, and its lines.

Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.segment import Segment

from ackbox.faces.terminal_text import text_of
from ackbox.faces.tui.state.link import Link
from ackbox.faces.tui.state.row import Tally, make_tallies
from ackbox.faces.tui.widgets.drawing import (
    Line,
    addressees,
    glyph,
    moment,
    one_line,
    receipts,
    shorter,
    text_lines,
)
from ackbox.faces.tui.widgets.palette import Palette

PAGE = 100
QUIET_S = 600


class Conversation:
    """The messages of a thread that were read, oldest first, and the cursor for older ones."""

    def __init__(self, thread: str) -> None:
        self.thread = thread
        self.messages: list[Any] = []
        self.tallies: dict[str, Tally] = {}
        # The cursor for older messages; null if the first one was read.
        self.cursor: str | None = None
        self.is_stale = True

    @property
    def last_seq(self) -> int:
        return int(self.messages[-1]["seq"]) if self.messages else 0

    async def read(self, link: Link) -> None:
        """Read the newest messages.

        Raises NoServer and the errors of ackbox.errors.
        """
        self.is_stale = False
        page = await link.call("message.history", thread=self.thread, limit=PAGE, with_tallies=True)
        oldest = min((message["seq"] for message in page["messages"]), default=0)
        if not self.messages or (page["cursor"] and self.last_seq < oldest):
            self.messages, self.cursor = [], page["cursor"]
        self._take(page)

    async def read_older(self, link: Link) -> None:
        """Read the messages before the oldest one read.

        Raises NoServer and the errors of ackbox.errors.
        """
        if self.cursor is not None:
            page = await link.call(
                "message.history",
                thread=self.thread,
                limit=PAGE,
                with_tallies=True,
                cursor=self.cursor,
            )
            self.cursor = page["cursor"]
            self._take(page)

    def _take(self, page: Any) -> None:
        known = {message["id"]: message for message in [*self.messages, *page["messages"]]}
        self.messages = sorted(known.values(), key=lambda message: int(message["seq"]))
        self.tallies |= make_tallies(page)


def conversation_lines(
    conversation: Conversation, count: int | None, width: int, palette: Palette
) -> tuple[list[Line], dict[str, int]]:
    """Return the lines of a conversation, and the line on which each message begins."""
    style = palette.style
    people = list(dict.fromkeys(message["sender"] for message in conversation.messages))
    many = max(count or 0, len(conversation.messages))
    names = ", ".join(shorter(each, width - 1) for each in people)
    lines: list[Line] = [
        *text_lines(
            f"{many} {'message' if many == 1 else 'messages'}, {names}", width, style("text2")
        )
    ]
    lines += (
        [[Segment("↑ older messages: press k or g at the top", style("accent"))], []]
        if conversation.cursor
        else [[]]
    )
    depth: dict[str, int] = {}
    marks: dict[str, int] = {}
    before: datetime | None = None
    for message in conversation.messages:
        at = datetime.fromisoformat(message["created_at"])
        if before is not None and (at - before).total_seconds() > QUIET_S:
            lines += [
                [Segment(f"{_quiet((at - before).total_seconds()):╌^{width}}", style("text3"))],
                [],
            ]
        before = at
        level = depth[message["id"]] = min(depth.get(message["parent"], -1) + 1, 2)
        marks[message["id"]] = len(lines)
        lines += [
            [Segment("  " * level, style("text")), *line]
            for line in _message(message, conversation, width - 2 * level, palette)
        ]
        lines.append([])
    return lines, marks


def _quiet(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f" {minutes // 60} h quiet " if minutes >= 120 else f" {minutes} min quiet "


def _message(message: Any, conversation: Conversation, width: int, palette: Palette) -> list[Line]:
    style, is_human = palette.style, message["sender_kind"] == "human"
    mark, mark_means = receipts(conversation.tallies.get(message["id"]))
    to = ", ".join(shorter(addressees([each]), width - 1) for each in message["to"])
    who = f"{shorter(message['sender'], width)}{' HUMAN' if is_human else ''} → {to}"
    lines = text_lines(who, width, style("human" if is_human else "text", bold=True))
    lines.append(
        [
            Segment(
                f"{glyph(message['intent'])} {one_line(message['intent']).replace('_', ' ')}",
                style(message["intent"]),
            ),
            Segment(f"  {moment(message['created_at'])}", style("text3")),
            Segment(f"  {mark}", style(mark_means)),
        ]
    )
    return lines + text_lines(
        "\n".join([*([message["subject"]] if message["subject"] else []), text_of(message)]),
        width,
        style("text"),
    )
