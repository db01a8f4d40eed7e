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
    ├── SealedRequired     sealed_required    422   plain text for a sealed workspace
    │   └── SealedRefused  sealed_refused     422   a field or operation that none has
    ├── RateLimited        rate_limited       429   too much at once; says when to come back
    ├── LoopGuard          loop_guard         409   agents answering agents without end
    ├── BrokenPromise      seal_broken        422   a part of a sealed workspace that does not hold
    │   ├── BadEncoding        bad_encoding       422   unreadable, or another spelling
    │   ├── WeakKey            weak_key           422   a public key for which anybody could sign
    │   ├── BadSignature       bad_signature      422   altered, or written in another's name
    │   ├── BadRecord          bad_record         422   a record that breaks a rule of the roster
    │   ├── StaleRoster        stale_roster       409   a roster older than another that is known
    │   ├── ForkedRoster       forked_roster      422   two signed rosters that differ
    │   ├── UnknownRoster      unknown_roster     422   a message that names another roster
    │   ├── WrongPin           wrong_pin          422   not the roster that a key belongs to
    │   ├── WrongVault         wrong_vault        422   a message of another sealed workspace
    │   ├── NotMember          not_member         422   a name or key that is in no roster
    │   ├── RemovedMember      removed_member     422   a message from after its sender's removal
    │   ├── WrongReaders       wrong_readers      422   sealed for other members than may read it
    │   ├── NotSealedForYou    not_sealed_for_you 422   sealed for others, or before you joined
    │   ├── BrokenSeal         broken_seal        422   a key, content or padding that was altered
    │   ├── WrongCommitment    wrong_commitment   422   another key than the sender committed to
    │   ├── SealTooLarge       seal_too_large     413   larger than a sealed message may be
    │   ├── NotInTranscript    not_in_transcript  422   exchanged for another, or inserted later
    │   ├── Replayed           replayed           422   the same message a second time
    │   ├── Reordered          reordered          422   listed after a later one
    │   ├── MissingMessages    missing_messages   422   earlier ones of the same sender are missing
    │   ├── BrokenChain        broken_chain       422   does not follow the sender's message before
    │   ├── OtherTranscript    other_transcript   422   its sender was shown other messages
    │   ├── WrongEdition       wrong_edition      422   an old text of a task or session
    │   ├── MissingText        missing_text       422   a task or note without its sealed text
    │   ├── WrongAuthor        wrong_author       422   another member wrote the text
    │   ├── NotSealed          not_sealed         422   plain text, which no member sent
    │   ├── StateBehind        state_behind       422   own files older than the own messages
    │   └── BadVaultKey        bad_vault_key      422   a key string or invitation that is damaged
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

    def __str__(self) -> str:
        """Return the message with the hint: a traceback shows what to do."""
        return f"{self.message} {self.hint}" if self.hint else self.message

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


class SealedRequired(AckboxError):
    """The workspace is sealed, and the request has text that the server could read."""

    code = "sealed_required"
    status = 422


class SealedRefused(SealedRequired):
    """The workspace is sealed, and a sealed workspace does not have this field or operation."""

    code = "sealed_refused"


class RateLimited(AckboxError):
    """Too much at once."""

    code = "rate_limited"
    status = 429


class LoopGuard(AckboxError):
    """Agents are answering agents without end."""

    code = "loop_guard"
    status = 409


class BrokenPromise(AckboxError):
    """A part of a sealed workspace does not hold what its members signed."""

    code = "seal_broken"
    status = 422


class BadEncoding(BrokenPromise):
    """Signed bytes that cannot be read, or another spelling of the same value."""

    code = "bad_encoding"


class WeakKey(BrokenPromise):
    """A public key for which anybody could sign, or whose secrets anybody knows."""

    code = "weak_key"


class BadSignature(BrokenPromise):
    """The signature is not valid: the text was altered, or another member wrote it."""

    code = "bad_signature"


class BadRecord(BrokenPromise):
    """The record breaks a rule of the roster."""

    code = "bad_record"


class StaleRoster(BrokenPromise):
    """The roster is older than another that is known."""

    code = "stale_roster"
    status = 409


class ForkedRoster(BrokenPromise):
    """Two signed rosters that differ: an admin signed both."""

    code = "forked_roster"


class UnknownRoster(BrokenPromise):
    """The sender of the message knows another roster."""

    code = "unknown_roster"


class WrongPin(BrokenPromise):
    """The server's roster is not the one that the key or invitation belongs to."""

    code = "wrong_pin"


class WrongVault(BrokenPromise):
    """The message belongs to another sealed workspace."""

    code = "wrong_vault"


class NotMember(BrokenPromise):
    """The name or key is not a member of the sealed workspace."""

    code = "not_member"


class RemovedMember(BrokenPromise):
    """The message is from after its sender's removal."""

    code = "removed_member"


class WrongReaders(BrokenPromise):
    """The message is not sealed for exactly the members who may read it."""

    code = "wrong_readers"


class NotSealedForYou(BrokenPromise):
    """The message was sealed for others, or before you joined."""

    code = "not_sealed_for_you"


class BrokenSeal(BrokenPromise):
    """The key, content or padding of the message was altered."""

    code = "broken_seal"


class WrongCommitment(BrokenPromise):
    """The key of the message is not the one that its sender committed to."""

    code = "wrong_commitment"


class SealTooLarge(BrokenPromise):
    """The message is larger than a sealed message may be."""

    code = "seal_too_large"
    status = 413


class NotInTranscript(BrokenPromise):
    """The message was exchanged for another, or inserted later."""

    code = "not_in_transcript"


class Replayed(BrokenPromise):
    """The same message was delivered a second time."""

    code = "replayed"


class Reordered(BrokenPromise):
    """The message is listed after a later one."""

    code = "reordered"


class MissingMessages(BrokenPromise):
    """Earlier messages of the same sender are missing; the message itself holds."""

    code = "missing_messages"


class BrokenChain(BrokenPromise):
    """The message does not follow the message before it of the same sender."""

    code = "broken_chain"


class OtherTranscript(BrokenPromise):
    """The sender of the message was shown other messages, or another order."""

    code = "other_transcript"


class WrongEdition(BrokenPromise):
    """The text is not the newest of its task, session or agent, or another one was meant."""

    code = "wrong_edition"


class MissingText(BrokenPromise):
    """The server delivered a task, note or session without the text that members sealed for it."""

    code = "missing_text"


class WrongAuthor(BrokenPromise):
    """Another member wrote the text than the server says."""

    code = "wrong_author"


class NotSealed(BrokenPromise):
    """The server delivered plain text in a sealed workspace."""

    code = "not_sealed"


class StateBehind(BrokenPromise):
    """The server has newer messages of this vault key than this machine knows."""

    code = "state_behind"


class BadVaultKey(BrokenPromise):
    """The vault key, its backup or an invitation is damaged or of another kind."""

    code = "bad_vault_key"


class Unavailable(AckboxError):
    """The store cannot take this now."""

    code = "unavailable"
    status = 503


class CallerGone(Unavailable):
    """The caller hung up before the call could look.

    Nothing was marked, claimed or counted for it.
    """

    status = 499
