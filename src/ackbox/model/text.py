"""Text: how long it may be before it is worked on, its one normal form, and which characters nobody
sees.

The only calls of `unicodedata.normalize`: CPython orders combining marks in quadratic time, so
every text is measured
before it is normalised. Explained in docs/why/names.md, "Invisible characters".
"""

from __future__ import annotations

import functools
import re
import unicodedata

from ackbox.errors import Invalid, TooLong

# Maximum length of any field; each field has a lower limit.
LONGEST_TEXT = 100_000
# NFC makes at most one code point of this many, so longer text stays too long after it.
SHRINKS = 4
MAX_MARKS = 30

# Default_Ignorable_Code_Point of Unicode 16.0, DerivedCoreProperties.txt: what a program may draw
# as nothing at all.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Ranges that hold every mark, and much else; a text without so many in a row has no run to look at.
_NEAR_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\uabff\ufb1e\ufe00-\ufe2f"
    f"\uff9e\uff9f\U000101fd-\U0001e94a\U000e0100-\U000e01ef]{{{MAX_MARKS + 1},}}"
)
# No marks themselves, but NFKC makes marks of them.
_HALF_WIDTH_MARKS = "\uff9e\uff9f"


# Compiled when a text that is not ASCII comes: short commands seldom meet one.
@functools.cache
def _ignorables() -> re.Pattern[str]:
    return re.compile(f"[{_IGNORABLE}]")


@functools.cache
def _near_marks() -> re.Pattern[str]:
    return re.compile(_NEAR_MARKS)


def composed(text: str, *, field: str, limit: int = LONGEST_TEXT) -> str:
    """Return text after NFC.

    Raises TooLong and Invalid before any work that grows faster than the text.
    """
    if text.isascii():
        if len(text) > limit * SHRINKS:
            raise _too_long(text, field, limit)
        return text
    if len(text) > limit * SHRINKS:
        raise _too_long(text, field, limit)
    refuse_marks(text, field)
    return unicodedata.normalize("NFC", text)


def beginning(text: str, most: int) -> str:
    """Return the first characters of a text after NFC; cut first, because composing many marks is
    slow.
    """
    return unicodedata.normalize("NFC", text[:most])


def refuse_marks(text: str, field: str) -> None:
    """Raise Invalid for more combining marks in a row than any script writes."""
    if _overlong_run(text) is not None:
        raise Invalid(
            f"`{field}` has more than {MAX_MARKS} combining marks in a row.",
            hint="Leave the extra marks out.",
            field=field,
        )


def compatible(text: str) -> str:
    """Return a short text after NFKC: one width, one form of each character.

    Marks beyond those allowed in a row are left out.
    """
    return unicodedata.normalize("NFKC", _without_overlong_runs(text))


def decomposed(text: str) -> str:
    """Return text after NFD: each character apart from its marks.

    Marks beyond those allowed in a row are left out.
    """
    return unicodedata.normalize("NFD", _without_overlong_runs(text))


def bare(text: str) -> str:
    """Return text without case, width, accents and other marks, as a search compares it."""
    if text.isascii():
        return text.casefold()
    parts = unicodedata.normalize("NFKD", _without_overlong_runs(text.casefold()))
    return "".join(c for c in parts if not unicodedata.combining(c))


def is_mark(character: str) -> bool:
    """Whether a character combines with the one before it, in some normal form."""
    return unicodedata.category(character)[0] == "M" or character in _HALF_WIDTH_MARKS


def is_ignorable(character: str) -> bool:
    """Whether a program may draw nothing for a character."""
    return _ignorables().match(character) is not None


def without_ignorables(text: str) -> str:
    """Return text without what a program may draw as nothing."""
    return text if text.isascii() else _ignorables().sub("", text)


def is_seen(character: str) -> bool:
    """Whether a character prints: neither obeyed by a terminal nor drawn as nothing."""
    return character.isprintable() and not is_ignorable(character)


def visible(text: str) -> str:
    """Return text with what nobody sees shown as escapes; line feeds and tabs stay."""
    if text.isprintable() and (text.isascii() or _ignorables().search(text) is None):
        return text
    return "".join(c if c in "\n\t" or is_seen(c) else escape(c) for c in text)


def escape(character: str) -> str:
    """Return a character as a reader sees which one it is."""
    return f"\\u{{{ord(character):x}}}"


def _overlong_run(text: str) -> tuple[int, int] | None:
    """Return where the first run of too many marks begins and ends."""
    for found in _near_marks().finditer(text):
        start = found.start()
        for at in range(found.start(), found.end()):
            if not is_mark(text[at]):
                start = at + 1
            elif at - start >= MAX_MARKS:
                return start, at
    return None


def _without_overlong_runs(text: str) -> str:
    if text.isascii() or _overlong_run(text) is None:
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if is_mark(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _too_long(text: str, field: str, limit: int) -> TooLong:
    return TooLong(
        f"`{field}` has {len(text):,} characters; at most {limit:,} are allowed.",
        field=field,
        size=len(text),
        limit=limit,
        hint="Send less at once.",
    )
