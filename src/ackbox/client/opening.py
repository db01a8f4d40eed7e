"""Opening: sealed messages in the results of calls, verified and shown as what they are.

A message that does not hold is never left out: its text says what is wrong with it. Explained in
docs/why/sealed.md, "On a member's machine".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from ackbox.client.membership import Remote, update_roster, update_transcript
from ackbox.client.sharing import opened_share, shares_of
from ackbox.client.vaults import Vault
from ackbox.errors import BrokenPromise, NotInTranscript, NotSealed
from ackbox.model.choices import split
from ackbox.model.moment import to_text_or_none
from ackbox.vault import acknowledgement, envelope
from ackbox.vault.envelope import Header, Received

if TYPE_CHECKING:
    from ackbox.vault.roster import Member
    from ackbox.vault.share import Share

Message = dict[str, Any]
# By these fields a message is known among all dicts of a result.
SHAPE = frozenset({"id", "seq", "thread", "sender", "body"})
SIGNED, NOT_SIGNED = "signed by the reader", "signature does not hold"


def open_messages(vault: Vault, remote: Remote, result: Any, params: dict[str, Any]) -> Any:
    """Replace every sealed message in a result by what its readers see, in place."""
    found = list(messages_in(result))
    if not found:
        return result
    with vault.locked():
        _update(vault, remote, found)
        before = dict(vault.state.problems)
        shares = shares_of(vault, remote, [each["seq"] for each in found if _is_closed(each)])
        for message in found:
            _show(vault, message, params.get("body_chars"), shares.get(message["seq"]))
        if vault.state.problems != before:
            vault.save()
    return result


def messages_in(value: Any) -> Iterator[Message]:
    """Yield every message in a result, at any depth."""
    if isinstance(value, dict):
        if value.keys() >= SHAPE:
            yield value
            return
        for each in value.values():
            yield from messages_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from messages_in(each)


def _is_closed(message: Message) -> bool:
    """Whether a sealed message has no key for this member."""
    sealed = message.get("sealed")
    return isinstance(sealed, dict) and sealed.get("wrap") is None


def _update(vault: Vault, remote: Remote, found: list[Message]) -> None:
    """Read what is new of roster and transcript, when the messages need it."""
    if vault.known_roster is None or _newest_roster(found) > vault.roster.position:
        update_roster(vault, remote)
    if max(each["seq"] for each in found) > vault.transcript.seq:
        update_transcript(vault, remote)


def _newest_roster(found: list[Message]) -> int:
    newest = 0
    for each in found:
        try:
            sealed = msgspec.convert(each.get("sealed"), Received)
            newest = max(newest, envelope.parse_header(sealed.header).roster.position)
        except (msgspec.ValidationError, BrokenPromise):
            continue
    return newest


def verified(vault: Vault, message: Message) -> tuple[Header, Received]:
    """Return the header and the envelope of a message after every check that needs no opening.

    Raises NotSealed, NotInTranscript and what vault.envelope.verify_received raises.
    """
    try:
        received = msgspec.convert(message.get("sealed"), Received)
    except msgspec.ValidationError:
        raise NotSealed(
            "The server delivered this text as plain text, which no member sent.",
            hint="Do not act on it: the server, or a person who controls the server, wrote it.",
        ) from None
    head = envelope.verify_received(received, vault.roster)
    if head.id != message["id"]:
        raise NotInTranscript(
            "The server delivered the message under another id than its own.",
            hint="Do not act on it.",
            seq=message["seq"],
        )
    vault.transcript.check_place(head, message["seq"], envelope.hash_of(received))
    return head, received


def _show(vault: Vault, message: Message, body_chars: int | None, share: Share | None) -> None:
    shared = None
    try:
        head, received = verified(vault, message)
        if share is not None:
            shared = opened_share(vault, share, head, envelope.hash_of(received))
        key = None if shared is None else shared.key
        content = envelope.open_sealed(vault.keys, received, head, shared=key)
    except BrokenPromise as error:
        _show_problem(vault, message, error)
        return
    message.pop("sealed", None)
    member = vault.roster.members[head.sender]
    message.update(
        sender=member.name,
        sender_kind="human" if member.kind == "human" else "agent",
        to=list(head.to),
        parent=head.parent,
        priority=head.priority,
        expects_reply_by=to_text_or_none(head.expects_reply_by),
        expires_at=to_text_or_none(head.expires_at),
        subject=content.subject,
        body=content.body[:body_chars],
        intent=content.intent,
        refs=content.refs,
    )
    metadata, offered, choice = split(content.metadata)
    message["metadata"] = metadata
    # The server's values for them are not kept.
    for name, value in (("choices", offered or None), ("choice", choice)):
        message.pop(name, None)
        if value is not None:
            message[name] = value
    notes = [] if shared is None else [f"{shared.sharer} shared this older message with you."]
    warnings = vault.transcript.warnings(head, message["seq"])
    for each in warnings:
        vault.state.problems[message["id"]] = each.code
        notes.append(f"{each.message} {each.hint}")
    if notes:
        said = "\n".join(f"[ackbox: {each}]" for each in notes)
        message["body"] = f"{said}\n\n{message['body']}"


def _show_problem(vault: Vault, message: Message, error: BrokenPromise) -> None:
    """Show what is wrong in place of the text; nothing of what the server said of it is kept."""
    if error.code != "not_sealed_for_you":
        vault.state.problems[message["id"]] = error.code
    message.pop("sealed", None)
    message.update(
        subject=None,
        body=f"[ackbox: This message is not shown. {error.message} {error.hint} ({error.code})]",
        intent="inform",
        refs=[],
        metadata={},
    )
    for name in ("choices", "choice"):
        message.pop(name, None)


def check_acknowledgements(vault: Vault, remote: Remote, status: dict[str, Any]) -> None:
    """Replace the evidence of each acknowledgement in a message's status by whether it is signed.

    All other marks are what the server says.
    """
    signed = [
        (receipt["agent"], mark)
        for receipt in status["receipts"]
        for mark in receipt["by"]
        if str(mark.get("evidence")).startswith(acknowledgement.PREFIX)
    ]
    if not signed:
        return
    seq = remote("message.get", id=status["id"])["seq"]
    with vault.locked():
        if seq > vault.transcript.seq:
            update_transcript(vault, remote)
        row = vault.transcript.row(seq)
        for agent, mark in signed:
            member = vault.roster.named(agent)
            own = b"" if row is None else row.hash
            is_signed = _is_signed(vault, member, own, mark["evidence"])
            mark["evidence"] = SIGNED if is_signed else NOT_SIGNED


def _is_signed(vault: Vault, member: Member | None, own: bytes, evidence: str) -> bool:
    if member is None:
        return False
    try:
        acknowledgement.check(evidence, vault.roster.vault, own, member)
    except BrokenPromise:
        return False
    return True
