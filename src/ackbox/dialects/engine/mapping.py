"""The shapes that a dialect's data are written in: words, their parameters and fields, commands,
and how errors are said.

Data only; _translate.py reads them. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

REQUIRED = msgspec.UNSET


class Arg(msgspec.Struct, frozen=True):
    """A foreign parameter: its name and type, the operation's parameter it becomes (`metadata.x`
    for a part of one), and how.

    Left out, it is null whatever the connection's headers say; with `or_header` they stand in. `of`
    makes it an object whose parts
    are parameters; those are set only when they are given. `of_each` makes it a list of objects
    with these names. With
    `empty_is_none` an empty text, or null, counts as left out. What is required may be empty only
    with `may_be_empty`, or where
    the operation takes empty text.
    """

    name: str
    kind: Any
    to: str | None = None
    by: str = "same"
    default: Any = REQUIRED
    or_header: bool = False
    of: tuple[Arg, ...] = ()
    of_each: tuple[Arg, ...] = ()
    empty_is_none: bool = False
    may_be_empty: bool = False


class Field(msgspec.Struct, frozen=True):
    """A foreign field: where its value stands in the operation's answer (`result`, `given`, `item`
    or `error`), or a fixed value.

    `of` makes it an object of other fields, `of_each` each item of a list one. Null becomes
    `default`, or leaves an `optional` field out.
    """

    name: str
    source: str = ""
    by: str = "same"
    fixed: Any = None
    default: Any = None
    optional: bool = False
    of: tuple[Field, ...] = ()
    of_each: tuple[Field, ...] = ()


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign tool: the operation it is, how its arguments and reply map.

    `each` names the list of the result whose items become rows; an item with a list under `spread`
    becomes
    one row for each of that list. `item` names the part of a result that is like one row; empty for
    all of it.
    `first` makes the reply the first row, or null. `more` is said after the reply when the result
    has more, with fields of the last row.

    Rows beyond `most_bytes` are left out, and `cut` says so, from `cut.showing` and `cut.total`.
    When one of the arguments `paged`
    is given, the reply is the object `page`, of `rows` and `cursor`. Of the arguments `one_of`
    exactly one is given.
    When the argument `shorter[0]` is `shorter[1]`, rows have the fields `shorter[2]` and no others.
    `empty` is the part of the result whose
    words stand in place of no rows. The result's part `beside_of`, when there is one, is said after
    the rows: the object `beside`, from `beside`.
    With `is_briefed` the result's messages are also there as text for a model, under `briefing`.
    """

    name: str
    operation: str
    description: str
    args: tuple[Arg, ...] = ()
    fixed: dict[str, Any] = {}
    reply: tuple[Field, ...]
    each: str | None = None
    item: str | None = None
    spread: str | None = None
    newest_by: str | None = None
    first: bool = False
    more: str | None = None
    most_bytes: int | None = None
    cut: tuple[Field, ...] = ()
    paged: tuple[str, ...] = ()
    page: tuple[Field, ...] = ()
    one_of: tuple[str, ...] = ()
    shorter: tuple[str, str, tuple[str, ...]] | None = None
    empty: str | None = None
    beside_of: str | None = None
    beside: tuple[Field, ...] = ()
    is_briefed: bool = False
    errors: dict[str, Way] = {}


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign command, for a person to choose: its text for a model, with `{name}` where each
    argument goes.

    Arguments are (name, sentence, what stands there when it is left out; null for a required one).
    """

    name: str
    description: str
    text: str
    args: tuple[tuple[str, str, str | None], ...] = ()


class Refusal(msgspec.Struct, frozen=True):
    """How one kind of error is said: the status over HTTP (the error's own when null), the foreign
    word for it and the sentence.

    They stand in the fields of the dialect's refusals, as `error.word` and `error.said`; or in
    fields of its own.
    """

    status: int | None = None
    word: str = ""
    said: str = "{message}"
    fields: tuple[Field, ...] = ()


# A text, fields of an object, or a refusal in the dialect's one shape. An error's way is found by
# the first of these names: class and field
# (or reason), code and field, class, code, `*`.
Way = str | tuple[Field, ...] | Refusal
