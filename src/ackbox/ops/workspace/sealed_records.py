"""Records of an import into a sealed workspace: nothing in them may be text that can be read.

Explained in docs/howto/back-up-and-move.md.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import msgspec

from ackbox.errors import Conflict, Invalid, SealedRequired
from ackbox.model.sealed import StoredEnvelope
from ackbox.model.sealing import PARAMS
from ackbox.ops.rules.sealing import EVIDENCE, roster_of
from ackbox.ops.table import Context
from ackbox.store.marks import evidence_in
from ackbox.store.rosters import Link

# Parts that a sealed workspace does not have, and what must be empty in the records of the others.
NOT_SEALED = ("schedule", "task", "note")
_EMPTY: dict[str, dict[str, Any]] = {
    "message": {"subject": None, "intent": "", "refs": "[]", "metadata": "{}"},
    "session": {"area": None, "files": [], "summary": None, "outcome": None, "touched": []},
}
# A signed acknowledgement, a reply, or what a hook has shown.
_BY_SERVER = re.compile(
    r"avs1_[A-Za-z0-9_-]{86}|reply [0-9a-f]{32}"
    r"|(?:(?:half_time|overdue), )?[\w.:@/-]+ [\w.:@/-]*, session [\w.:@/-]+"
)


async def check_records(
    context: Context, part: str, records: list[dict[str, Any]], *, only_look: bool
) -> list[Link | None]:
    """Check that the records of one part belong into this workspace; return the links of messages.

    Raises Conflict and Invalid for sealed records in a workspace that is not sealed, SealedRequired
    for text in one that is, and what the roster raises.
    """
    if not context.workspace.sealed:
        if part == "roster" or any(record.get("intent") == "" for record in records):
            raise Conflict(
                "The file holds sealed records, and this workspace is not sealed.",
                hint="Create a sealed workspace: workspace.create with `sealed`.",
                field="records",
                reason="plain",
            )
        return [None] * len(records)
    if part in NOT_SEALED and records:
        _refuse(part)
    for record in records:
        for field, empty in _EMPTY.get(part, {}).items():
            if record[field] != empty:
                _refuse(f"{part} with `{field}`")
        if part == "reader" and record["presence"] is not None:
            _check_card(record["presence"]["card"])
        if part == "message":
            _check_receipts(record["receipts"])
    if part == "roster" and not only_look:
        await _check_roster(context, records)
    return [_link(record) if part == "message" else None for record in records]


def _refuse(what: str) -> NoReturn:
    raise SealedRequired(
        f"The file holds a {what} that can be read, and this workspace is sealed.",
        hint="Import the file into a workspace that is not sealed.",
        field="records",
        reason="sealed_required",
    )


def _check_card(card: str) -> None:
    try:
        known = msgspec.json.decode(card, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise _unreadable("card", error) from None
    sealed = PARAMS["agent.check_in"].sealed & {key for key, value in known.items() if value}
    if sealed:
        _refuse(f"reader with `{min(sealed)}`")


def _check_receipts(receipts: list[dict[str, Any]]) -> None:
    """Refuse evidence other than what a sealed workspace accepts or its server writes."""
    for receipt in receipts:
        try:
            texts = evidence_in(receipt["evidence"])
        except msgspec.MsgspecError as error:
            raise _unreadable("receipt", error) from None
        for text in texts:
            if not _is_evidence(text):
                _refuse(f"receipt with the evidence {text!r}")


def _unreadable(what: str, error: Exception) -> Invalid:
    return Invalid(
        f"The file holds a {what} that cannot be read: {error}.",
        hint="Import the file unchanged.",
        field="records",
    )


def _is_evidence(text: str) -> bool:
    return text in EVIDENCE or _BY_SERVER.fullmatch(text) is not None


def _link(record: dict[str, Any]) -> Link:
    """Return what binds a message to its sender, read from its envelope. Raises Invalid."""
    from ackbox.vault import envelope

    try:
        kept = msgspec.json.decode(record["body"], type=StoredEnvelope)
        received = msgspec.convert(msgspec.to_builtins(kept.for_member(None)), envelope.Received)
    except msgspec.MsgspecError as error:
        raise _damaged(record, str(error)) from None
    head = envelope.parse_header(received.header)
    if head.id != record["id"]:
        raise _damaged(record, "its header has another id")
    return Link(head.sender, head.counter, envelope.hash_of(received))


def _damaged(record: dict[str, Any], why: str) -> Invalid:
    return Invalid(
        f"The message {record['id']} is no sealed message: {why}.",
        hint="Import the file unchanged.",
        field="records",
        reason="envelope",
    )


async def _check_roster(context: Context, records: list[dict[str, Any]]) -> None:
    """Check that the records continue the roster that is here, or are part of it."""
    from ackbox.vault import roster as rosters

    known = await roster_of(context)
    for record in records:
        signed = rosters.Record(bytes.fromhex(record["body"]), bytes.fromhex(record["signature"]))
        hash, position = rosters.record_hash(signed), record["number"] - 1
        if known is not None and position <= known.position:
            if known.hashes[position] != hash:
                raise Conflict(
                    f"Record {position} of the roster is another one here.",
                    hint="Import into an empty workspace, or into the exported one.",
                    field="records",
                    reason="record",
                )
            continue
        known = rosters.apply(known, signed)
        if known.position != position or known.head.hex() != record["hash"]:
            raise Invalid(
                f"The record at position {position} of the roster is out of place.",
                hint="Import the file unchanged.",
                field="records",
                reason="record",
            )
