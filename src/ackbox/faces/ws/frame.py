"""Frames: the JSON texts of a WebSocket client, and their replies.

Each is one object: a call, a subscription, or the end of one. Explained in docs/howto/websocket.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.errors import AckboxError, Invalid
from ackbox.faces.http.wire import as_error, encode
from ackbox.ops.decode import read_json, refuse_deep, refuse_unstorable
from ackbox.ops.wrong_value import refusal, shown, unknown_field

Id = int | str
LONGEST_ID = 64


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """One frame from a client: exactly one of op, subscribe, unsubscribe.

    `stay` is an option of the operation agent.check_in: the server checks the agent out when the
    socket ends.
    """

    id: Id
    op: str | None = None
    params: msgspec.Raw = msgspec.Raw()
    subscribe: dict[str, Any] | None = None
    unsubscribe: Id | None = None
    stay: bool = False


class Misread(Exception):
    """A frame that cannot be read, with its id if that could be read."""

    def __init__(self, id: Id | None, error: AckboxError) -> None:
        super().__init__(error.message)
        self.id = id
        self.error = error


_asked = msgspec.json.Decoder(Asked)
_HINT = 'Send {"id":1,"op":"agent.whoami","params":{}}, or an id with subscribe or unsubscribe.'


def read(data: bytes, is_text: bool) -> Asked:
    """Return a decoded frame. Raises Misread."""
    if not is_text:
        raise Misread(None, Invalid("This frame is binary. Frames are JSON text.", hint=_HINT))
    try:
        asked = _asked.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _misread(data, error) from None
    if isinstance(asked.id, str) and len(asked.id) > LONGEST_ID:
        raise Misread(
            None,
            Invalid(
                f"`id` has {len(asked.id)} characters; at most {LONGEST_ID} are allowed.",
                hint="Use short ids, such as numbers.",
                field="id",
            ),
        )
    if (asked.op, asked.subscribe, asked.unsubscribe).count(None) != 2:
        raise Misread(
            asked.id,
            Invalid("A frame needs exactly one of `op`, `subscribe`, `unsubscribe`.", hint=_HINT),
        )
    if asked.stay and asked.op != "agent.check_in":
        raise Misread(
            asked.id,
            Invalid(
                "`stay` is allowed only with the `op` agent.check_in.", hint=_HINT, field="stay"
            ),
        )
    if asked.op is None and bytes(asked.params):
        raise Misread(
            asked.id, Invalid("`params` is allowed only with `op`.", hint=_HINT, field="params")
        )
    return asked


def _misread(data: bytes, error: Exception) -> Misread:
    """Return the error of an unreadable frame, with its id if that can be read."""
    try:
        found = read_json(data)
    except AckboxError as wrong:
        return Misread(None, wrong)
    try:
        refuse_deep(found)
        if not isinstance(found, dict):
            return Misread(
                None, Invalid(f"A frame is a JSON object; got {shown(found)}.", hint=_HINT)
            )
        _refuse_halves(found)
    except AckboxError as wrong:
        return Misread(_id_of(found), wrong)
    return Misread(_id_of(found), refusal(Asked, str(error), found))


def _refuse_halves(frame: dict[str, Any]) -> None:
    """Raise Invalid for text that is not Unicode, with the name of its field."""
    for name in ("params", "subscribe"):
        inner = frame.get(name)
        if isinstance(inner, dict):
            refuse_unstorable([*inner], name)
            for field, value in inner.items():
                refuse_unstorable(value, field)
    for field, value in frame.items():
        if field not in Asked.__struct_encode_fields__:
            raise unknown_field(field, Asked.__struct_encode_fields__)
        refuse_unstorable(value, field)


def _id_of(found: Any) -> Id | None:
    id = found.get("id") if isinstance(found, dict) else None
    if not isinstance(id, int | str) or isinstance(id, bool) or len(str(id)) > LONGEST_ID:
        return None
    try:
        encode(id)
    except (UnicodeEncodeError, OverflowError):
        return None
    return id


def answered(id: Id, result: Any) -> bytes:
    """Return the frame that answers a call."""
    return b'{"id":%b,"result":%b}' % (encode(id), encode(result))


def refused(id: Id | None, error: BaseException, *, operation: str = "") -> bytes:
    """Return the frame that rejects a call: the error object with the call's id."""
    return b'{"id":%b,"error":%b}' % (encode(id), _shown(error, operation))


def pushed(subscription: Id, page: Any) -> bytes:
    """Return the frame that delivers events."""
    return b'{"subscription":%b,"events":%b,"cursor":%b}' % (
        encode(subscription),
        encode(page.events),
        encode(page.cursor),
    )


def ended(subscription: Id, error: BaseException) -> bytes:
    """Return the frame with which the server ends a subscription."""
    return b'{"subscription":%b,"error":%b}' % (encode(subscription), _shown(error, "event.feed"))


def _shown(error: BaseException, operation: str) -> bytes:
    return encode(as_error(error, operation=operation).as_dict()["error"])
