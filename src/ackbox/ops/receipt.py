"""receipt.mark: saying what became of a message. Explained in docs/why/receipts.md."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.model.receipt import Mark
from ackbox.ops.rules.marking import (
    Target,
    asked_messages,
    find_named,
    find_targets,
    look_ahead,
    mark_each,
    marker_of,
    recipient_of,
)
from ackbox.ops.rules.sealing import check_evidence
from ackbox.ops.table import Call, Context, op
from ackbox.store.engine import Queries
from ackbox.store.readers import Reader
from ackbox.store.store import Store


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


def _foresee(store: Store, params: MarkMail, name: str | None) -> Queries:
    return asked_messages(store, params.ids)


@op(
    "receipt.mark",
    scope="write",
    writes=True,
    joins=lambda params: "alone" if params.as_recipient else "marks",
    foresees=_foresee,
)
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
    named = {id: await find_named(context, id) for id in params.ids}
    if caller is not None:
        await look_ahead(context, caller, [row for each in named.values() for row in each.all])
    batch = Batch()
    for id, what in named.items():
        me = (
            await recipient_of(context, id)
            if caller is None
            else await marker_of(context, caller, id)
        )
        targets = [] if me is None else await find_targets(context, me, what)
        if context.workspace.sealed and params.evidence is not None and me is not None:
            for target in targets:
                await check_evidence(context, me, target.row, params.mark, params.evidence)
        if params.or_refuse and not targets:
            raise NotFound(
                "There is no such message in your mailbox.",
                hint="Use an id that a reading call returned.",
                field="ids",
            )
        if me is None or not targets:
            outcome["not_found"].append(id)
            continue
        if not batch.fits(me, targets):
            await _mark_all(context, params, batch, outcome)
            batch = Batch()
        batch.add(id, me, targets)
    await _mark_all(context, params, batch, outcome)
    order = {id: place for place, id in enumerate(params.ids)}
    return Marked(
        mark=params.mark,
        **{name: sorted(ids, key=lambda id: order[id]) for name, ids in outcome.items()},
    )


class Batch:
    """Ids that are marked together: of one reader, each receipt once."""

    def __init__(self) -> None:
        self.me: Reader | None = None
        self.named: list[tuple[str, list[Target]]] = []
        self._receipts: set[tuple[int, int]] = set()

    def fits(self, me: Reader, targets: list[Target]) -> bool:
        """Whether these can be marked together with the others."""
        return self.me in (None, me) and self._receipts.isdisjoint(map(_receipt, targets))

    def add(self, id: str, me: Reader, targets: list[Target]) -> None:
        """Mark these too."""
        self.me = me
        self.named.append((id, targets))
        self._receipts.update(map(_receipt, targets))


def _receipt(target: Target) -> tuple[int, int]:
    return target.row.seq, target.addressed


async def _mark_all(
    context: Context, params: MarkMail, batch: Batch, outcome: dict[str, list[str]]
) -> None:
    if batch.me is None:
        return
    targets = [target for _, targets in batch.named for target in targets]
    did = iter(await mark_each(context, batch.me, targets, params.mark, evidence=params.evidence))
    for id, own in batch.named:
        has_changed = any([next(did) for _ in own])
        outcome["changed" if has_changed else "unchanged"].append(id)
