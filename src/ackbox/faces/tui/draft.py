"""Drafts: what a person typed, as a message: leading `@names`, `!` or `!!`, `/intent`, then the text.

And the line that says how each recipient will be reached. No drawing and no calls. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from ackbox.faces.tui.palette import GLYPHS
from ackbox.model.name import nearest

PRIORITIES = {3: "normal", 4: "high", 5: "urgent"}
_HEAD = re.compile(r"\s*(?:@(?P<name>[^\s,;:]\S*)|(?P<bang>!{1,2})|/(?P<intent>[a-z][a-z_]{1,31}))(?=\s|$)")
_AT = re.compile(r"(?:^|\s)@(\S*)$")


class Draft(msgspec.Struct, frozen=True):
    """A message before it is sent; nobody named is everyone."""

    to: tuple[str, ...]
    body: str
    intent: str
    priority: int

    @property
    def is_everyone(self) -> bool:
        return not self.to or "*" in self.to


def parse_draft(text: str, *, intent: str | None, priority: int, is_answer: bool) -> Draft:
    """Parse what was typed; what stands in the text wins over what was chosen beside it."""
    names: list[str] = []
    at = 0
    while (found := _HEAD.match(text, at)) is not None:
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
        intent = "answer" if is_answer else "question" if body.endswith("?") else "inform"
    return Draft(tuple(dict.fromkeys(names)), body, intent, priority)


def reach_line(to: Iterable[str], people: list[Any]) -> str:
    """Return what will happen to a message before it is sent: who is here, who will find it later."""
    names = list(to)
    if not names or "*" in names:
        here = sum(each["presence"] == "online" for each in people)
        return f"→ everyone: {len(people)} known, {here} online"
    return "→ " + ", ".join(_reach(name, people) for name in names)


def _reach(name: str, people: list[Any]) -> str:
    if name == "user":
        return f"every person ({sum(each['kind'] == 'human' for each in people)})"
    agent, _, instance = name.partition("/")
    found = next((each for each in people if each["agent"] == agent), None)
    if found and instance:
        found = next((each for each in found["instances"] if each["instance"] == instance), None)
    if found is None:
        near = nearest(agent, [each["agent"] for each in people])
        return f"{name} (not seen yet, it will wait{f'; did you mean {near[0]}?' if near else ''})"
    if found["presence"] == "online":
        return f"{name} (online, {found['reach']})"
    return f"{name} ({found['presence']}, it will wait)"


def half_name(before_cursor: str) -> str | None:
    """Return the name being typed after an @ in front of the cursor, or null."""
    found = _AT.search(before_cursor)
    return found[1] if found else None


def completions(half: str, people: list[Any], awaited: list[str]) -> list[tuple[str, str, str]]:
    """Return names that begin so, or hold it: (address, presence, what else there is to say)."""
    found: list[tuple[str, str, str]] = []
    for each in people:
        found.append((each["agent"], each["presence"], each["machine"] or ("person" if each["kind"] == "human" else "")))
        if "/" in half:
            found += [(f"{each['agent']}/{one['instance']}", one["presence"], "one instance") for one in each["instances"]]
    found += [(name, "away", "not seen yet") for name in awaited]
    found += [("*", "online", "everyone"), ("user", "online", "every person")]
    wanted = half.casefold()
    fitting = [each for each in found if wanted in each[0].casefold()]
    return sorted(fitting, key=lambda each: (not each[0].casefold().startswith(wanted), each[1] != "online"))[:6]


INTENTS = (None, *GLYPHS)
