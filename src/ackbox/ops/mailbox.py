"""mailbox.list: everything that was sent to somebody, read or not.

Looking never marks. Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import Invalid, NotFound
from ackbox.model.message import Letter
from ackbox.model.name import MAILBOXES, nearest, parse_name
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.marking import receipt_reader
from ackbox.ops.rules.obligations import is_overdue
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.seeing import see
from ackbox.ops.rules.totals import counts
from ackbox.ops.table import Call, Context, Cursor, Limit, op
from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.messages import NEWEST
from ackbox.store.readers import Reader, nobody

# Messages that one call looks through.
MAX_LISTED = 10_000


class ListMail(Call, frozen=True, kw_only=True):
    """Mailbox to list, and filters."""

    of: (
        Annotated[
            str,
            Meta(
                max_length=512,
                description=("Owner of the mailbox, as agent or agent/instance (default: you)"),
            ),
        ]
        | None
    ) = None
    unread_only: Annotated[bool, Meta(description="Whether to leave out read messages")] = False
    include_archived: Annotated[bool, Meta(description="Whether to include archived messages")] = (
        False
    )
    counts_listed: Annotated[
        bool,
        Meta(description="Whether `total` leaves archived messages out when the list does"),
    ] = False
    exact: Annotated[
        bool, Meta(description="Whether `of` must have the exact spelling of a known name")
    ] = False
    sender: Annotated[str, Meta(max_length=512, description="Sender to filter by")] | None = None
    intent: Annotated[str, Meta(max_length=32, description="Intent to filter by")] | None = None
    limit: Limit = 30
    cursor: Cursor | None = None


class Mailbox(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a mailbox, newest first, with counts (up to 1,000)."""

    agent: Annotated[str, Meta(description="Owner of the mailbox")]
    messages: Annotated[list[Letter], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]
    total: Annotated[
        int, Meta(description="Number of messages in the mailbox (counted up to 1,000)")
    ]
    counts_capped: Annotated[bool, Meta(description="Whether a count stopped at 1,000")] = False
    known: Annotated[
        bool,
        Meta(
            description=(
                "Whether the name is registered; a look into a mailbox does not register it"
            )
        ),
    ] = True
    near: Annotated[
        list[str], Meta(description="Similar registered names, for a name that is not registered")
    ] = []


@op("mailbox.list", scope="read")
async def list_mail(context: Context, params: ListMail) -> Mailbox:
    """List the messages of one mailbox, newest first without marking anything.

    Each has its read and archived flags. The mailbox of an unregistered name is empty; listing it
    does not register the name.

    Raises BadCursor, NotFound (the mailbox of another agent in a private workspace), NotAllowed,
    Invalid and Conflict (`exact`).
    """
    me = await _whose(context, params)
    ws, store, wanted = context.workspace.ws, context.store, params.limit
    query = f"mailbox {me.reader}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    letters: list[Letter] = []
    looked_at = 0
    while len(letters) < wanted and looked_at < MAX_LISTED:
        looked_at += 200
        seqs = await store.mailbox_page(me, before=before, most=200)
        flags = await store.flags(me, seqs)
        for seq in seqs:
            before = seq
            letter = await _fitting(context, params, me, seq, flags[seq])
            if letter is not None:
                letters.append(letter)
            if len(letters) == wanted:
                break
        if len(seqs) < 200 and (not seqs or before == seqs[-1]):
            looked_at = 0
            break
    has_more = len(letters) == wanted or looked_at >= MAX_LISTED
    page = fitting(letters)
    if len(page) < len(letters):
        before, has_more = page[-1].seq, True
    shown = page[: context.fits(page).count]
    if len(shown) < len(page):
        before, has_more = shown[-1].seq, True
    unread, total = await counts(context, me)
    if params.counts_listed and not params.include_archived:
        total -= await store.count_archived(me, most=total, now=context.now)
    return Mailbox(
        agent=me.name,
        messages=shown,
        cursor=make_cursor(ws, query, before) if has_more else None,
        unread=min(unread, COUNTED_UP_TO),
        total=min(total, COUNTED_UP_TO),
        counts_capped=max(unread, total) > COUNTED_UP_TO,
        **await unknown_name(context, me),
    )


async def _whose(context: Context, params: ListMail) -> Reader:
    if params.of is None:
        return await context.me(params)
    # `instance` identifies the caller; the mailbox to list is in `of`.
    name, _, instance = params.of.partition("/")
    if params.exact:
        await _check_exact(context, name)
    if context.visible_to(None) is not None and name != context.identity(params)[0]:
        raise NotFound(f"There is no mailbox {params.of!r} that you may see.", field="of")
    reader = await context.store.reader(name, instance or None)
    if (reader is None or not reader.seen) and name == _own_name(context, params):
        # The first look into the caller's mailbox registers the caller.
        await context.me(params)
        reader = await context.store.reader(name, instance or None)
    return reader or nobody(name, instance or None, last=await context.store.last_seq())


async def _check_exact(context: Context, name: str) -> None:
    """Raise Invalid for what is no name, with the nearest known ones; Conflict for another
    spelling of a known name.
    """
    if name in MAILBOXES:
        return
    try:
        parse_name(name, "of")
    except Invalid as error:
        near = nearest(name.strip(), await context.store.known_names(), limit=1)
        if near:
            error.hint = f"{error.hint or ''} Did you mean {near[0]!r}?".lstrip()
            error.details["near"] = near
        raise
    await context.store.check_spelling(name, "of")


def _own_name(context: Context, params: ListMail) -> str | None:
    """Return the name that the caller has; null for a key without one that gives none."""
    has_none = params.agent is None and context.caller.agent is None and context.session is None
    return None if has_none else context.identity(params)[0]


async def _fitting(
    context: Context, params: ListMail, me: Reader, seq: int, flags: tuple[bool, bool]
) -> Letter | None:
    read, archived = flags
    if (params.unread_only and (read or archived)) or (archived and not params.include_archived):
        return None
    row = await context.store.message_at(seq)
    if row is None or (row.expires_at is not None and row.expires_at <= context.now):
        return None
    if params.sender not in (None, row.sender_name) or params.intent not in (None, row.intent):
        return None
    seen = await see(context, params, row)
    if seen is None:
        return None
    return show.letter(
        seen,
        context.workspace.name,
        reader=await receipt_reader(context, me, row),
        read=read,
        archived=archived,
        overdue=await is_overdue(context, row),
    )


async def unknown_name(context: Context, me: Reader) -> dict[str, Any]:
    """Return what a look says of a name that is not registered: so much, and names like it."""
    return (
        {}
        if me.seen
        else {"known": False, "near": nearest(me.name, await context.store.known_names())}
    )
