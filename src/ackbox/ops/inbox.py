"""inbox.check, inbox.wait: reading what is unread.

Looking never marks, unless the call asks for it. Explained in docs/why/receipts.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.model.message import Letter
from ackbox.model.moment import parse_moment
from ackbox.model.receipt import Mark
from ackbox.ops.mailbox import unknown_name
from ackbox.ops.message.send import has_metadata
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.in_progress import UnderWay, under_way
from ackbox.ops.rules.marking import (
    addressed_readers,
    find_targets,
    mark_one,
    note_marked,
    receipt_readers,
)
from ackbox.ops.rules.paging import REPLY_BYTES
from ackbox.ops.rules.seeing import see_each
from ackbox.ops.rules.totals import counts
from ackbox.ops.table import Call, Context, Cursor, Limit, op
from ackbox.store.marks import COUNTED_UP_TO, Trace
from ackbox.store.messages import NEWEST, Stored
from ackbox.store.readers import Reader

BODY_BYTES = 40_000
GO_ON = {True: "go on with the cursor", False: "mark them, then look again"}
# Messages read at a time while narrowing, and in one call; whoever looks for more goes on with the
# cursor.
LOOKED_AT = 1_000
MOST_LOOKED_AT = 50_000


Looked = Literal["unread", "pending", "delivered", "acknowledged"]


class Check(Call, frozen=True, kw_only=True):
    """How to check for unread post."""

    limit: Limit = 50
    cursor: Cursor | None = None
    mark: Annotated[
        Literal["none", "delivered", "read"],
        Meta(description="Mark what is returned, in the same transaction"),
    ] = "none"
    urgent_first: Annotated[
        bool, Meta(description="Highest priority first instead of oldest first")
    ] = False
    newest: Annotated[
        bool, Meta(description="The newest instead of the oldest; these oldest first all the same")
    ] = False
    max_body_bytes: Annotated[
        int,
        Meta(ge=1000, le=1_000_000, description="Body text in one reply; cut at a whole message"),
    ] = BODY_BYTES
    evidence: (
        Annotated[
            str,
            Meta(
                max_length=200,
                description="What carried the post to its reader, kept with the mark",
            ),
        ]
        | None
    ) = None
    since: (
        Annotated[
            str,
            Meta(description="Only messages after this time: RFC 3339, or 2h, 3d, yesterday 9:00"),
        ]
        | None
    ) = None
    metadata: Annotated[
        dict[str, Any],
        Meta(description="Only messages whose metadata has these values; {} narrows nothing"),
    ] = {}
    state: Annotated[
        Looked,
        Meta(description="pending: not handed over yet; delivered: handed over, not acknowledged"),
    ] = "unread"
    intent: Annotated[str, Meta(max_length=32, description="Only with this intent")] | None = None
    direct_only: Annotated[bool, Meta(description="Leave out what is for everyone")] = False
    with_tasks: Annotated[
        bool, Meta(description="Also tell what you are at work on, and what others are for you")
    ] = False


class Wait(Check, frozen=True, kw_only=True):
    """How to wait for unread post."""

    wait_s: Annotated[
        float, Meta(ge=0, le=50, description="Seconds to wait when there is none")
    ] = 30


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Unread post, the cursor to go on, and counts of the whole mailbox (up to 1,000)."""

    messages: Annotated[list[Letter], Meta(description="Unread messages")]
    cursor: Annotated[str | None, Meta(description="To go on with this look")]
    has_more: Annotated[bool, Meta(description="Whether there is more")]
    unread: Annotated[int, Meta(description="Unread messages, up to 1,000")]
    total: Annotated[int, Meta(description="Messages in the mailbox, up to 1,000")]
    counts_capped: Annotated[bool, Meta(description="Whether a count stopped at 1,000")] = False
    notice: Annotated[
        str | None,
        Meta(description="What was left out, or the workspace's words for there being nothing"),
    ] = None
    known: Annotated[
        bool,
        Meta(
            description=(
                "Whether that name is registered; a glance from the command line registers nobody"
            )
        ),
    ] = True
    near: Annotated[list[str], Meta(description="Registered names like it, when it is not")] = []
    under_way: Annotated[
        UnderWay | None,
        Meta(description="Tasks in progress, when asked for; null when there are none"),
    ] = None


