"""Errors in the caller's words, and how a system says each kind of them.

The words come from vocabulary.py, the kinds from a dialect's own table. Explained in
docs/why/dialects.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec

from ackbox.dialects.engine.vocabulary import Names
from ackbox.errors import AckboxError


class CallerError(msgspec.Struct, frozen=True, kw_only=True):
    """An error in the caller's words: `path` is the caller's name for the field, `about` that or
    the reason.

    `their_code` and `text` are what the system calls this kind of error, and its sentence.
    """

    kind: str
    code: str
    status: int
    message: str
    hint: str | None
    path: str | None
    about: str | None
    details: dict[str, Any]
    their_code: str = ""
    text: str = ""


class ErrorReply(msgspec.Struct, frozen=True):
    """How a system says one kind of error: its status over HTTP (the error's own when null), its
    code, and its sentence.

    `body` makes the object of the reply, in place of the dialect's `error_body`. Where there is
    neither, the sentence is the reply.
    """

    status: int | None = None
    code: str = ""
    text: str = "{message}"
    body: Callable[[CallerError], dict[str, Any]] | None = None


def in_callers_words(error: AckboxError, names: Names | None) -> CallerError:
    """Return an error with the caller's names for ours.

    Without `names` it is about nothing of ours, and keeps its words.
    """
    field = str(error.details.get("field") or "")
    path = field if names is None else names.place(field)
    message, hint = error.message, error.hint or ""
    if names is not None:
        message = names.said(message) or "The request was refused."
        hint = names.said(hint)
    return CallerError(
        kind=type(error).__name__,
        code=error.code,
        status=error.status,
        message=message,
        hint=hint or None,
        path=path or None,
        about=path or field or error.details.get("reason"),
        details=error.details,
    )


def find_reply(error: CallerError, replies: dict[str, ErrorReply]) -> ErrorReply:
    """Return how a dialect says this error: by the most specific key that it has."""
    keys = [
        f"{error.kind} {error.about}",
        f"{error.code} {error.about}",
        error.kind,
        error.code,
        "*",
    ]
    return next(replies[key] for key in keys if key in replies)


def with_reply(error: CallerError, reply: ErrorReply, tool: str = "") -> CallerError:
    """Return an error with the system's code and sentence for it."""
    text = reply.text.format(
        tool=tool,
        message=error.message,
        hint=error.hint or "",
        path=error.path,
        # A sentence may name a detail that this one error does not have.
        details=defaultdict(str, error.details),
    ).rstrip()
    return msgspec.structs.replace(error, their_code=reply.code, text=text)
