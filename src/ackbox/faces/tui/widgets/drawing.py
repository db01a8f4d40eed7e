"""Drawing: text and messages as lines of a terminal.

Text of messages is data: a character that does not print is shown as its number and never reaches
the terminal, and markup in it has no effect. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style

from ackbox.faces.terminal_text import clip, fit, plain, width
from ackbox.faces.tui.state.row import STEPS, Row, Tally
from ackbox.faces.tui.widgets.palette import GLYPHS, RECEIPTS, SELECTED, TASK_GLYPH, Palette

Line = list[Segment]
# Characters that modify the emoji before them: some terminals draw the result in two cells, others
# draw each part in two of its own.
_JOINED = re.compile(
    "[\ufe0e\ufe0f]|(?<=[\u2190-\u2bff\U0001f000-\U0001faff])[\U0001f3fb-\U0001f3ff]"
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
# The width of the receipts at the end of a line.
RECEIPT_CELLS = 8
# Recipients named above the text of a message; the receipts below list all of them.
MAX_NAMED = 8


def steady(text: str) -> str:
    """Return text that has the same width in every terminal: emoji are not joined or modified."""
    return text if text.isascii() else _JOINED.sub("", text)


def one_line(text: str) -> str:
    """Return text on one line, with characters that do not print escaped."""
    return plain(steady(" ".join(text.split())))


def shorter(name: str, cells: int) -> str:
    """Return a name cut in the middle to fit: long names often differ only at their ends."""
    name, cells = one_line(name), max(cells, 4)
    if width(name) <= cells:
        return name
    head = clip(name, max(cells - 1 - cells // 3, 1)).rstrip()
    room = cells - 1 - width(head)
    tail = next(name[at:] for at in range(len(name) + 1) if width(name[at:]) <= room)
    return f"{head}…{tail}"


def hint_lines(hints: Iterable[str], cells: int, style: Style) -> list[Line]:
    """Return hints in lines, none of them broken."""
    lines = [""]
    for hint in hints:
        joined = f"{lines[-1]}   {hint}" if lines[-1] else hint
        if width(joined) <= cells or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(hint)
    return [[Segment(line, style)] for line in lines]


def wrap(text: str, cells: int) -> list[str]:
    """Return text in lines that fit, broken between words if possible."""
    cells = max(cells, 4)
    lines: list[str] = []
    for paragraph in plain(steady(text)).expandtabs(4).split("\n"):
        words = paragraph.lstrip(" ")
        # Indented text, such as code, stays indented while there is room.
        line, is_first = " " * min(len(paragraph) - len(words), cells // 2), True
        for word in words.split(" "):
            if width(line) + width(word) + (not is_first) <= cells:
                line += word if is_first else f" {word}"
                is_first = False
                continue
            if line.strip():
                lines.append(line)
            is_first = False
            while width(word) > cells:
                head = clip(word, cells).rstrip() or word[:1]
                lines.append(head)
                word = word[len(head) :]
            line = word
        lines.append(line)
    return lines


@lru_cache(maxsize=4096)
def clock(moment: str, *, is_short: bool = False) -> str:
    """Return the time of day in eight cells, or in six without seconds.

    A timestamp of another day is shown as a date.
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
    """Return the date and time in this machine's time zone."""
    return "" if not text else datetime.fromisoformat(text).astimezone().strftime("%d %b %H:%M:%S")


def glyph(intent: str) -> str:
    return TASK_GLYPH if intent.startswith("task") else GLYPHS.get(intent, "·")


def words_of(intent: str) -> str:
    """Return an intent as people read it; long ones are shortened to a word."""
    return {"review_request": "review", "context_share": "context"}.get(
        intent, one_line(intent).replace("_", " ")
    )


def urgency(priority: int) -> tuple[str, str]:
    """Return the sign at the edge and the name of its colour."""
    return (
        ("!!", "urgent") if priority >= 5 else ("! ", "high") if priority == 4 else ("  ", "text3")
    )


def addressees(to: Iterable[str]) -> str:
    names = ["all" if name == "*" else "people" if name == "user" else name for name in to]
    return ", ".join(names)


def receipts(tally: Tally | None) -> tuple[str, str]:
    """Return the furthest state with the number of recipients in it, and its colour's name."""
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
    """Return the second line of a message: its body if it has a subject, else the rest of its
    text after the part that was shown.
    """
    shown = shown.rstrip()
    if row.subject is not None:
        return row.body
    return one_line(row.body)[len(shown) - 1 :] if shown.endswith("…") else ""


