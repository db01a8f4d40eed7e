"""Errors: every way ackbox says no, as one tree.

    AckboxError
    ├── Invalid            invalid            400   what was sent has the wrong shape or value
    │   ├── TooLong        too_long           413   longer than a stated limit
    │   ├── MissingField   invalid            400   a field that must be there and is not
    │   ├── UnknownField   invalid            400   a field nobody knows, with the nearest known
    │   └── BadCursor      expired_cursor     400   a cursor from elsewhere, or damaged
    ├── UnknownRecipient   unknown_recipient  422   no agent of that name, and `unknown` is `refuse`
    ├── NotFound           not_found          404   not there, or in somebody else's workspace
    │   └── WrongMethod    not_found          405   a path that is there, asked with another method
    ├── NotAllowed         forbidden          403   the key cannot call this
    │   ├── NotYou         forbidden          403   a name that the key does not speak as
    │   └── BadKey         unauthenticated    401   no key, a wrong one, an expired or revoked one
    ├── Conflict           conflict           409   idempotency key with other content; name taken
    ├── RateLimited        rate_limited       429   too much at once; says when to come back
    ├── LoopGuard          loop_guard         409   agents answering agents without end
    └── Unavailable        unavailable        503   the store cannot take this now
        └── CallerGone     unavailable        499   the caller hung up before the call could look

Raise where the rule lives; `faces/http/wire.py` alone turns an error into a reply. Explained in
docs/reference/errors.md.
"""

from __future__ import annotations

# Not from typing: a hook imports this at each prompt and tool call.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar


class AckboxError(Exception):
    """A refused request: `message` is what is wrong, `hint` what to do."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 400

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        retry_after_s: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry_after_s = retry_after_s
        self.details = details

    def as_dict(self) -> dict[str, Any]:
        """Return the one error shape: code, message, hint, details and, when known,
        retry_after_s.
        """
        body: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "details": self.details,
        }
        if self.retry_after_s is not None:
            body["retry_after_s"] = self.retry_after_s
        return {"error": body}


class Invalid(AckboxError):
    """The request has a wrong shape or value."""


class TooLong(Invalid):
    """Longer than a stated limit."""

    code = "too_long"
    status = 413


class MissingField(Invalid):
    """A required field is missing."""


class UnknownField(Invalid):
    """The field is unknown."""


class BadCursor(Invalid):
    """A cursor from another workspace or another query, or a damaged one."""

    code = "expired_cursor"


class UnknownRecipient(AckboxError):
    """No agent has this name, and the send has `unknown=refuse`."""

    code = "unknown_recipient"
    status = 422


class NotFound(AckboxError):
    """Not there, or in a workspace that is not the caller's."""

    code = "not_found"
    status = 404


class WrongMethod(NotFound):
    """A path that is there, but not for this method of HTTP; `allow` names those it is for."""

    status = 405


class NotAllowed(AckboxError):
    """The key cannot call this."""

    code = "forbidden"
    status = 403


class NotYou(NotAllowed):
    """The key does not speak as this name; the workspace's feed reports it."""


class BadKey(NotAllowed):
    """No key, a wrong one, an expired or a revoked one."""

    code = "unauthenticated"
    status = 401


class Conflict(AckboxError):
    """The request conflicts with the current state."""

    code = "conflict"
    status = 409


class RateLimited(AckboxError):
    """Too much at once."""

    code = "rate_limited"
    status = 429


class LoopGuard(AckboxError):
    """Agents are answering agents without end."""

    code = "loop_guard"
    status = 409


class Unavailable(AckboxError):
    """The store cannot take this now."""

    code = "unavailable"
    status = 503


class CallerGone(Unavailable):
    """The caller hung up before the call could look.

    Nothing was marked, claimed or counted for it.
    """

    status = 499
