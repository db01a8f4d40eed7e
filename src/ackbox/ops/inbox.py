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
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.in_progress import UnderWay, under_way
from ackbox.ops.rules.marking import (
    addressed_readers,
    find_targets,
    look_ahead,
    mark_each,
    receipt_readers,
)
from ackbox.ops.rules.metadata import has_metadata
from ackbox.ops.rules.obligations import overdue_among
from ackbox.ops.rules.paging import REPLY_BYTES
from ackbox.ops.rules.seeing import see_each
from ackbox.ops.rules.totals import counts
from ackbox.ops.table import Call, Context, Cursor, Limit, op
from ackbox.store.engine import Joins, Queries
from ackbox.store.marks import COUNTED_UP_TO, Trace
from ackbox.store.messages import NEWEST, Stored
from ackbox.store.readers import Reader

BODY_BYTES = 40_000
CONTINUE = {True: "continue with the cursor", False: "mark them, then check again"}
# Messages read at a time while filtering, and maximum in one call; the cursor continues after it.
LOOKED_AT = 1_000
MAX_LOOKED_AT = 50_000


Looked = Literal["unread", "pending", "delivered", "acknowledged"]


class Check(Call, frozen=True, kw_only=True):
    """Options for checking an inbox."""

    limit: Limit = 50
    cursor: Cursor | None = None
    mark: Annotated[
        Literal["none", "delivered", "read"],
        Meta(description="Mark to set on the returned messages, in the same transaction"),
    ] = "none"
    urgent_first: Annotated[
        bool, Meta(description="Whether to return the highest priority first (of the oldest 1,000)")
    ] = False
    newest: Annotated[
        bool,
        Meta(
            description=(
                "Whether to return the newest messages instead of the oldest, still in order of "
                "time"
            )
        ),
    ] = False
    max_body_bytes: Annotated[
        int,
        Meta(
            ge=1000,
            le=1_000_000,
            description="Maximum bytes of body text to return; no message is split",
        ),
    ] = BODY_BYTES
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
    since: (
        Annotated[
            str,
            Meta(description="Earliest time, exclusive: RFC 3339, or 2h, 3d, yesterday 9:00"),
        ]
        | None
    ) = None
    metadata: Annotated[
        dict[str, Any],
        Meta(description="Metadata values to filter by; {} for no filter"),
    ] = {}
    state: Annotated[
        Looked,
        Meta(
            description=(
                "State to filter by; pending: not delivered yet; delivered: not acknowledged yet"
            )
        ),
    ] = "unread"
    intent: Annotated[str, Meta(max_length=32, description="Intent to filter by")] | None = None
    direct_only: Annotated[bool, Meta(description="Whether to leave out broadcasts")] = False
    with_tasks: Annotated[
        bool,
        Meta(
            description=(
                "Whether to include the tasks in progress: yours, and those others work on for you"
            )
        ),
    ] = False


