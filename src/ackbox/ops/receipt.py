"""receipt.mark: saying what became of a message. Explained in docs/why/receipts.md."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.model.receipt import Mark
from ackbox.ops.rules.marking import find_targets, mark_one, marker_of, note_marked, recipient_of
from ackbox.ops.rules.sealing import check_evidence
from ackbox.ops.table import Call, Context, op
from ackbox.store.readers import Reader


class MarkMail(Call, frozen=True, kw_only=True):
    """Receipts to mark, and the mark."""

    mark: Annotated[Mark, Meta(description="Mark to set or clear")]
    ids: Annotated[
        list[Annotated[str, Meta(max_length=64)]],
        Meta(
            min_length=1,
            max_length=500,
            description="Message ids, message numbers such as #42, or receipt ids (1 to 500)",
        ),
    ]
    as_recipient: Annotated[
        bool,
        Meta(
            description=(
                "Whether to mark as the recipient of each receipt id, where the key may speak as it"
            )
        ),
    ] = False
    evidence: (
        Annotated[
            str,
            Meta(
                max_length=200,
                description="Delivery evidence, such as the channel; stored with the mark",
            ),
        ]
        | None
    ) = None
    or_refuse: Annotated[
        bool,
        Meta(
            description=(
                "Whether to mark nothing and fail with not_found if an id is not in your mailbox"
            )
        ),
    ] = False


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """Ids that changed, that had the mark already, and that are not in the caller's mailbox."""

    mark: Annotated[Mark, Meta(description="Requested mark")]
    changed: Annotated[list[str], Meta(description="Ids that changed")]
    unchanged: Annotated[list[str], Meta(description="Ids that had the mark already")]
    not_found: Annotated[list[str], Meta(description="Ids that are not in your mailbox")]


@op("receipt.mark", scope="write", writes=True)
async def mark(context: Context, params: MarkMail) -> Marked:
    """Mark messages as read, acknowledged or archived, or undo it.

    Marks are delivered, read, unread, acknowledged, archived and unarchived; `ids` holds message or
    receipt ids. The first time counts: marking again changes nothing and is no error. Acknowledged
    implies read, read implies delivered. An instance marks for that instance only; a caller without
    an instance marks for all instances or, with the receipt id of one instance, for that one. Ids
    that are not in the caller's mailbox come back in `not_found`; with `as_recipient` so do
    receipts of names that the key may not speak as.

    Raises NotFound with `or_refuse`.
    """
    caller = None if params.as_recipient else await context.me(params)
    outcome: dict[str, list[str]] = {"changed": [], "unchanged": [], "not_found": []}
    changes: dict[Reader, list[int]] = {}
    for id in dict.fromkeys(params.ids):
        me = (
            await recipient_of(context, id)
            if caller is None
            else await marker_of(context, caller, id)
        )
        targets = [] if me is None else await find_targets(context, me, id)
        if context.workspace.sealed and params.evidence is not None and me is not None:
            for target in targets:
                await check_evidence(context, me, target.row, params.mark, params.evidence)
        did = [
            await mark_one(context, me, target, params.mark, evidence=params.evidence)
            for target in targets
            if me is not None
        ]
        if params.or_refuse and not targets:
            raise NotFound(
                "There is no such message in your mailbox.",
                hint="Use an id that a reading call returned.",
                field="ids",
            )
        outcome["not_found" if not targets else "changed" if any(did) else "unchanged"].append(id)
        for target, changed in zip(targets, did, strict=True):
            if changed and me is not None:
                changes.setdefault(me, []).append(target.row.seq)
    for reader, seqs in changes.items():
        await note_marked(context, reader, params.mark, seqs)
    return Marked(mark=params.mark, **outcome)
