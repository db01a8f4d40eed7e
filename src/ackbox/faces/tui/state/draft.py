"""Drafts: typed text parsed as a message: leading `@names`, `!` or `!!`, `/intent`, then the body.

Also the line that says how each recipient will be reached. No drawing and no calls. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from ackbox.faces.tui.widgets.palette import GLYPHS

PRIORITIES = {3: "normal", 4: "high", 5: "urgent"}
_HEAD = re.compile(
    r"\s*(?:@(?P<name>[^\s,;:]\S*)|(?P<bang>!{1,2})|/(?P<intent>[a-z][a-z_]{1,31}))(?=\s|$)"
)
_AT = re.compile(r"(?:^|\s)@(\S*)$")


class Draft(msgspec.Struct, frozen=True):
    """A message before it is sent; without recipients it is for everyone."""

    to: tuple[str, ...]
    body: str
    intent: str
    priority: int

    @property
    def is_everyone(self) -> bool:
        return not self.to or "*" in self.to


def parse_draft(
    text: str, *, intent: str | None, priority: int, is_answer: bool, known: Iterable[str] = ()
) -> Draft:
    """Parse typed text; `!` and `/intent` in it override the given priority and intent.

    A known name may contain spaces.
    """
    names: list[str] = []
    longest_first = sorted(known, key=len, reverse=True)
    at = 0
    while (found := _spaced(text, at, longest_first) or _HEAD.match(text, at)) is not None:
        if found["name"]:
            name = found["name"].rstrip(",;:")
            names.append({"everyone": "*", "all": "*"}.get(name, name))
        elif found["bang"]:
            priority = 3 + len(found["bang"])
        else:
            intent = found["intent"]
        at = found.end()
    body = text[at:].strip()
    if intent is None:
        intent = "answer" if is_answer else "question" if body.endswith(("?", "？")) else "inform"
    return Draft(tuple(dict.fromkeys(names)), body, intent, priority)


def _spaced(text: str, at: int, known: list[str]) -> re.Match[str] | None:
    """Match a known name that contains a space, with its instance, at this position."""
    names = "|".join(re.escape(name) for name in known if " " in name)
    return (
        re.compile(
            rf"\s*@(?P<name>(?:{names})(?:/[^\s,;:]+)?)[,;:]*(?=\s|$)(?P<bang>)(?P<intent>)"
        ).match(text, at)
        if names
        else None
    )


def reach_line(preview: Any) -> str:
    """Return how each recipient will be reached, from the server's preview of a message."""
    if preview["type"] == "broadcast":
        many, online = preview["recipient_count"], preview["online"]
        waits = f"; it waits for {many - online}" if many > online else ""
        recipients = "1 recipient" if many == 1 else f"{many} recipients"
        return f"→ everyone: {recipients}, {online} online{waits}"
    return "→ " + " · ".join(_reach(each) for each in preview["recipients"])


def sent_line(sent: Any) -> str:
    """Return to whom a message went; for one recipient, also how soon it sees the message."""
    recipients = sent["recipients"]
    if not recipients:
        return f"sent to everyone ({sent['recipient_count']})"
    line = f"sent to {', '.join(_name(each) for each in recipients)}"
    return f"{line}: {recipients[0]['delivery']}" if len(recipients) == 1 else line


def _name(each: Any) -> str:
    return str(each["agent"]) + (f"/{each['instance']}" if each["instance"] else "")


def _reach(each: Any) -> str:
    name = _name(each)
    if not each["known"] and each["agent"] == "user":
        return "every person (none has connected yet; it waits for the first)"
    if not each["known"]:
        near = f", did you mean {each['near'][0]}?" if each["near"] else "; the message waits"
        return f"{name} (no agent of this name yet{near})"
    return f"{name} {each['delivery']}"


def half_name(before_cursor: str) -> str | None:
    """Return the name being typed after an @ before the cursor, or null."""
    found = _AT.search(before_cursor)
    return found[1] if found else None


def completions(half: str, people: list[Any], awaited: list[str]) -> list[tuple[str, str, str]]:
    """Return names that begin with the text or contain it: (address, presence, remark)."""
    found: list[tuple[str, str, str]] = []
    for each in people:
        found.append(
            (
                each["agent"],
                each["presence"],
                each["machine"] or ("person" if each["kind"] == "human" else ""),
            )
        )
        if "/" in half:
            found += [
                (f"{each['agent']}/{one['instance']}", one["presence"], "one instance")
                for one in each["instances"]
            ]
    found += [(name, "away", "never connected") for name in awaited if name != "user"]
    found += [("*", "online", "everyone"), ("user", "online", "every person")]
    wanted = half.casefold()
    fitting = [each for each in found if wanted in each[0].casefold()]
    return sorted(
        fitting, key=lambda each: (not each[0].casefold().startswith(wanted), each[1] != "online")
    )[:6]


INTENTS = (None, *GLYPHS)
