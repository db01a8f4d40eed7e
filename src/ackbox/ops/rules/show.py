"""Showing: rows of the store as the structs that every face returns.

No questions to the store and no rules here. Explained in docs/reference/message.md.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ackbox.model.choices import split
from ackbox.model.message import Letter, Message, Ref
from ackbox.model.moment import to_text, to_text_or_none
from ackbox.model.receipt import CHAIN, Receipt, State, receipt_id
from ackbox.model.sealed import StoredEnvelope
from ackbox.ops.rules.seeing import Seen
from ackbox.store.engine import Row
from ackbox.store.marks import Trace
from ackbox.store.messages import Answer, Stored

_refs = msgspec.json.Decoder(list[Ref])
_to = msgspec.json.Decoder(list[str])
_envelopes = msgspec.json.Decoder(StoredEnvelope)


def _fields(seen: Seen, workspace: str) -> dict[str, Any]:
    row = seen.row
    # Senders cannot give an empty intent: it marks an envelope in the place of the text.
    text = _text(row) if row.intent else _sealed(seen)
    return {
        "id": row.id,
        "seq": row.seq,
        "workspace": workspace,
        "sender": row.sender_name,
        "sender_instance": row.sender_instance,
        "sender_kind": row.sender_kind,
        "type": row.type,
        "to": _to.decode(row.audience),
        "priority": row.priority,
        "parent": row.parent,
        "thread": row.thread_id,
        "expects_reply_by": to_text_or_none(row.expects_reply_by),
        "expires_at": to_text_or_none(row.expires_at),
        "idempotency_key": row.idempotency_key,
        "hops": row.hops,
        "created_at": to_text(row.created_at),
        **({"imported": True} if row.is_imported else {}),
        **text,
    }


def _text(row: Stored) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "body": row.body,
        "intent": row.intent,
        "refs": _refs.decode(row.refs),
        **fields_of(msgspec.json.decode(row.metadata)),
    }


def fields_of(stored: dict[str, Any]) -> dict[str, Any]:
    """Return stored metadata as fields of a message: the sender's, and its choices if any."""
    metadata, offered, choice = split(stored)
    return {
        "metadata": metadata,
        **({"choices": offered} if offered else {}),
        **({} if choice is None else {"choice": choice}),
    }


def choices(row: Stored) -> list[str]:
    """Return the choices that a stored message offers; of a sealed one they are unknown."""
    return split(msgspec.json.decode(row.metadata))[1]


def _sealed(seen: Seen) -> dict[str, Any]:
    envelope = _envelopes.decode(seen.row.body)
    return {"body": "", "sealed": envelope.for_member(seen.member)}


def size_of(row: Stored, body_chars: int | None = None) -> int:
    """Return about how many bytes a message takes in an answer, with so much of its body."""
    return (
        500
        # An envelope is never cut.
        + len(row.body[: body_chars if row.intent else None].encode())
        + len(row.refs)
        + len(row.metadata)
        + len(row.audience)
        + len(row.subject or "")
    )


def addresses(row: Stored) -> list[str]:
    return _to.decode(row.audience)


def message(seen: Seen, workspace: str, *, body_chars: int | None = None) -> Message:
    """Return a message that its reader may see.

    With `body_chars`, the beginning of its body only.
    """
    shown = Message(**_fields(seen, workspace))
    is_long = body_chars is not None and len(shown.body) > body_chars
    return msgspec.structs.replace(shown, body=shown.body[:body_chars]) if is_long else shown


def letter(
    seen: Seen, workspace: str, *, reader: int, read: bool, archived: bool, overdue: bool
) -> Letter:
    """Return a message that its reader may see, with the reader's flags."""
    return Letter(
        **_fields(seen, workspace),
        receipt_id=receipt_id(seen.row.seq, reader),
        read=read,
        archived=archived,
        overdue=overdue or msgspec.UNSET,
    )


def state_of(trace: Trace, *, is_expired: bool) -> State:
    """Return the word people read: acknowledged, read, withdrawn, delivered, expired or pending."""
    if trace.acknowledged_at is not None:
        return "acknowledged"
    if trace.read_at is not None:
        return "read"
    if any(
        entry[3] in ("message.withdraw", "agent.dismiss")
        for entry in trace.evidence.get("archived", [])
    ):
        return "withdrawn"
    if is_expired:
        return "expired"
    return "delivered" if trace.delivered_at is not None else "pending"


def receipt(
    seq: int, who: Row, trace: Trace, *, is_expired: bool, answer: Answer | None = None
) -> Receipt:
    """Return a recipient's receipt, with its first visible answer as the last step."""
    by: list[dict[str, Any]] = [
        {
            "mark": mark,
            "instance": entry[0] or None,
            "at": to_text(entry[1]),
            "face": entry[2],
            "operation": entry[3],
            **({"evidence": entry[4]} if len(entry) > 4 else {}),
        }
        for mark, entries in trace.evidence.items()
        for entry in entries
    ]
    if answer is not None:
        by.append(
            {
                "mark": "answered",
                "instance": answer.instance,
                "at": to_text(answer.created_at),
                "operation": "message.send",
                "evidence": f"message {answer.id}",
            }
        )
    by.sort(key=lambda each: CHAIN.index(each["mark"]) if each["mark"] in CHAIN else len(CHAIN))
    return Receipt(
        receipt_id=receipt_id(seq, who[0]),
        agent=who[1],
        instance=who[2],
        kind=who[3],
        state=state_of(trace, is_expired=is_expired),
        delivered_at=to_text_or_none(trace.delivered_at),
        read_at=to_text_or_none(trace.read_at),
        acknowledged_at=to_text_or_none(trace.acknowledged_at),
        archived_at=to_text_or_none(trace.archived_at),
        by=by,
    )
