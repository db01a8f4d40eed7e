"""Terminal text: what prints, how many cells it takes, and lists as aligned tables.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import functools
import json

from ackbox.model.text import escape, is_seen, visible

# Not from typing, and other imports are made late: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any


class Column:
    """A column: its title, the value of an item, whether it may be cut to fit, and the colour of an
    item's cell.
    """

    def __init__(
        self,
        title: str,
        value: Callable[[Any], Any],
        may_cut: bool = False,
        colour: Callable[[Any], str | None] = lambda item: None,
    ) -> None:
        self.title, self.value, self.may_cut, self.colour = title, value, may_cut, colour


# The sign and the colour of each presence, in every interface that prints text.
PRESENCE = {"online": "●", "idle": "◌", "away": "○"}
PRESENCE_COLOURS = {"online": "green", "idle": "yellow", "away": "dim"}
_CODES = {"red": 31, "green": 32, "yellow": 33, "dim": 2}


def coloured(text: str, colour: str | None) -> str:
    """Return text in a colour of the terminal."""
    return text if colour is None else f"\x1b[{_CODES[colour]}m{text}\x1b[0m"


@functools.cache
def _kept_forms() -> tuple[re.Pattern[str], ...]:
    """Return what stays in a text though it is not seen; made late, for most texts need none."""
    import re

    # Between letters of scripts that use them, and between emoji, they join what is written; they
    # hide nothing.
    joined = (
        "(?<=[\u0590-\U000dffff])[\u200c\u200d](?=[\u0590-\U000dffff])"
        "|(?<=[\u0590-\U000dffff]\ufe0f)\u200d(?=[\u2000-\U000dffff])"
    )
    # An emoji's own picture, and a key's: after a sign that has one.
    picture = (
        "(?<=[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff])\ufe0f|(?<=[#*0-9])\ufe0f(?=\u20e3)"
    )
    return re.compile(joined), re.compile(picture)


def plain(text: str) -> str:
    """Return text for a terminal: invisible and control characters are escaped, not obeyed."""
    shown = visible(text)
    if shown == text:
        return text
    kept = {found.start() for form in _kept_forms() for found in form.finditer(text)}
    return "".join(
        c if at in kept or c in "\n\t" or is_seen(c) else escape(c) for at, c in enumerate(text)
    )


def as_json(value: Any) -> str:
    """Return JSON for a terminal or a pipe, with invisible characters escaped as JSON does."""
    text = json.dumps(value, ensure_ascii=False)
    if visible(text) == text:
        return text
    return "".join(c if is_seen(c) else json.dumps(c)[1:-1] for c in text)


def some(texts: Sequence[str], maximum: int) -> str:
    """Return at most `maximum` texts, separated by commas, and how many more there are."""
    more = len(texts) - maximum
    return ", ".join(texts[:maximum]) + (f" and {more} more" if more > 0 else "")


@functools.lru_cache(maxsize=4096)
def _cells(c: str) -> int:
    import unicodedata

    # What joins the character before it takes no cell of its own: marks, and the vowels and
    # finals of Hangul.
    if unicodedata.category(c) in ("Mn", "Mc", "Me", "Cf") or "\u1160" <= c <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def width(text: str) -> int:
    """Return how many cells a terminal gives the text."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def clip(text: str, cells: int) -> str:
    """Return the longest beginning of the text that fits."""
    if text.isascii():
        return text[: max(cells, 0)]
    used = 0
    for at, c in enumerate(text):
        used += _cells(c)
        if used > cells:
            return text[:at]
    return text


def cut(text: str, cells: int) -> str:
    """Return as much of a text as fits, with an ellipsis where it is cut."""
    if width(text) <= cells:
        return text
    return clip(text, cells - 1).rstrip() + "…" if cells > 0 else ""


def fit(text: str, cells: int) -> str:
    """Return the text in exactly that many cells: cut, or padded with blanks."""
    text = cut(text, cells)
    return text + " " * (cells - width(text))


def table(items: Iterable[Any], columns: Sequence[Column], *, in_colour: bool = False) -> list[str]:
    """Return a title line and one line for each item."""
    items = list(items)
    rows = [[_one_line(column.value(item)) for column in columns] for item in items]
    widths = [
        max([width(column.title), *(width(row[n]) for row in rows)])
        for n, column in enumerate(columns)
    ]
    import shutil

    room = max(shutil.get_terminal_size((100, 24)).columns, 40)
    for n, column in enumerate(columns):
        if column.may_cut:
            others = sum(widths) - widths[n] + 2 * (len(columns) - 1)
            widths[n] = max(min(widths[n], room - others), 10)
    lines = [[fit(column.title, widths[n]) for n, column in enumerate(columns)]]
    for item, row in zip(items, rows, strict=True):
        cells = [fit(cell, widths[n]) for n, cell in enumerate(row)]
        cells[-1] = cells[-1].rstrip()
        if in_colour:
            cells = [
                coloured(cell, column.colour(item))
                for cell, column in zip(cells, columns, strict=True)
            ]
        lines.append(cells)
    return ["  ".join(cells).rstrip() for cells in lines]


def table_text(items: Iterable[Any], columns: Sequence[Column], *, in_colour: bool = False) -> str:
    """Return a table as text that is safe on a terminal: its only control characters are line ends
    and the colours of columns.
    """
    return "\n".join(table(items, columns, in_colour=in_colour))


def _one_line(value: Any) -> str:
    if value is None:
        return ""
    return plain(" ".join(str(value).split()))


def local_time(text: str | None, *, in_full: bool = False) -> str:
    """Return a timestamp in this machine's time zone; without the date if it is today.

    `in_full` adds the day and the zone.
    """
    if not text:
        return ""
    from datetime import datetime

    moment = datetime.fromisoformat(text).astimezone()
    if in_full:
        return moment.strftime("%a %Y-%m-%d %H:%M %Z")
    return moment.strftime(
        "%H:%M:%S" if moment.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M"
    )


def standing(each: Any) -> str:
    """Return the presence of an agent or instance, what its program does and since when, and who
    paused it.
    """
    activity = f", {each['activity']} {ago(each['activity_since'])}" if each["activity"] else ""
    paused = f", paused by {each['paused']['by']}" if each["paused"] else ""
    return f"{each['presence']}{activity}{paused}"


def ago(text: str | None) -> str:
    """Return the age of a timestamp in its largest unit, such as "5 min"."""
    if not text:
        return ""
    from datetime import datetime

    seconds = max(
        0, int((datetime.now().astimezone() - datetime.fromisoformat(text)).total_seconds())
    )
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "now" if seconds < 5 else f"{seconds} s"


def text_of(message: Any) -> str:
    """Return the text of a message, or why a sealed one that nobody opened has none here."""
    body: str = message["body"]
    if body or not message.get("sealed"):
        return body
    from ackbox.model.sealed import NOTICE

    return NOTICE
