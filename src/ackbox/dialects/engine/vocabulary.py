"""Vocabulary: an error's text about our parameters and operations, in the caller's names for them.

Our own texts write a parameter in backquotes, alone (`to`), in its place (`refs[0].target`) or with
a value (`status=open`), and an operation by its name (task.list). No system is known here.
Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import functools
import re

import msgspec

from ackbox.ops.table import OPERATIONS

_QUOTED = r"`[^`]+`"
# Text in quotation marks is a value that somebody sent, and names nothing of ours.
_NAMES = re.compile(
    rf"(?P<given>(?<!\w)(?:'[^']*'|\"[^\"]*\")(?!\w))|(?P<parameters>{_QUOTED}(?:(?:, (?:and |or"
    rf" )?| and | or ){_QUOTED})*)"
    r"|(?P<operation>\b[a-z]+\.[a-z_]+\b)"
)
_PLACE = re.compile(r"(?P<whole>[a-z_]+)(?P<rest>[.\[][^=]*)?(?:=(?P<value>\w+))?")


class Names(msgspec.Struct, frozen=True):
    """A caller's names for our parameters (`metadata.day` for a part of one, `tasks[].title` for
    that of each object in a list), for their values if those differ, and for our operations.
    """

    parameters: dict[str, str]
    values: dict[tuple[str, str], str]
    operations: dict[str, str]

    def place(self, ours: str) -> str | None:
        """Return the caller's name for a parameter of ours or a part of it, or null."""
        own = self.parameters.get(ours)
        whole, *rest = re.split(r"(?=[.\[])", ours, maxsplit=1)
        if own is not None or whole not in self.parameters:
            return own
        part = self.parameters.get(re.sub(r"\[\d+\]", "[]", ours))
        if part is not None and rest:
            rest = [f"{rest[0].rpartition('.')[0]}.{part}"]
        return "".join([self.parameters[whole], *rest])

    def said(self, text: str) -> str:
        """Return a text with the caller's names.

        Sentences that name something the caller has no name for are left out.
        """
        sentences = [self._sentence(each) for each in re.split(r"(?<=[.!?]) (?=[A-Z`])", text)]
        return " ".join(each for each in sentences if each is not None)

    def _sentence(self, text: str) -> str | None:
        parts: list[str | None] = []

        def in_their_words(found: re.Match[str]) -> str:
            if found["given"]:
                return found[0]
            parts.append(self._list(found[0]) if found["parameters"] else self._operation(found[0]))
            return parts[-1] or ""

        made = _NAMES.sub(in_their_words, text)
        return None if None in parts else made

    def _operation(self, name: str) -> str | None:
        return self.operations.get(name) if name in OPERATIONS else name

    def _list(self, text: str) -> str | None:
        """Return a list of parameters without those that the caller has no name for.

        Null if none is left.
        """
        before, *items = re.split(rf"({_QUOTED})", text)
        found, kept = "", before
        for written, after in zip(items[::2], items[1::2], strict=True):
            name = self._parameter(written[1:-1])
            if name is not None:
                found += f"{kept if found else before}`{name}`"
            # The `or` before an omitted name goes before the next one.
            kept = kept if name is None and kept.strip(", ") else after
        return found or None

    def _parameter(self, written: str) -> str | None:
        found = _PLACE.fullmatch(written)
        if found is None or found["whole"] not in _ours():
            return written
        place = self.place(found["whole"] + (found["rest"] or ""))
        value = found["value"]
        return (
            place
            if place is None or value is None
            else f"{place}={self.values.get((found['whole'], value), value)}"
        )


@functools.cache
def _ours() -> frozenset[str]:
    return frozenset(
        field
        for operation in OPERATIONS.values()
        for field in operation.params.__struct_encode_fields__
    )