def message_line(
    row: Row,
    cells: int,
    palette: Palette,
    *,
    selected: bool,
    humans: frozenset[str],
    name_cells: int,
    mark: str | None = None,
    is_compact: bool = False,
) -> Line:
    """Return one message as a line: cursor, urgency, time, sender, recipients, intent, text,
    receipts or another mark at its end.
    """
    intent_cells = 10 if cells >= 78 and not is_compact else 0
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
    used = sum(width(segment.text) for segment in line)
    room = max(cells - used - RECEIPT_CELLS, 0)
    line += [
        put(fit(one_line(row.line), room), "text", bold=row.priority >= 5),
        put(fit(f" {mark:>6} ", RECEIPT_CELLS), mark_means),
    ]
    return line


def _name(text: str, cells: int, *, is_human: bool, put: Any) -> list[Segment]:
    """Return a name; the tag of a person is kept even if the name has to be cut."""
    if not is_human:
        return [put(fit(one_line(text), cells), "text")]
    return [put(fit(one_line(text), cells - 4), "human", bold=True), put(" HUM", "human")]


def text_lines(text: str, cells: int, style: Style) -> list[Line]:
    return [[Segment(line, style)] for line in wrap(text, cells)]


def message_lines(
    message: Any, row: Row, status: Any | None, cells: int, palette: Palette
) -> list[Line]:
    """Return a message in full, with its receipts, for the detail pane."""
    style = palette.style
    edge, urgent = urgency(row.priority)
    means = row.intent if row.intent in GLYPHS else "text2"
    sender = shorter(row.sender + (f"/{row.instance}" if row.instance else ""), cells - 1)
    people = ", ".join(shorter(addressees([each]), cells - 1) for each in row.to[:MAX_NAMED])
    people += f" and {len(row.to) - MAX_NAMED} more" if len(row.to) > MAX_NAMED else ""
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
        cells,
        style("human" if row.is_human else "text"),
    )
    lines += [[Segment(moment(row.at), style("text3"))], []]
    if row.subject:
        lines += [*text_lines(row.subject, cells, style("text", bold=True)), []]
    lines += text_lines(
        message["body"] if message else row.body + ("…" if row.is_cut else ""), cells, style("text")
    )
    refs = message["refs"] if message else []
    if refs:
        lines.append([])
    for ref in refs:
        where = ref["target"] + (f":{ref['lines']}" if ref.get("lines") else "")
        lines += text_lines(f"{ref['kind']}  {where}", cells, style("text2"))
    if message and message["expects_reply_by"]:
        lines += [[], [Segment(f"reply due {moment(message['expects_reply_by'])}", style("high"))]]
    lines += [[], *receipt_lines(status, cells, palette)] if status else []
    return [*lines, [], [Segment(fit(f"id {row.id}", cells), style("text3"))]]


def chain_lines(status: Any, receipt: Any, cells: int, palette: Palette) -> list[Line]:
    """Return the way of a message to one recipient: each step with its time and evidence."""
    style = palette.style
    stored = {"mark": "stored", "at": status["created_at"]}
    lines: list[Line] = []
    for each in [stored, *receipt["by"]]:
        about = " · ".join(
            one_line(each[key]) for key in ("instance", "face", "evidence") if each.get(key)
        )
        lines.append([Segment(f"   {clock(each['at'])} {one_line(each['mark'])}", style("text2"))])
        if about:
            lines += [[Segment(f"     {part}", style("text3"))] for part in wrap(about, cells - 5)]
    return lines


def receipt_lines(status: Any, cells: int, palette: Palette) -> list[Line]:
    """Return the receipts as a small table: sent, delivered, read, acknowledged, name."""
    style = palette.style
    lines: list[Line] = [[Segment("sent dlv read ack", style("text3"))]]
    for receipt in status["receipts"]:
        step = STEPS.index(receipt["state"]) if receipt["state"] in STEPS else 0
        sent, delivered, read, acknowledged = ("●" if step >= at else "·" for at in range(4))
        dots = f" {sent}    {delivered}   {read}    {acknowledged}   "
        name = receipt["agent"] + (f"/{receipt['instance']}" if receipt["instance"] else "")
        room = cells - len(dots)
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
        lines += chain_lines(status, receipt, cells, palette)
    more = status["recipients"] - len(status["receipts"])
    if more > 0:
        lines.append([Segment(f"and {more} more", style("text3"))])
    if status["is_late"]:
        lines.append([Segment("overdue: a reply was due", style("urgent", bold=True))])
    return lines
