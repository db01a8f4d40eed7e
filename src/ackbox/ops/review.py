"""review.open, review.comment, review.resolve, review.get, review.list: a diff under review.

A review is a message with the intent review_request; its comments and its resolution are replies.
Nothing else is stored. Explained in docs/why/reviews.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import MissingField, NotFound
from ackbox.model.message import Priority, Ref, Time
from ackbox.ops.message.send import Send, store_message
from ackbox.ops.rules import show
from ackbox.ops.rules.cursors import make_cursor, read_cursor
from ackbox.ops.rules.named import find_seen
from ackbox.ops.rules.paging import fitting
from ackbox.ops.rules.seeing import Seen, narrowed, see_each
from ackbox.ops.table import Call, Context, Cursor, Limit, MessageId, Name, op
from ackbox.store.messages import NEWEST, Filter, Stored

REQUEST, COMMENT, RESOLVED = "review_request", "review_comment", "review_resolved"
# Messages of a conversation in which replies to a review are looked for, and reviews that a list
# looks at.
MAX_REPLIES = 2_000
LOOKED_AT = 200
PAGE = 200
# Bytes of the comments in one answer.
COMMENT_BYTES = 200_000

State = Literal["open", "resolved"]
Path = Annotated[str, Meta(min_length=1, max_length=2000)]


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment on a review, or its resolution."""

    id: Annotated[str, Meta(description="Id of the message")]
    author: Annotated[str, Meta(description="Author, from the key")]
    kind: Annotated[str, Meta(description="Kind of the author: agent, human, system or external")]
    file: Annotated[
        str | None, Meta(description="Path of the file; null for a comment on all of it")
    ]
    line: Annotated[str | None, Meta(description="Line or lines of the file, such as 10-20")]
    body: Annotated[str, Meta(description="Text")]
    resolves: Annotated[bool, Meta(description="Whether it resolves the review")]
    created_at: Annotated[Time, Meta(description="Time of storage")]


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A review with its comments, oldest first."""

    id: Annotated[str, Meta(description="Id of the review, and of its first message")]
    state: Annotated[State, Meta(description="State: open or resolved")]
    author: Annotated[str, Meta(description="Agent or person whose diff it is")]
    to: Annotated[list[str], Meta(description="Reviewers")]
    subject: Annotated[str | None, Meta(description="Subject")]
    body: Annotated[str, Meta(description="Text of the request")]
    refs: Annotated[list[Ref], Meta(description="Diffs and files under review")]
    thread: Annotated[str, Meta(description="Id of the conversation")]
    created_at: Annotated[Time, Meta(description="Time of storage")]
    resolved_at: Annotated[Time | None, Meta(description="Time of the resolution")]
    resolved_by: Annotated[str | None, Meta(description="Agent or person who resolved it")]
    outcome: Annotated[
        str | None, Meta(description="Outcome: resolved, accepted, wont_fix or another word")
    ]
    comment_count: Annotated[int, Meta(description="Number of comments and resolutions")]
    comments: Annotated[
        list[Comment],
        Meta(description="Comments, oldest first, as many as fit; none in a list"),
    ]


class Open(Call, frozen=True, kw_only=True):
    """A review to ask for."""

    to: Annotated[
        str | list[str], Meta(description="Reviewers: names separated by commas, or a list")
    ]
    body: Annotated[str, Meta(description="Text of the request, such as the feedback you need")]
    subject: Annotated[str, Meta(description="Subject (at most 200 characters)")] | None = None
    diff: (
        Annotated[
            Path, Meta(description="Diff under review: a range of commits, a branch or a path")
        ]
        | None
    ) = None
    files: Annotated[
        list[Path], Meta(max_length=49, description="Paths of files under review (at most 49)")
    ] = []
    priority: Priority = 3
    expects_reply_by: (
        Annotated[
            str, Meta(description="Time by which a reply is due: RFC 3339, or 2h, tomorrow 9:00")
        ]
        | None
    ) = None


class AddComment(Call, frozen=True, kw_only=True):
    """A comment on a review."""

    id: Annotated[MessageId, Meta(description="Id of the review")]
    body: Annotated[str, Meta(description="Text of the comment")]
    file: Annotated[Path, Meta(description="Path of the file it is about")] | None = None
    line: (
        Annotated[
            str | int,
            Meta(description="Line or lines of the file, such as 10 or 10-20; with `file`"),
        ]
        | None
    ) = None


class Resolve(Call, frozen=True, kw_only=True):
    """The resolution of a review."""

    id: Annotated[MessageId, Meta(description="Id of the review")]
    outcome: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=32,
            description="Outcome: resolved, accepted, wont_fix or another word",
        ),
    ] = "resolved"
    body: Annotated[str, Meta(description="Text of the resolution (default: its outcome)")] = ""


class GetReview(Call, frozen=True, kw_only=True):
    """Review to return."""

    id: Annotated[MessageId, Meta(description="Id of the review")]


class ListReviews(Call, frozen=True, kw_only=True):
    """Filters for reviews."""

    state: Annotated[State, Meta(description="State to filter by")] | None = None
    of: Annotated[Name, Meta(description="Reviewer to filter by")] | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class Reviews(msgspec.Struct, frozen=True, kw_only=True):
    """A page of reviews, newest first, without their comments."""

    reviews: Annotated[list[Review], Meta(description="Items, newest first")]
    cursor: Annotated[
        str | None, Meta(description="Cursor for the next page; null on the last page")
    ] = None


@op("review.open", scope="write", writes=True, creates=True)
async def open_review(context: Context, params: Open) -> Review:
    """Open a review of a diff: a message to the reviewers.

    Raises what message.send raises.
    """
    diffs = [] if params.diff is None else [Ref(kind="diff", target=params.diff)]
    files = [Ref(kind="file", target=path) for path in params.files]
    me = await context.me(params)
    sent = await store_message(
        context,
        me,
        Send(
            to=params.to,
            body=params.body,
            subject=params.subject,
            intent=REQUEST,
            refs=[*diffs, *files],
            priority=params.priority,
            expects_reply_by=params.expects_reply_by,
        ),
    )
    return await _review(context, params, await find_seen(context, params, sent.id))


@op("review.comment", scope="write", writes=True, creates=True)
async def comment(context: Context, params: AddComment) -> Review:
    """Add a comment to a review, on a file or a line; opens it again.

    Everyone who takes part gets the comment as a message.

    Raises NotFound, Invalid, and what message.send raises.
    """
    if params.line is not None and params.file is None:
        raise MissingField("`line` needs the file.", hint="Set `file`.", field="file")
    refs = (
        []
        if params.file is None
        else [
            Ref(
                kind="file",
                target=params.file,
                lines=None if params.line is None else str(params.line),
            )
        ]
    )
    return await _reply(context, params, params.id, body=params.body, intent=COMMENT, refs=refs)


@op("review.resolve", scope="write", writes=True)
async def resolve(context: Context, params: Resolve) -> Review:
    """Mark a review as resolved, with an outcome.

    Everyone who takes part gets the resolution as a message.

    Raises NotFound, and what message.send raises.
    """
    return await _reply(
        context,
        params,
        params.id,
        body=params.body or params.outcome,
        intent=RESOLVED,
        metadata={"outcome": params.outcome},
    )


@op("review.get", scope="read")
async def get(context: Context, params: GetReview) -> Review:
    """Return a review with its comments.

    Raises NotFound.
    """
    return await _review(context, params, await _request(context, params, params.id))


@op("review.list", scope="read", is_slow=True)
async def list_reviews(context: Context, params: ListReviews) -> Reviews:
    """List reviews, newest first.

    Raises BadCursor.
    """
    ws, query = context.workspace.ws, f"reviews {params.state} {params.of}"
    before = NEWEST if params.cursor is None else read_cursor(ws, query, params.cursor)
    narrow = Filter(
        before=before,
        recipient=await context.agent_number(params.of),
        intent=REQUEST,
        visible_to=await narrowed(context, params),
    )
    rows = await context.store.history_page(narrow, most=LOOKED_AT)
    found: list[Review] = []
    last = 0
    for seen in await see_each(context, params, rows):
        review = await _review(context, params, seen, with_comments=False)
        if params.state in (None, review.state):
            if len(found) == params.limit:
                break
            found.append(review)
        last = seen.row.seq
    page = fitting(found)
    if len(page) < len(found):
        last = (await find_seen(context, params, page[-1].id)).row.seq
    has_more = len(rows) == LOOKED_AT or last != (rows[-1].seq if rows else 0)
    return Reviews(reviews=page, cursor=make_cursor(ws, query, last) if has_more else None)


async def _request(context: Context, call: Call, id: str) -> Seen:
    """Return the first message of a review that the caller may see. Raises NotFound."""
    seen = await find_seen(context, call, id)
    if seen.row.intent != REQUEST:
        raise NotFound(
            "This message is not a review.",
            hint="Use an id that review.open or review.list returned.",
            field="id",
        )
    return seen


async def _reply(
    context: Context,
    call: Call,
    id: str,
    *,
    body: str,
    intent: str,
    refs: list[Ref] | None = None,
    metadata: dict[str, Any] | None = None,
) -> Review:
    request = await _request(context, call, id)
    await store_message(
        context,
        await context.me(call),
        Send(
            body=body,
            parent=request.row.id,
            reply_all=True,
            intent=intent,
            refs=refs or [],
            metadata=metadata or {},
        ),
    )
    return await _review(context, call, request)


async def _review(
    context: Context, call: Call, request: Seen, *, with_comments: bool = True
) -> Review:
    """Return a review as its messages tell it: the last resolution counts until the next
    comment.
    """
    replies = await _replies(context, call, request.row)
    deciding = [each for each in replies if each.row.intent in (COMMENT, RESOLVED)]
    last = deciding[-1].row if deciding and deciding[-1].row.intent == RESOLVED else None
    name = context.workspace.name
    first = show.message(request, name)
    end = None if last is None else show.message(deciding[-1], name)
    comments = [_comment(each, name) for each in replies] if with_comments else []
    return Review(
        id=first.id,
        state="open" if end is None else "resolved",
        author=first.sender,
        to=first.to,
        subject=first.subject,
        body=first.body,
        refs=first.refs,
        thread=first.thread,
        created_at=first.created_at,
        resolved_at=None if end is None else end.created_at,
        resolved_by=None if end is None else end.sender,
        outcome=None if end is None else str(end.metadata.get("outcome", "resolved")),
        comment_count=len(replies),
        comments=fitting(comments, COMMENT_BYTES),
    )


async def _replies(context: Context, call: Call, request: Stored) -> list[Seen]:
    """Return the replies to a review, and the replies to those, oldest first."""
    rows: list[Stored] = []
    after = request.seq
    while len(rows) < MAX_REPLIES:
        page = await context.store.thread_page(request.thread, after=after, most=PAGE)
        rows += page
        if len(page) < PAGE:
            break
        after = page[-1].seq
    known = {request.id}
    replies = []
    for seen in await see_each(context, call, rows):
        if seen.row.parent in known:
            known.add(seen.row.id)
            replies.append(seen)
    return replies


def _comment(seen: Seen, workspace: str) -> Comment:
    message = show.message(seen, workspace)
    place = next((ref for ref in message.refs if ref.kind == "file"), None)
    return Comment(
        id=message.id,
        author=message.sender,
        kind=message.sender_kind,
        file=None if place is None else place.target,
        line=None if place is None else place.lines,
        body=message.body,
        resolves=message.intent == RESOLVED,
        created_at=message.created_at,
    )
