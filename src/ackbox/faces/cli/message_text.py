"""Messages as text: columns of a list, one message in full, durations and quoted phrases.

Explained in docs/reference/cli.md.
"""

from __future__ import annotations

import re

from ackbox.faces.cli.parameters import WrongValue
from ackbox.faces.terminal_text import Column, local_time, some, text_of

# Not from typing: a short command imports this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNITS = {1: "seconds", 60: "minutes", 86_400: "days"}
LETTERS = (
    Column("id", lambda letter: f"#{letter['seq']}"),
    Column("at", lambda letter: local_time(letter["created_at"])),
    Column("from", lambda letter: sender(letter)),
    Column("to", lambda letter: some(letter["to"], 2)),
    Column(
        "intent",
        lambda letter: letter["intent"] + _flags(letter),
        colour=lambda letter: "red" if _flags(letter) else None,
    ),
    Column("text", lambda letter: letter["subject"] or text_of(letter), may_cut=True),
)


def _flags(letter: Any) -> str:
    return (" !" if letter["priority"] > 3 else "") + (" overdue" if letter.get("overdue") else "")


def sender(message: Any) -> str:
    """Return the sender of a message; people and other systems are marked."""
    name = message["sender"] + (
        f"/{message['sender_instance']}" if message["sender_instance"] else ""
    )
    kind = message["sender_kind"]
    return f"{name} ({kind})" if kind in ("human", "external") else name


def in_full(message: Any) -> str:
    """Return a message in full: sender, recipients, time, subject, references and text."""
    lines = [
        (
            f"{sender(message)} → {some(message['to'], 20)}   {local_time(message['created_at'])}  "
            f" {message['intent']}{'   urgent' if message['priority'] > 3 else ''}"
        ),
        f"id #{message['seq']} {message['id']}   thread {message['thread']}",
    ]
    if message["subject"]:
        lines.append(message["subject"])
    lines += [
        f"ref {ref['kind']}: {ref['target']}{':' + ref['lines'] if ref.get('lines') else ''}"
        for ref in message["refs"]
    ]
    if message["expects_reply_by"]:
        lines.append(f"reply expected by {local_time(message['expects_reply_by'])}")
    lines += [
        f"choice {number}: {each}" for number, each in enumerate(message.get("choices", ()), 1)
    ]
    lines += [f"chosen: {message['choice']}"] if "choice" in message else []
    return "\n".join([*lines, "", text_of(message), ""])


def seconds(text: str) -> float:
    """Return seconds from 90, 90s, 10m, 1h, 2d or 1w. Raises WrongValue."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)?", text.strip())
    if found is None:
        raise WrongValue(f"{text!r} is not a duration. Write 90, 10m, 2h, 3d or 1w.")
    unit = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}[found[2] or "s"]
    return float(found[1]) * unit


def span(text: str | None, unit_s: int) -> int | None:
    """Return a duration in whole units: a number counts units, 2h and the like are converted.

    Raises WrongValue.
    """
    if text is None:
        return None
    if re.fullmatch(r"\d+", text.strip()):
        return int(text)
    whole = seconds(text) / unit_s
    if whole != int(whole):
        raise WrongValue(f"{text!r} is not a whole number of {UNITS[unit_s]}.")
    return int(whole)


def quoted(word: str) -> str:
    """Put back the quotes that the shell removed from a phrase."""
    return f'"{word}"' if " " in word and '"' not in word else word
