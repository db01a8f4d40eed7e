"""Drawing: text and messages as lines of a terminal.

What others wrote is data: a character that does not print is shown as its number and never reaches
the terminal, and
nothing in it is taken for markup. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from ackbox.faces.terminal_text import plain
from ackbox.faces.tui.state.row import STEPS, Row, Tally
from ackbox.faces.tui.widgets.palette import GLYPHS, RECEIPTS, SELECTED, TASK_GLYPH, Palette

Line = list[Segment]
# What changes an emoji that stands before it: some terminals draw the result in two cells, others
# each part in its own two.
_JOINED = re.compile(
    "[\ufe0e\ufe0f]|(?<=[\u2190-\u2bff\U0001f000-\U0001faff])[\U0001f3fb-\U0001f3ff]"
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
# The column of receipts at the end of a message's line.
RECEIPT_CELLS = 8
# Recipients that a message's own pane names above its text; the receipts below list all.
MOST_NAMED = 8


def steady(text: str) -> str:
    """Return text whose width every terminal agrees on: emoji apart instead of joined into one,
    in no skin and no presentation of choice.
    """
    return text if text.isascii() else _JOINED.sub("", text)


def one_line(text: str) -> str:
    """Return text on one line, with what does not print shown."""
    return plain(steady(" ".join(text.split())))


def fit(text: str, cells: int) -> str:
    """Return text in exactly so many cells, with an ellipsis where it was cut."""
    if cells <= 0:
        return ""
    if cell_len(text) > cells:
        text = set_cell_size(text, cells - 1).rstrip() + "…"
    return set_cell_size(text, cells)


def shorter(name: str, cells: int) -> str:
    """Return a name in at most so many cells, its beginning and its end: long ones often differ
    only there.
    """
    name, cells = one_line(name), max(cells, 4)
    if cell_len(name) <= cells:
        return name
    head = set_cell_size(name, max(cells - 1 - cells // 3, 1)).rstrip()
    tail = next(
        name[at:]
        for at in range(len(name) + 1)
        if cell_len(name[at:]) <= cells - 1 - cell_len(head)
    )
    return f"{head}…{tail}"


def hint_lines(hints: Iterable[str], width: int, style: Style) -> list[Line]:
    """Return hints in lines, each of them whole."""
    lines = [""]
    for hint in hints:
        joined = f"{lines[-1]}   {hint}" if lines[-1] else hint
        if cell_len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(hint)
    return [[Segment(line, style)] for line in lines]


def wrap(text: str, cells: int) -> list[str]:
    """Return text in lines of at most so many cells, broken between words where that is
    possible.
    """
    cells = max(cells, 4)
    lines: list[str] = []
    for paragraph in plain(steady(text)).expandtabs(4).split("\n"):
        words = paragraph.lstrip(" ")
        # What is indented stays so, as code is, while there is room for it.
        line, is_first = " " * min(len(paragraph) - len(words), cells // 2), True
        for word in words.split(" "):
            if cell_len(line) + cell_len(word) + (not is_first) <= cells:
                line += word if is_first else f" {word}"
                is_first = False
                continue
            if line.strip():
                lines.append(line)
            is_first = False
            while cell_len(word) > cells:
                head = set_cell_size(word, cells).rstrip() or word[:1]
                lines.append(head)
                word = word[len(head) :]
            line = word
        lines.append(line)
    return lines


@lru_cache(maxsize=4096)
def clock(moment: str, *, is_short: bool = False) -> str:
    """Return the time of day, eight cells, or six without the seconds.

    Another day's date instead.
    """
    at = datetime.fromisoformat(moment).astimezone()
    if is_short:
        return at.strftime("%H:%M " if at.date() == datetime.now().astimezone().date() else "%d %b")
    return (
        at.strftime("%H:%M:%S")
        if at.date() == datetime.now().astimezone().date()
        else at.strftime(" %d %b ")
    )


def moment(text: str | None) -> str:
    """Return a moment in full, as people here read it."""
    return "" if not text else datetime.fromisoformat(text).astimezone().strftime("%d %b %H:%M:%S")


def glyph(intent: str) -> str:
    return TASK_GLYPH if intent.startswith("task") else GLYPHS.get(intent, "·")


def words_of(intent: str) -> str:
    """Return an intent as it is read; the long ones in a word."""
    return {"review_request": "review", "context_share": "context"}.get(
        intent, one_line(intent).replace("_", " ")
    )


def urgency(priority: int) -> tuple[str, str]:
    """Return the mark at the edge and what it means."""
    return (
        ("!!", "urgent") if priority >= 5 else ("! ", "high") if priority == 4 else ("  ", "text3")
    )


def addressees(to: Iterable[str]) -> str:
    names = ["all" if name == "*" else "people" if name == "user" else name for name in to]
    return ", ".join(names)


def receipts(tally: Tally | None) -> tuple[str, str]:
    """Return how far a message has come, and the colour's meaning: the furthest step, and how
    many are there of how many.
    """
    if tally is None:
        return "", "text3"
    best, reached = next(
        (
            (step, count)
            for step, count in ((3, tally.acknowledged), (2, tally.read), (1, tally.delivered))
            if count
        ),
        (0, 0),
    )
    sign = (
        RECEIPTS[best] if tally.recipients == 1 else f"{RECEIPTS[best]}{reached}/{tally.recipients}"
    )
    return sign, ("text3", "text2", "text2", "online")[best]


def rest_of(row: Row, shown: str) -> str:
    """Return what a second line says of a message: its text below its subject, or how the text
    goes on after what was shown.
    """
    shown = shown.rstrip()
    if row.subject is not None:
        return row.body
    return one_line(row.body)[len(shown) - 1 :] if shown.endswith("…") else ""


def message_line(
    row: Row,
    width: int,
    palette: Palette,
    *,
    selected: bool,
    humans: frozenset[str],
    name_cells: int,
    mark: str | None = None,
    is_compact: bool = False,
) -> Line:
    """Return one message as a line: marker, urgency, time, sender, receiver, intent, text,
    receipts or another mark at its end.
    """
    intent_cells = 10 if width >= 78 and not is_compact else 0
    edge, urgent = urgency(row.priority)

    def put(text: str, means: str, *, bold: bool = False) -> Segment:
        return Segment(text, palette.style(means, bold=bold, selected=selected))

    mark, mark_means = receipts(row.tally) if mark is None else (mark, "accent")
    means = (
        row.intent if row.intent in GLYPHS else "task" if row.intent.startswith("task") else "text2"
    )
    line = [
        put(SELECTED if selected else " ", "accent", bold=True),
        put(edge, urgent, bold=True),
        put(f"{clock(row.at, is_short=is_compact)} ", "text3"),
        *_name(row.sender, name_cells, is_human=row.is_human, put=put),
        put(" → ", "text3"),
        *_name(
            addressees(row.to),
            name_cells,
            is_human=len(row.to) == 1 and row.to[0] in humans,
            put=put,
        ),
        put(f" {glyph(row.intent)} ", means, bold=True),
        put(f"{fit(words_of(row.intent), intent_cells - 1)} " if intent_cells else "", means),
    ]
    used = sum(cell_len(segment.text) for segment in line)
    room = max(width - used - RECEIPT_CELLS, 0)
    line += [
        put(fit(one_line(row.line), room), "text", bold=row.priority >= 5),
        put(fit(f" {mark:>6} ", RECEIPT_CELLS), mark_means),
    ]
    return line


def _name(text: str, cells: int, *, is_human: bool, put: Any) -> list[Segment]:
    """A name.

    A person's carries the tag, because who is a person matters more than the end of a long name.
    """
    if not is_human:
        return [put(fit(one_line(text), cells), "text")]
    return [put(fit(one_line(text), cells - 4), "human", bold=True), put(" HUM", "human")]


def text_lines(text: str, width: int, style: Style) -> list[Line]:
    return [[Segment(line, style)] for line in wrap(text, width)]


def message_lines(
    message: Any, row: Row, status: Any | None, width: int, palette: Palette
) -> list[Line]:
    """Return a message in full, with its receipts, for the pane beside the list."""
    style = palette.style
    edge, urgent = urgency(row.priority)
    means = row.intent if row.intent in GLYPHS else "text2"
    sender = shorter(row.sender + (f"/{row.instance}" if row.instance else ""), width - 1)
    people = ", ".join(shorter(addressees([each]), width - 1) for each in row.to[:MOST_NAMED])
    people += f" and {len(row.to) - MOST_NAMED} more" if len(row.to) > MOST_NAMED else ""
    lines: list[Line] = [
        [
            Segment(
                f"{glyph(row.intent)} {one_line(row.intent).replace('_', ' ')}",
                style(means, bold=True),
            ),
            Segment(
                (
                    f"  {edge.strip()} {'urgent' if row.priority >= 5 else 'high'}"
                    if edge.strip()
                    else ""
                ),
                style(urgent, bold=True),
            ),
        ]
    ]
    lines += text_lines(
        f"{sender}{' HUMAN' if row.is_human else ''} → {people}",
        width,
        style("human" if row.is_human else "text"),
    )
    lines += [[Segment(moment(row.at), style("text3"))], []]
    if row.subject:
        lines += [*text_lines(row.subject, width, style("text", bold=True)), []]
    lines += text_lines(
        message["body"] if message else row.body + ("…" if row.is_cut else ""), width, style("text")
    )
    refs = message["refs"] if message else []
    if refs:
        lines.append([])
    for ref in refs:
        where = ref["target"] + (f":{ref['lines']}" if ref.get("lines") else "")
        lines += text_lines(f"{ref['kind']}  {where}", width, style("text2"))
    if message and message["expects_reply_by"]:
        lines += [[], [Segment(f"answer due {moment(message['expects_reply_by'])}", style("high"))]]
    lines += [[], *receipt_lines(status, width, palette)] if status else []
    return [*lines, [], [Segment(fit(f"id {row.id}", width), style("text3"))]]


def receipt_lines(status: Any, width: int, palette: Palette) -> list[Line]:
    """Return the receipts as a small table: sent, delivered, read, acknowledged, name."""
    style = palette.style
    lines: list[Line] = [[Segment("sent dlv read ack", style("text3"))]]
    for receipt in status["receipts"]:
        step = STEPS.index(receipt["state"]) if receipt["state"] in STEPS else 0
        sent, delivered, read, acknowledged = ("●" if step >= at else "·" for at in range(4))
        dots = f" {sent}    {delivered}   {read}    {acknowledged}   "
        name = receipt["agent"] + (f"/{receipt['instance']}" if receipt["instance"] else "")
        room = width - len(dots)
        for number, part in enumerate(wrap(shorter(name, 2 * room), room)):
            lines.append(
                [
                    Segment(
                        dots if number == 0 else " " * len(dots),
                        style("online" if step == 3 else "text2"),
                    ),
                    Segment(part, style("text")),
                ]
            )
    more = status["recipients"] - len(status["receipts"])
    if more > 0:
        lines.append([Segment(f"and {more} more", style("text3"))])
    if status["is_late"]:
        lines.append([Segment("late: an answer was due", style("urgent", bold=True))])
    return lines
