"""Names: what an agent, a person or an instance may be called, and which names look alike.

Pure text rules; who holds a name is the store's work. The table of look-alikes is Unicode's
(UTS 39), in confusables.txt. Explained in docs/why/names.md.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import itertools
import unicodedata
from collections.abc import Iterable
from importlib.resources import files

from ackbox.errors import Invalid
from ackbox.model.reserved import EVERYBODY, RESERVED
from ackbox.model.text import (
    SHRINKS,
    compatible,
    composed,
    decomposed,
    is_ignorable,
    is_mark,
    is_seen,
    without_ignorables,
)

LONGEST = 200
# Maximum known names that an unknown name is compared with by character.
LIKELY = 20
# An index of PostgreSQL takes some 2,700 bytes of a row.
LONGEST_SKELETON_BYTES = 2_000
# Prefix of the names that the server sends as.
OWN = "system:"
# Badges after a name: a person, another system.
BADGES = ("(human)", "(external)")
# Those of them that have a mailbox: what a clock and another system send and receive.
MAILBOXES = ("system:cron", "system:webhook")
# What the server and other systems write as; a key speaks as one only if it names it.
SERVERS = ("system", *MAILBOXES)
_REFUSED = {
    "Cc": "a control character",
    "Cf": "an invisible format character",
    "Co": "a private-use character",
    "Cs": "half of a surrogate pair",
    "Cn": "an unassigned character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
# Drawn as an empty space, though they are neither spaces nor ignorable: braille blank, null note
# head, Khitan filler.
_BLANK = frozenset("\u2800\U0001d159\U00016fe4")
# Separators between names, also in other scripts; lists as text and quoted names are not names.
_ADDRESS_SEPARATORS = frozenset(",/")
_SEPARATORS = _ADDRESS_SEPARATORS | frozenset(";\u060c\u061b\u3001\uff64")
_ENCLOSING = frozenset(
    '[]{}<>"`\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f\u3010\u3011'
)
_EDGES = ":|&-'()\u2018\u2019"


@functools.lru_cache(4096)
def parse_name(text: str, field: str = "name") -> str:
    """Return a name after NFC.

    Raises Invalid, saying which character or rule of which parameter, and what to do.
    """
    name = _parse(text, "A name", field)
    if _folded(name) in _reserved_shapes():
        raise Invalid(
            f"{name!r} is a reserved word, not a name.", hint="Choose another name.", field=field
        )
    if name.startswith("@"):
        raise Invalid("A name does not start with '@'.", hint=f"Write {name[1:]!r}.", field=field)
    _refuse_punctuation(name, field)
    return name


def _refuse_punctuation(name: str, field: str) -> None:
    """Raise Invalid for what is a list, a quotation or a piece of one, written where a name
    belongs.
    """
    for character in name:
        if character in _ENCLOSING or compatible(character) in _ENCLOSING:
            raise Invalid(
                f"A name cannot contain {character!r}: {name[:64]!r}.",
                hint="Write the bare name, without brackets or quotes.",
                field=field,
            )
    if name != "*" and (name[0] in _EDGES or name[-1] in _EDGES.replace(")", "")):
        edge = name[0] if name[0] in _EDGES else name[-1]
        raise Invalid(
            f"A name does not start or end with {edge!r}: {name[:64]!r}.",
            hint="Write the bare name.",
            field=field,
        )


def is_servers(name: str) -> bool:
    """Whether a name is, or looks like, a name of the server."""
    return _folded(name).startswith(_folded(OWN))


def refuse_newcomer(name: str, field: str = "name") -> None:
    """Raise Invalid for a name that new agents cannot take."""
    if is_servers(name):
        raise Invalid(
            f"{name!r} is reserved: names that begin with {OWN!r} belong to the server.",
            hint="Use another name.",
            field=field,
        )
    # Not what looks like it: `a11` is a name.
    if compatible(name).casefold() == EVERYBODY:
        raise Invalid(
            f"{name!r} is a reserved word, not a name.",
            hint="Write 'everyone' or '*' to address everyone.",
            field=field,
        )


@functools.lru_cache(4096)
def parse_instance(text: str, field: str = "instance") -> str:
    """Return an instance's name after NFC. Raises Invalid."""
    return _parse(text, "An instance", field)


