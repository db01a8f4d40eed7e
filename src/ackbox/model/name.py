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

LONGEST = 200
# Known names that a name nobody has is held against letter by letter.
LIKELY = 20
# An index of PostgreSQL takes some 2,700 bytes of a row.
LONGEST_SKELETON_BYTES = 2_000
# Not for newcomers: what people write when they mean everyone. Who has such a name from before keeps it.
EVERYBODY = "all"
# What the server itself sends under begins so.
OWN = "system:"
RESERVED = frozenset({"broadcast", "*", "everyone", "user", "human", "system"})
_REFUSED = {"Cc": "a control character", "Cf": "an invisible format character", "Co": "a private-use character",
            "Cs": "half of a surrogate pair", "Cn": "an unassigned character", "Zl": "a line separator", "Zp": "a paragraph separator"}


@functools.lru_cache(4096)
def parse_name(text: str, field: str = "name") -> str:
    """Return a name after NFC. Raises Invalid, saying which character or rule of which parameter, and what to do."""
    name = _parse(text, "name", field)
    shape = _folded(name)
    if shape in _reserved_shapes():
        raise Invalid(f"{name!r} is a reserved word, not a name.", hint="Choose another name.", field=field)
    if name.startswith("@"):
        raise Invalid("A name does not start with '@'.", hint=f"Write {name[1:]!r}.", field=field)
    if _folded("(human)") in shape:
        raise Invalid("A name does not hold '(human)'; who is a person is known from the key.", hint="Leave it out.", field=field)
    return name


def is_servers(name: str) -> bool:
    """Whether a name is, or looks like, one of the server's own."""
    return _folded(name).startswith(_folded(OWN))


def refuse_newcomer(name: str, field: str = "name") -> None:
    """Raise Invalid for a name that nobody gets who does not have it already."""
    if is_servers(name):
        raise Invalid(f"{name!r} is kept for the server: what begins with {OWN!r} is.", hint="Use another name.", field=field)
    # Not what looks like it: `a11` is a name.
    if unicodedata.normalize("NFKC", name).casefold() == EVERYBODY:
        raise Invalid(f"{name!r} is a reserved word, not a name.", hint="Write 'everyone' or '*' for everyone here.", field=field)


@functools.lru_cache(4096)
def parse_instance(text: str, field: str = "instance") -> str:
    """Return an instance's name after NFC. Raises Invalid."""
    return _parse(text, "instance", field)


def _parse(text: str, what_it_is: str, field: str) -> str:
    name = unicodedata.normalize("NFC", text)
    if not 1 <= len(name) <= LONGEST:
        raise Invalid(f"A {what_it_is} has 1 to {LONGEST} characters; this has {len(name):,}.",
                      hint="Use a shorter one." if name else "Give one.", field=field)
    for character in name:
        category = unicodedata.category(character)
        what = _REFUSED.get(category) or ("a space other than U+0020" if category == "Zs" and character != " " else None)
        if what is None and character in ",/":
            what = f"{character!r}, which separates addresses"
        if what is not None:
            raise Invalid(f"A {what_it_is} may not hold {what} (U+{ord(character):04X}).", hint="Leave it out.", field=field)
    if name != name.strip(" "):
        raise Invalid(f"A {what_it_is} has no space at its start or end.", hint="Leave it out.", field=field)
    return name


def skeleton(name: str) -> str:
    """Return the UTS 39 skeleton: two names with the same one look alike."""
    table = _confusables()
    return unicodedata.normalize("NFD", "".join(table.get(c, c) for c in unicodedata.normalize("NFD", name)))


def kept_skeleton(name: str) -> str:
    """Return the skeleton as it is stored and looked for: one that is too long for an index as its digest."""
    shape = skeleton(name)
    return shape if len(shape.encode()) <= LONGEST_SKELETON_BYTES else hashlib.sha256(shape.encode()).hexdigest()


def _folded(name: str) -> str:
    """Return the skeleton in one case and one width: what a reader takes a word for at a glance."""
    return skeleton(unicodedata.normalize("NFKC", name).casefold())


@functools.cache
def _reserved_shapes() -> frozenset[str]:
    return frozenset(_folded(word) for word in RESERVED)


@functools.cache
def _confusables() -> dict[str, str]:
    lines = (files(__package__) / "confusables.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {chr(int(source, 16)): "".join(chr(int(code, 16)) for code in target.split()) for source, target in pairs}


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return known names for a suggestion, the likeliest first; never to deliver to."""
    names = list(known)
    folded = name.casefold()
    same = [other for other in names if other.casefold() == folded]
    by_fold = {other.casefold(): other for other in names}
    close = [by_fold[other] for other in difflib.get_close_matches(folded, _likely(folded, by_fold), n=limit, cutoff=0.6)]
    return list(dict.fromkeys([*same, *close]))[:limit]


def _likely(folded: str, known: Iterable[str]) -> list[str]:
    """Return the few known names with the most letters and pairs of letters in common: comparing with all of them takes too long."""
    own = _pieces(folded)
    shared = sorted(((2 * len(own & pieces) / (len(own) + len(pieces)), other) for other in known if (pieces := _pieces(other))), reverse=True)
    return [other for _, other in shared[:LIKELY]]


@functools.lru_cache(4096)
def _pieces(folded: str) -> frozenset[str]:
    return frozenset(folded) | frozenset(map("".join, itertools.pairwise(folded)))