@op("inbox.check", scope="read", writes=lambda params: params.mark != "none")
async def check(context: Context, params: Check) -> Checked:
    """Return the caller's unread post, oldest first.

    Gives at most `limit` messages and `max_body_bytes` of body text, cutting at a whole message
    and saying so. Unread post comes back on every check until it is marked; `cursor` only goes
    on to the rest of this look. `since`, `metadata`, `intent`, `direct_only` and `state` narrow
    what
    is shown, not the counts; of what was handed over before, the newest 1,000 messages are looked
    through.

    Raises Invalid, BadCursor, NotAllowed. Source: docs/why/delivery.md, "At least once".
    """
    me = await context.me(params)
    ws, store = context.workspace.ws, context.store
    after = 0 if params.cursor is None else read_cursor(ws, f"inbox {me.reader}", params.cursor)
    goes_on = not (params.urgent_first or params.newest)
    most = params.limit + 1 if goes_on else COUNTED_UP_TO
    is_narrowed = (
        params.since is not None
        or bool(params.metadata)
        or params.intent is not None
        or params.direct_only
        or params.state != "unread"
    )
    seqs, looked_to = (
        await _narrowed(context, params, me, after, most)
        if is_narrowed
        else (await _all(context, params, me, after, most), None)
    )
    rows = await _rows(context, params, seqs)
    page = _within(rows, params)
    # A first look that found fewer than it may give has found all there is.
    is_all = params.cursor is None and not is_narrowed and len(seqs) <= params.limit
    unread, total = await counts(context, me, unread=len(seqs) if is_all else None)
    flags = {} if params.state == "unread" else await store.flags(me, [row.seq for row in page])
    readers = await receipt_readers(context, me, page)
    letters = [
        show.letter(
            seen,
            context.workspace.name,
            reader=readers[seen.row.seq],
            read=flags.get(seen.row.seq, (False,))[0],
            archived=False,
        )
        for seen in await see_each(context, params, page)
    ]
    # What one answer of the face does not hold is neither marked nor passed by the cursor; what it
    # shows only in part is not marked.
    fitted = context.fits(letters)
    page, letters = page[: fitted.count], letters[: fitted.count]
    is_cut = len(seqs) > len(page)
    has_more = is_cut or looked_to is not None
    upto = (
        max((row.seq for row in page), default=after) if is_cut or looked_to is None else looked_to
    )
    whole = [row for row in page if row.id not in fitted.begun]
    if params.mark != "none" and whole:
        await _mark_page(context, me, whole, params)
    return Checked(
        messages=letters,
        unread=min(unread, COUNTED_UP_TO),
        total=min(total, COUNTED_UP_TO),
        counts_capped=max(unread, total) > COUNTED_UP_TO,
        has_more=has_more,
        cursor=(
            make_cursor(ws, f"inbox {me.reader}", upto)
            if upto > after and goes_on
            else params.cursor
        ),
        notice=(
            f"{len(page)} of {len(seqs)}{'+' if len(seqs) > params.limit else ''} shown;"
            f" {GO_ON[goes_on]}."
            if is_cut
            else (
                f"Looked through {MOST_LOOKED_AT:,} messages; go on with the cursor."
                if has_more
                else None
                if page
                else context.workspace.settings.get("empty_inbox_text") or None
            )
        ),
        under_way=await under_way(context, me) if params.with_tasks else None,
        **await unknown_name(context, me),
    )


@op(
    "inbox.wait",
    scope="read",
    writes=lambda params: params.mark != "none",
    is_done=lambda result: bool(result.messages) or result.has_more,
)
async def wait(context: Context, params: Wait) -> Checked:
    """Wait for unread post, up to `wait_s` seconds; returns at once when there is some.

    Otherwise as inbox.check. An empty reply is not an error: ask again.
    """
    return await check(context, params)


