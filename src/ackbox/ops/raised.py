"""Errors of an operation, read off the last sentences of its docstring.

A docstring ends in `Raises Invalid, NotFound (the parent).`; faces that do not speak Python show
codes instead of classes. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import re

import msgspec

from ackbox import errors
from ackbox.ops.table import OPERATIONS, Operation

_CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.AckboxError)
}
# A class, and its case: in parentheses, or up to the end of the sentence.
_ERROR = re.compile(
    rf"\b({'|'.join(_CLASSES)})\b"
    r"(?:\s*\(([^)]*)\)|,?\s+((?:also |only )?(?:for|when|with)\b[^.;,]*))?"
)
_OTHERS = re.compile(r"\b[a-z_]+\.[a-z_]+\b")


class Refusal(msgspec.Struct, frozen=True):
    """One error of an operation, and in which case it occurs, as far as the docstring says."""

    error: type[errors.AckboxError]
    case: str = ""


def prose(description: str) -> str:
    """Return a description without the sentences about errors and sources."""
    return re.sub(r"\s*\b(?:Raises|Source:)\s.*", "", description, flags=re.DOTALL).strip()


def refusals(operation: Operation) -> list[Refusal]:
    """Return the errors that an operation describes, and those of the operations it refers to."""
    raises = re.search(r"\bRaises\s(.*?)(?:\bSource:|\Z)", operation.description, re.DOTALL)
    if raises is None:
        return []
    text = " ".join(raises[1].split())
    found = [
        Refusal(_CLASSES[each[1]], (each[2] or each[3] or "").strip().rstrip("."))
        for each in _ERROR.finditer(text)
    ]
    for name in _OTHERS.findall(text):
        if name in OPERATIONS and name != operation.name:
            found += refusals(OPERATIONS[name])
    return list(dict.fromkeys(found))
