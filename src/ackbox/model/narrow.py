"""Narrowing: which messages somebody wants to see, as typed into a filter: `from:claude intent:blocked "exact words"`.

Parsing and comparing only. Explained in docs/why/search.md.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping

import msgspec

from ackbox.errors import Invalid
from ackbox.model.query import Term, parse_terms, spaced

KEYS = ("from", "to", "intent", "is", "thread", "priority", "after", "before")
STATES = ("unread", "unacked", "urgent", "human", "everyone")
_FIELD = re.compile(r'(?<!\S)(-?)([a-z]+):("[^"]*"|\S+)')


class Field(msgspec.Struct, frozen=True):
    """A key and the values of which one must be there, or none."""

    key: str
    values: tuple[str, ...]
    is_excluded: bool = False


class Narrowing(msgspec.Struct, frozen=True):
    """What must all be so of a message."""

    fields: tuple[Field, ...] = ()
    terms: tuple[Term, ...] = ()

    def fits(self, about: Mapping[str, frozenset[str]], text: str, at: str) -> bool:
        """Whether a message fits: its values by key, folded; its words; its moment."""
        return all(_has(field, about, at) for field in self.fields) and _has_words(self.terms, text)


def parse_narrowing(text: str) -> Narrowing:
    """Parse a filter: key:value, key:one,other, -key:value, and words as a search takes them. Raises Invalid."""
    fields: list[Field] = []

    def take(found: re.Match[str]) -> str:
        minus, key, value = found.groups()
        if key not in KEYS:
            near = difflib.get_close_matches(key, KEYS, n=1)
            if not near:
                return found[0]
            raise Invalid(f"No filter {key!r}. Did you mean {near[0]}?", field="query", hint=f"Filters: {', '.join(KEYS)}.")
        values = tuple(folded(each) for each in value.strip('"').split(",") if each)
        if key == "is" and (wrong := [each for each in values if each not in STATES]):
            raise Invalid(f"No state {wrong[0]!r}.", field="query", hint=f"States: {', '.join(STATES)}.")
        fields.append(Field(key, values, bool(minus)))
        return " "

    words = _FIELD.sub(take, text)
    return Narrowing(tuple(fields), parse_terms(words))


def folded(text: str) -> str:
    """Return text as it is compared: without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _has(field: Field, about: Mapping[str, frozenset[str]], at: str) -> bool:
    if field.key in ("after", "before"):
        is_so = all(at > each.upper() if field.key == "after" else at < each.upper() for each in field.values)
    elif field.key == "thread":
        is_so = any(own.startswith(each) for own in about["thread"] for each in field.values)
    else:
        is_so = bool(about.get(field.key, frozenset()).intersection(field.values))
    return is_so != field.is_excluded


def _has_words(terms: tuple[Term, ...], text: str) -> bool:
    words = f" {_words(text)} " if terms else ""
    for term in terms:
        wanted = f" {_words(term.text)}" if term.is_prefix else f" {_words(term.text)} "
        if (wanted in words) == term.is_excluded:
            return False
    return True


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", spaced(folded(text))))
