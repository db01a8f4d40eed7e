"""Queries: search words, and their form for each engine's index.

Parsing, printing and comparing only; the index is the store's. Explained in docs/why/search.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from ackbox.errors import Invalid
from ackbox.model.text import bare

MAX_TERMS = 20
_TERM = re.compile(r'(-?)"([^"]*)"(\*?)|(-?)(\S+)')
# Scripts without spaces between words: each character is a separate word.
_UNSPACED = re.compile(
    r"([\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff])"
)


class Term(msgspec.Struct, frozen=True):
    """A word or a phrase that must be there, or must not."""

    text: str
    is_prefix: bool = False
    is_excluded: bool = False


class Query(msgspec.Struct, frozen=True):
    """Terms that must all match, or with `is_any` one of them, and terms that must not."""

    terms: tuple[Term, ...]
    is_any: bool = False

    def fts5(self, place: str) -> str:
        """Return the query for SQLite's full-text index, within one workspace's words."""
        wanted = self._joined(_fts5, " OR ", " AND ")
        unwanted = "".join(f" NOT {_fts5(term)}" for term in self.terms if term.is_excluded)
        return f'place : "{place}" AND (text : ({wanted}{unwanted}))'

    def tsquery(self) -> str:
        """Return the query for PostgreSQL's to_tsquery."""
        wanted = self._joined(_tsquery, " | ", " & ")
        return " & ".join([wanted, *(_tsquery(term) for term in self.terms if term.is_excluded)])

    def _joined(self, written: Callable[[Term], str], any_of: str, all_of: str) -> str:
        wanted = [written(term) for term in self.terms if not term.is_excluded]
        return f"({any_of.join(wanted)})" if self.is_any else all_of.join(wanted)


def parse_query(text: str, *, is_any: bool = False) -> Query:
    """Parse a search: words that must all be there, "a phrase", start*, -without. Raises Invalid.

    With `is_any`, people write sentences: their first words count, up to the maximum.
    """
    terms = parse_terms(" ".join(text.split()[:MAX_TERMS]) if is_any else text)
    if not any(not term.is_excluded for term in terms):
        raise Invalid(
            "The search has no word to look for.",
            field="query",
            hint='Use words, "a phrase", start*, or -without together with a word.',
        )
    return Query(terms, is_any)


def parse_terms(text: str) -> tuple[Term, ...]:
    """Parse the terms of a search, also when all of them are excluded.

    Raises Invalid for too many.
    """
    terms = []
    for minus, phrase, star, minus_word, word in _TERM.findall(text.replace("\0", " ")):
        wanted = phrase if phrase else word.rstrip("*").strip('"')
        if any(c.isalnum() for c in wanted):
            terms.append(
                Term(
                    spaced(wanted),
                    bool(star) or (not phrase and word.endswith("*")),
                    bool(minus or minus_word),
                )
            )
    if len(terms) > MAX_TERMS:
        raise Invalid(
            f"The search has {len(terms)} terms; at most {MAX_TERMS} are allowed.",
            hint="Use fewer words.",
            field="query",
        )
    return tuple(terms)


def has_words(terms: tuple[Term, ...], text: str) -> bool:
    """Whether a text matches all terms, compared as the index does: by words, without case and
    accents.
    """
    words = f" {_words(text)} " if terms else ""
    for term in terms:
        wanted = f" {_words(term.text)}" if term.is_prefix else f" {_words(term.text)} "
        if (wanted in words) == term.is_excluded:
            return False
    return True


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", spaced(bare(text))))


def spaced(text: str) -> str:
    """Return text with a space around each character of scripts that do not write one, so that
    any of them is found.
    """
    return text if text.isascii() else _UNSPACED.sub(r" \1 ", text)


def _fts5(term: Term) -> str:
    quoted = '"' + term.text.replace('"', " ") + '"'
    return f"{quoted}*" if term.is_prefix else quoted


def _tsquery(term: Term) -> str:
    quoted = "'" + term.text.replace("\\", " ").replace("'", "''") + "'"
    return f"{'!' if term.is_excluded else ''}{quoted}{':*' if term.is_prefix else ''}"
