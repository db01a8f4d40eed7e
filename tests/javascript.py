"""The texts of a script: its strings and templates, without code and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What a scanner must pass over as one: comments, strings, and regular expressions, which follow
# an operator or an opening bracket.
PASSED = re.compile(
    r"""//[^\n]* | /\*.*?\*/
    | (?P<text>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
    | (?<=[(,=:\[!&|?{};\n])\s*/(?![/*])(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/""",
    re.VERBOSE | re.DOTALL,
)


def texts(source: str) -> Iterator[str]:
    """Return every string and template, with … for each expression inside a template.

    The strings of those expressions follow as texts of their own; names of CSS classes do not.
    """
    yield from _code(source, 0)[1]


def without_tags(text: str) -> str:
    """Return a template's text with the attributes that are shown or read aloud."""
    shown = re.compile(r'\b(?:aria-label|title|placeholder)="([^"]*)"')
    return re.sub(r"<[^>]*>", lambda tag: " ".join(shown.findall(tag[0])), text)


def _code(source: str, at: int) -> tuple[int, list[str]]:
    """Read code up to the brace that closes it, and return where it ends and its texts."""
    found: list[str] = []
    depth = 0
    while at < len(source):
        if passed := PASSED.match(source, at):
            at = passed.end()
            if passed["text"]:
                found.append(passed["text"][1:-1])
        elif source[at] == "`":
            at, inner = _template(source, at + 1)
            found += inner
        else:
            depth += {"{": 1, "}": -1}.get(source[at], 0)
            at += 1
            if depth < 0:
                break
    return at, found


def _template(source: str, at: int) -> tuple[int, list[str]]:
    """Read a template up to its end, and return where that is, its text and those inside."""
    written, found = "", list[str]()
    while source[at] != "`":
        if source.startswith("${", at):
            at, inner = _code(source, at + 2)
            if not re.search(r"\b(?:class|style|d)=\"?$", written):
                found += inner
            written += "…"
        else:
            step = 2 if source[at] == "\\" else 1
            written += source[at : at + step]
            at += step
    return at + 1, [written, *found]