def _parse(text: str, what_it_is: str, field: str) -> str:
    if len(text) > LONGEST * SHRINKS:
        raise _wrong_length(len(text), what_it_is, field)
    name = composed(text, field=field, limit=LONGEST)
    if not 1 <= len(name) <= LONGEST:
        raise _wrong_length(len(name), what_it_is, field)
    separators = _SEPARATORS if what_it_is == "A name" else _ADDRESS_SEPARATORS
    for character in name:
        what = _refused(character, separators)
        if what is not None:
            seen = without_unseen(name)
            hint = (
                f"Write {seen[:64]!r}."
                if seen and character not in seen and not _has_badge(seen)
                else "Leave it out."
            )
            raise Invalid(
                f"{what_it_is} cannot contain {what} (U+{ord(character):04X}).",
                hint=hint,
                field=field,
            )
    if name != name.strip(" "):
        raise Invalid(
            f"{what_it_is} cannot start or end with a space.", hint="Leave it out.", field=field
        )
    if is_mark(name[0]):
        raise Invalid(
            f"{what_it_is} does not start with a combining mark (U+{ord(name[0]):04X}).",
            hint="Leave it out.",
            field=field,
        )
    if _has_badge(name):
        raise Invalid(
            f"{what_it_is} cannot contain '(human)' or '(external)': the server adds those.",
            hint="Leave it out.",
            field=field,
        )
    return name


def _wrong_length(length: int, what_it_is: str, field: str) -> Invalid:
    return Invalid(
        f"{what_it_is} has 1 to {LONGEST} characters; this has {length:,}.",
        hint="Use a shorter one." if length else "Give one.",
        field=field,
    )


def _refused(character: str, separators: frozenset[str]) -> str | None:
    """Return what a character is that no name holds; null for any other."""
    category = unicodedata.category(character)
    if category in _REFUSED:
        return _REFUSED[category]
    if character != " " and (category == "Zs" or character in _BLANK):
        return "a space other than U+0020"
    if is_ignorable(character):
        return "a character that shows nothing"
    if character in separators or compatible(character) in separators:
        return f"{character!r}, which separates addresses"
    return None


def _has_badge(name: str) -> bool:
    """Whether a name contains `(human)` or another badge, also in look-alike brackets and
    characters.
    """
    kinds = {"Ps": "(", "Pi": "(", "Pe": ")", "Pf": ")"}
    bracketed = "".join(
        kinds.get(unicodedata.category(c)) or {"<": "(", ">": ")"}.get(c, c)
        for c in name
        if c != " "
    )
    return "(" in _folded(bracketed) and any(
        badge in _folded(text) for text in (bracketed, name) for badge in _badge_shapes()
    )


def without_unseen(name: str) -> str:
    """Return a name without what nobody sees in it: what its writer probably meant."""
    return "".join(c for c in name if c == " " or (is_seen(c) and c not in _BLANK)).strip(" ")


def skeleton(name: str) -> str:
    """Return the UTS 39 skeleton of what is seen of a name: two names with the same one look
    alike.
    """
    table = _confusables()
    return decomposed("".join(table.get(c, c) for c in decomposed(without_ignorables(name))))


def kept_skeleton(name: str) -> str:
    """Return the stored form of the skeleton; one too long for an index becomes its digest."""
    return _kept(skeleton(name))


def kept_fold(name: str) -> str:
    """Return the stored form of a name's look without case and width."""
    return _kept(_folded(name))


def _kept(shape: str) -> str:
    return (
        shape
        if len(shape.encode()) <= LONGEST_SKELETON_BYTES
        else hashlib.sha256(shape.encode()).hexdigest()
    )


def is_same(name: str, other: str) -> bool:
    """Whether two names after NFC are one for look-up: alike, or different in case alone."""
    return name == other or name.casefold() == other.casefold()


def _folded(name: str) -> str:
    """Return the skeleton in one case and one width: what a reader takes a word for at a glance."""
    return skeleton(compatible(without_ignorables(name)).casefold())


@functools.cache
def _badge_shapes() -> tuple[str, ...]:
    return tuple(_folded(badge) for badge in BADGES)


@functools.cache
def _reserved_shapes() -> frozenset[str]:
    return frozenset(_folded(word) for word in RESERVED)


@functools.cache
def _confusables() -> dict[str, str]:
    lines = (files(__package__) / "confusables.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {
        chr(int(source, 16)): "".join(chr(int(code, 16)) for code in target.split())
        for source, target in pairs
    }


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return known names for a suggestion, the likeliest first; never to deliver to."""
    names = list(known)
    folded = name.casefold()
    same = [other for other in names if other.casefold() == folded]
    by_fold = {other.casefold(): other for other in names}
    close = [
        by_fold[other]
        for other in difflib.get_close_matches(
            folded, _likely(folded, by_fold), n=limit, cutoff=0.6
        )
    ]
    return list(dict.fromkeys([*same, *close]))[:limit]


def _likely(folded: str, known: Iterable[str]) -> list[str]:
    """Return the known names with the most characters and pairs in common, because comparing all
    takes too long.
    """
    own = _pieces(folded)
    shared = sorted(
        (
            (2 * len(own & pieces) / (len(own) + len(pieces)), other)
            for other in known
            if (pieces := _pieces(other))
        ),
        reverse=True,
    )
    return [other for _, other in shared[:LIKELY]]


@functools.lru_cache(4096)
def _pieces(folded: str) -> frozenset[str]:
    return frozenset(folded) | frozenset(map("".join, itertools.pairwise(folded)))