async def _all(context: Context, params: Check, me: Reader, after: int, most: int) -> list[int]:
    if params.state in ("delivered", "acknowledged"):
        return await _handed_over(context, params, me, after, most)
    return await context.store.unmarked(
        me,
        "delivered" if params.state == "pending" else "read",
        after=after,
        most=most,
        now=context.now,
    )


async def _handed_over(
    context: Context, params: Check, me: Reader, after: int, most: int
) -> list[int]:
    """Return the seqs that the caller was handed and has, or has not, acknowledged.

    Archived and expired ones are left out.
    """
    store, wanted = context.store, params.state == "acknowledged"
    seqs = [
        seq
        for seq in await store.mailbox_page(me, before=NEWEST, most=COUNTED_UP_TO)
        if seq > after
    ]
    flags, found = await store.flags(me, seqs), []
    rows = await store.messages_at([seq for seq in reversed(seqs) if not flags[seq][1]])
    readers = await addressed_readers(context, me, rows)
    for row in rows:
        trace = await store.trace(row.seq, readers[row.seq])
        is_gone = row.expires_at is not None and row.expires_at <= context.now
        if (
            _has(trace, "delivered", me)
            and _has(trace, "acknowledged", me) == wanted
            and not is_gone
        ):
            found.append(row.seq)
    return found[:most]


async def _narrowed(
    context: Context, params: Check, me: Reader, after: int, most: int
) -> tuple[list[int], int | None]:
    """Return the first unread seqs whose messages fit.

    And how far this call has looked, when there is more to look through.
    """
    since = (
        0 if params.since is None else parse_moment(params.since, field="since", now=context.now)
    )
    found: list[int] = []
    looked_at = 0
    while len(found) < most and looked_at < MOST_LOOKED_AT:
        seqs = await _all(context, params, me, after, LOOKED_AT)
        rows = await context.store.fitting(
            seqs, since=since, intent=params.intent, direct_only=params.direct_only
        )
        found += [seq for seq, metadata in rows if has_metadata(metadata, params.metadata)]
        if len(seqs) < LOOKED_AT:
            return sorted(found)[:most], None
        after, looked_at = seqs[-1], looked_at + len(seqs)
    return sorted(found)[:most], after if len(found) < most else None


async def _rows(context: Context, params: Check, seqs: list[int]) -> list[Stored]:
    if params.newest:
        seqs = seqs[-params.limit :]
    rows = await context.store.messages_at(seqs if params.urgent_first else seqs[: params.limit])
    if params.urgent_first:
        rows.sort(key=lambda row: (-row.priority, row.seq))
    return rows[: params.limit]


def _within(rows: list[Stored], params: Check) -> list[Stored]:
    """Cut at a whole message; the first always fits, so that a reader gets on."""
    size = 0
    page: list[Stored] = []
    whole = 0
    for row in rows:
        body = len(row.body) if row.body.isascii() else len(row.body.encode())
        size += body
        whole += 500 + body + len(row.refs) + len(row.metadata)
        if page and (size > params.max_body_bytes or whole > REPLY_BYTES):
            break
        page.append(row)
    return page


def _has(trace: Trace, mark: str, me: Reader) -> bool:
    """Whether a reader has set a mark: an instance by itself or by its agent, an agent by any
    of its instances.
    """
    entries = trace.evidence.get(mark, [])
    return bool(entries) if me.is_agent else any(known[0] in ("", me.instance) for known in entries)


async def _mark_page(context: Context, me: Reader, page: list[Stored], params: Check) -> None:
    mark: Mark = "read" if params.mark == "read" else "delivered"
    changed = []
    for row in page:
        for target in await find_targets(context, me, row):
            if await mark_one(context, me, target, mark, evidence=params.evidence):
                changed.append(row.seq)
    if changed:
        await note_marked(context, me, mark, changed)