class Wait(Check, frozen=True, kw_only=True):
    """Options for waiting for messages."""

    wait_s: Annotated[
        float, Meta(ge=0, le=50, description="Seconds to wait for a message (0 to 50)")
    ] = 30


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Unread messages, a cursor, and counts of the mailbox (up to 1,000)."""

    messages: Annotated[list[Letter], Meta(description="Unread messages")]
    cursor: Annotated[str | None, Meta(description="Cursor for the next page")]
    has_more: Annotated[bool, Meta(description="Whether there are more messages")]
    unread: Annotated[int, Meta(description="Number of unread messages (counted up to 1,000)")]
    total: Annotated[
        int, Meta(description="Number of messages in the mailbox (counted up to 1,000)")
    ]
    counts_capped: Annotated[bool, Meta(description="Whether a count stopped at 1,000")] = False
    notice: Annotated[
        str | None,
        Meta(
            description="Notice about messages left out, or the workspace's text for an empty inbox"
        ),
    ] = None
    known: Annotated[
        bool,
        Meta(description=("Whether the name is registered; a read-only look does not register it")),
    ] = True
    near: Annotated[
        list[str], Meta(description="Similar registered names, for a name that is not registered")
    ] = []
    under_way: Annotated[
        UnderWay | None,
        Meta(description="Tasks in progress, with `with_tasks`; null for none"),
    ] = None


def _joins(params: Check) -> Joins:
    return "marks"


@op("inbox.check", scope="read", writes=lambda params: params.mark != "none", joins=_joins)
async def check(context: Context, params: Check) -> Checked:
    """Return the caller's unread messages, oldest first.

    Returns at most `limit` messages and `max_body_bytes` of body text, without splitting a message.
    Unread messages come back on every check until they are marked; `cursor` only pages through one
    look. `since`, `metadata`, `intent`, `direct_only` and `state` filter the messages, not the
    counts. The states `delivered` and `acknowledged` search the newest 1,000 messages.

    Raises Invalid, BadCursor, NotAllowed. Source: docs/why/delivery.md, "At least once".
    """
    return await _check(context, params, await context.me(params))


async def _check(context: Context, params: Check, me: Reader) -> Checked:
    name = f"inbox {me.reader}"
    after = 0 if params.cursor is None else read_cursor(context.workspace.ws, name, params.cursor)
    await context.store.ahead(lambda: _asked_first(context, params, me, after))
    seqs, looked_to = await _seqs(context, params, me, after)
    await context.store.ahead(lambda: _asked_of(context, params, me, seqs))
    page = _within(await _rows(context, params, seqs), params)
    # A first look that finds fewer than its limit has found all there is.
    is_all = params.cursor is None and not _is_narrowed(params) and len(seqs) <= params.limit
    unread, total = await counts(context, me, unread=len(seqs) if is_all else None)
    letters = await _letters(context, params, me, page)
    # Messages that one answer of the face does not hold are neither marked nor passed by the
    # cursor; those that it shows only in part are not marked.
    fitted = context.fits(letters)
    page, letters = page[: fitted.count], letters[: fitted.count]
    is_cut = len(seqs) > len(page)
    upto = (
        max((row.seq for row in page), default=after) if is_cut or looked_to is None else looked_to
    )
    shown = [row for row in page if row.id not in fitted.begun]
    if params.mark != "none" and shown:
        await _mark_page(context, me, shown, params)
    return Checked(
        messages=letters,
        unread=min(unread, COUNTED_UP_TO),
        total=min(total, COUNTED_UP_TO),
        counts_capped=max(unread, total) > COUNTED_UP_TO,
        has_more=is_cut or looked_to is not None,
        cursor=(
            make_cursor(context.workspace.ws, name, upto)
            if upto > after and _is_in_order(params)
            else params.cursor
        ),
        notice=_notice(context, params, len(page), len(seqs), has_looked=looked_to is not None),
        under_way=await under_way(context, me) if params.with_tasks else None,
        **await unknown_name(context, me),
    )


def _asked_first(context: Context, params: Check, me: Reader, after: int) -> Queries:
    """Return what a check asks at once: the page, and the counts."""
    store, now = context.store, context.now
    known = context.totals.guess(context.workspace.ws, me.reader, now=now)
    asked = [store.query("last_seq"), store.asked_post(me, after=known, now=now)]
    if params.state == "unread":
        most = params.limit + 1 if _is_in_order(params) else COUNTED_UP_TO
        asked += [
            store.asked_unmarked(me, "read", after=after, most=most, now=now),
            store.asked_unmarked(me, "read", after=0, most=COUNTED_UP_TO + 1, now=now),
        ]
    return asked


def _asked_of(context: Context, params: Check, me: Reader, seqs: list[int]) -> Queries:
    """Return what a check asks about the messages of its page."""
    store = context.store
    page = seqs[: params.limit] if _is_in_order(params) else seqs
    if not page:
        return []
    asked = [*store.asked_at(page), *(store.asked_addressed(me.agent, page) if me.is_agent else ())]
    visible_to = context.visible_to(me)
    if visible_to is not None:
        asked.append(store.asked_visible(page, to=visible_to))
    if params.mark != "none":
        asked += store.asked_marks(
            me, [(seq, is_for_everyone) for seq in page for is_for_everyone in (False, True)]
        )
    return asked


def _is_in_order(params: Check) -> bool:
    """Whether messages come oldest first, so that a cursor can go on from them."""
    return not (params.urgent_first or params.newest)


def _is_narrowed(params: Check) -> bool:
    return (
        params.since is not None
        or bool(params.metadata)
        or params.intent is not None
        or params.direct_only
        or params.state != "unread"
    )


async def _seqs(
    context: Context, params: Check, me: Reader, after: int
) -> tuple[list[int], int | None]:
    """Return the seqs to choose a page from, and how far the search went if it stopped early."""
    most = params.limit + 1 if _is_in_order(params) else COUNTED_UP_TO
    if _is_narrowed(params):
        wanted = MAX_LOOKED_AT if params.newest else most
        found, looked_to = await _narrowed(context, params, me, after, wanted)
        return found[-COUNTED_UP_TO:] if params.newest else found, looked_to
    if params.newest:
        return await _newest(context, params, me, after), None
    return await _all(context, params, me, after, most), None


async def _newest(context: Context, params: Check, me: Reader, after: int) -> list[int]:
    """Return the newest seqs, oldest first."""
    found: list[int] = []
    while page := await _all(context, params, me, after, LOOKED_AT):
        found, after = [*found, *page][-COUNTED_UP_TO:], page[-1]
        if len(page) < LOOKED_AT:
            break
    return found


async def _letters(context: Context, params: Check, me: Reader, page: list[Stored]) -> list[Letter]:
    seqs = [row.seq for row in page]
    flags = {} if params.state == "unread" else await context.store.flags(me, seqs)
    readers = await receipt_readers(context, me, page)
    overdue = await overdue_among(context, page)
    return [
        show.letter(
            seen,
            context.workspace.name,
            reader=readers[seen.row.seq],
            read=flags.get(seen.row.seq, (False,))[0],
            archived=False,
            overdue=seen.row.seq in overdue,
        )
        for seen in await see_each(context, params, page)
    ]


def _notice(
    context: Context, params: Check, shown: int, found: int, *, has_looked: bool
) -> str | None:
    if found > shown:
        more = "+" if found > params.limit else ""
        return f"{shown} of {found}{more} shown; {CONTINUE[_is_in_order(params)]}."
    if has_looked:
        return f"Searched {MAX_LOOKED_AT:,} messages; continue with the cursor."
    return None if shown else context.workspace.settings.get("empty_inbox_text") or None


@op(
    "inbox.wait",
    scope="read",
    writes=lambda params: params.mark != "none",
    joins=_joins,
    is_done=lambda result: bool(result.messages) or result.has_more,
)
async def wait(context: Context, params: Wait) -> Checked:
    """Wait up to `wait_s` seconds for unread messages.

    Returns at once when there are some. Everything else is as in inbox.check. An empty result is
    not an error: call again.
    """
    me = await context.me(params)
    # Marks of other instances change these two states; only messages change the others.
    if params.state not in ("delivered", "acknowledged"):
        context.wait_for(me)
    return await _check(context, params, me)


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
    while len(found) < most and looked_at < MAX_LOOKED_AT:
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
    """Return the messages that fit; the first always fits, so that a reader makes progress."""
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
    """Whether a reader has a mark: an instance from itself or its agent, an agent from any
    instance.
    """
    entries = trace.evidence.get(mark, [])
    return bool(entries) if me.is_agent else any(known[0] in ("", me.instance) for known in entries)


async def _mark_page(context: Context, me: Reader, page: list[Stored], params: Check) -> None:
    mark: Mark = "read" if params.mark == "read" else "delivered"
    await look_ahead(context, me, page)
    targets = [target for row in page for target in await find_targets(context, me, row)]
    await mark_each(context, me, targets, mark, evidence=params.evidence)
