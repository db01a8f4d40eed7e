"""message.send: the one place where a message is made.

Explained in docs/why/delivery.md.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from ackbox.errors import Conflict, MissingField
from ackbox.model.address import parse_audience
from ackbox.model.choices import MAX_CHOICES, Choice, chosen, with_choices
from ackbox.model.message import (
    BODY_LIMIT,
    Kind,
    MessageType,
    Priority,
    Ref,
    Time,
)
from ackbox.model.moment import parse_moment, to_text
from ackbox.model.sealed import SealedMessage
from ackbox.model.text import composed
from ackbox.ops.lenient import CLEARS
from ackbox.ops.message.ahead import foresee, joins
from ackbox.ops.message.audience import Audience, Recipient, describe, mentioned, resolve
from ackbox.ops.message.content import check_text
from ackbox.ops.message.loop_guard import hold_budgets, hold_repeats, hops
from ackbox.ops.message.sealed import SealedLetter, take_sealed
from ackbox.ops.rules import show
from ackbox.ops.rules.content_hash import ContentHash
from ackbox.ops.rules.named import find_seen
from ackbox.ops.rules.obligations import answer
from ackbox.ops.rules.pauses import refuse_paused
from ackbox.ops.rules.room import refuse_full
from ackbox.ops.table import Call, Context, op
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

DAY_MS = 86_400_000

Intent = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=32,
        description=(
            "Word such as question, handoff, review_request, blocked, context_share, inform, "
            "request, alert, error, status or answer"
        ),
    ),
]


class Send(Call, frozen=True, kw_only=True):
    """A message to send."""

    to: (
        Annotated[
            str | list[str],
            Meta(
                description=(
                    "Recipients: names with commas, or a list; bob/laptop for one instance, "
                    "* for everyone, user for all people (default: the parent's sender)"
                )
            ),
            CLEARS,
        ]
        | None
    ) = None
    body: Annotated[str, Meta(description="Text in Markdown (at most 50,000 characters)")]
    to_instance: Annotated[str, Meta(description="Instance of the only recipient")] | None = None
    subject: Annotated[str, Meta(description="Subject (at most 200 characters)")] | None = None
    intent: Intent = "inform"
    priority: Priority = 3
    refs: Annotated[
        list[Ref],
        Meta(
            max_length=50,
            description="Files, diffs, tasks and messages to read (at most 50)",
        ),
    ] = []
    metadata: Annotated[dict[str, Any], Meta(description="Any JSON object (at most 16 KiB)")] = {}
    choices: Annotated[
        list[Choice],
        Meta(max_length=MAX_CHOICES, description="Answers to choose from (at most 9)"),
    ] = []
    choice: Annotated[Choice, Meta(description="One of the parent's `choices`")] | None = None
    parent: Annotated[str, Meta(description="Id of the message this replies to")] | None = None
    reply_all: Annotated[
        bool,
        Meta(description=("Whether to reply to the parent's other recipients too; without `to`")),
    ] = False
    expects_reply_by: (
        Annotated[
            str, Meta(description="Time by which a reply is due: RFC 3339, 2h, tomorrow 9:00")
        ]
        | None
    ) = None
    expires_in_days: (
        Annotated[
            int, Meta(ge=1, le=365, description="Days until the message leaves inboxes (1 to 365)")
        ]
        | None
    ) = None
    reroute: Annotated[
        bool,
        Meta(
            description=(
                "Whether the message also goes to another online instance of the recipient, or to "
                "an agent of the same role, when the reply is overdue"
            )
        ),
    ] = False
    idempotency_key: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=128,
                description="Key that prevents a copy when the call is repeated",
            ),
        ]
        | None
    ) = None
    unknown: (
        Annotated[
            Literal["hold", "refuse", "inactive"],
            Meta(
                description=(
                    "Unknown recipients: hold the message, refuse it, or refuse offline agents too"
                )
            ),
        ]
        | None
    ) = None
    facts: Annotated[
        dict[str, Any],
        Meta(
            max_length=50,
            description="Facts to append to the text, one line each as name: value (at most 50)",
        ),
    ] = {}
    mention: Annotated[
        bool,
        Meta(
            description=(
                "Whether a person's broadcast that starts with @name goes to that name only"
            )
        ),
    ] = False
    by_instance: Annotated[
        bool, Meta(description="Whether an unknown name in `to` may be the name of an instance")
    ] = False
    exact: Annotated[
        bool, Meta(description="Whether `to` must have the exact spelling of known names")
    ] = False
    lists_everyone: Annotated[
        bool, Meta(description="Whether to list the first 50 recipients of a broadcast")
    ] = False
    relaxed_limits: Annotated[
        bool,
        Meta(
            description=(
                "Whether the workspace's relaxed limits on replies of agents and identical messages"
                " apply, made for clients of other systems"
            )
        ),
    ] = False
    sealed: Annotated[
        SealedMessage | None,
        Meta(
            description=(
                "Sealed message, for a sealed workspace; its header replaces `to`, `parent`,"
                " `priority` and the times"
            )
        ),
    ] = None


CONTENT = ContentHash(
    Send,
    ignored=(
        "idempotency_key",
        "unknown",
        "mention",
        "by_instance",
        "exact",
        "lists_everyone",
        "relaxed_limits",
        "sealed",
    ),
    first=(
        "to",
        "body",
        "to_instance",
        "subject",
        "intent",
        "priority",
        "refs",
        "metadata",
        "parent",
        "expects_reply_by",
        "expires_in_days",
        "facts",
    ),
    first_if_set=("reply_all", "reroute"),
)


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Id of the message, and how soon each recipient sees it."""

    id: Annotated[str, Meta(description="Id of the message")]
    seq: Annotated[int, Meta(description="Number in the workspace")]
    workspace: Annotated[str | None, Meta(description="Workspace")] = None
    thread: Annotated[str, Meta(description="Id of the conversation")]
    sender: Annotated[str, Meta(description="Sender")]
    type: Annotated[str, Meta(description="Type: direct, broadcast, system or task_assignment")]
    created_at: Annotated[Time, Meta(description="Time of storage")]
    duplicate: Annotated[bool, Meta(description="Whether this key was used before")] = False
    recipient_count: Annotated[int, Meta(description="Number of recipients")]
    recipients: Annotated[
        list[Recipient],
        Meta(description="Recipients; for a broadcast empty, or the first 50 if requested"),
    ]


@op("message.send", scope="write", writes=True, creates=True, joins=joins, foresees=foresee)
async def send(context: Context, params: Send) -> Sent:
    """Send a message; it is on disk before the call returns.

    The result contains the expected delivery to each recipient: how and how soon it sees the
    message, as far as the server knows. A message to an unknown name waits until an agent with that
    name connects. A reply marks its parent acknowledged for the sender of the reply. The same
    idempotency key with the same content returns the first message.

    Raises Invalid, TooLong, UnknownRecipient, NotFound (parent), Conflict, LoopGuard. Source:
    docs/why/delivery.md.
    """
    me = await context.me(params)
    # What a key writes under a name of the server is not the server's text.
    return await store_message(context, me, params, kind="agent" if me.kind == "system" else None)


async def store_message(
    context: Context,
    sender: Reader,
    params: Send,
    *,
    type: MessageType | None = None,
    kind: Kind | None = None,
    marks_parent: bool = True,
) -> Sent:
    """Store a message from this sender in the running transaction: the only way to make one.

    With a `type`, the server writes it about a change, such as `task_assignment`: it does not count
    as a reply, and identical ones are not stopped. With a `kind`, the text is not the sender's.
    Without `marks_parent`, the sender did not name the parent and may not have seen it.
    """
    letter, key = None, params.idempotency_key
    if context.workspace.sealed or params.sealed is not None:
        letter = await take_sealed(context, sender, params)
        params = letter.params
    text, content = _text(params, letter)
    before = None if key is None else await context.store.sent_before(sender.name, key)
    before = before or (None if letter is None else letter.repeats)
    if before is not None:
        return await _sent_again(context, params, before, content, is_sealed=letter is not None)
    refuse_full(context)
    parent = await _parent(context, params)
    to = _addressed(params, sender, parent)
    writer = sender if kind is None else msgspec.structs.replace(sender, kind=kind)
    count = parent.hops if parent else 0
    if type is None:
        count = hops(context, writer, parent, is_relaxed=params.relaxed_limits)
        if letter is None:
            hold_repeats(context, writer, to, text, params)
    audience = await _audience(context, params, to, sender)
    if type is None:
        names = [each.agent for each in audience.recipients]
        refuse_paused(context, sender, parent, names)
        hold_budgets(context, writer, parent, names, key=key)
    fields = _fields(context, params, sender, audience, text, parent=parent, hops=count)
    fields |= {"type": type or fields["type"], "sender_kind": kind or fields["sender_kind"]}
    answers = None
    if parent is not None and type is None:
        answers = await answer(context, sender, parent, fields["id"] if marks_parent else None)
    idempotency = (key, content) if key else None
    seq = await context.store.append(
        fields,
        channels=audience.channels,
        idempotency=idempotency,
        reroute=params.reroute,
        answers=answers,
    )
    context.rings.add(seq)
    if letter is not None:
        await context.store.add_sealed_link(seq, letter.link)
    return _sent(context, sender, fields, seq, audience)


def _sent(
    context: Context, sender: Reader, fields: dict[str, Any], seq: int, audience: Audience
) -> Sent:
    return Sent(
        id=fields["id"],
        seq=seq,
        workspace=context.workspace.name,
        thread=fields["thread_id"],
        sender=sender.name,
        type=fields["type"],
        created_at=to_text(context.now),
        recipient_count=audience.count,
        recipients=audience.recipients,
    )


def _text(params: Send, letter: SealedLetter | None) -> tuple[dict[str, Any], bytes]:
    """Return the columns of the text, and the hash by which the message is known when it is sent
    again; it is empty when that cannot be known.
    """
    if letter is not None:
        return letter.columns, letter.link.hash
    is_keyed = params.idempotency_key is not None
    return check_text(params), CONTENT.of(params) if is_keyed else b""


def _addressed(params: Send, sender: Reader, parent: Stored | None) -> str | list[str]:
    """Return the recipients as written; a reply without any goes to the sender of its parent."""
    if params.to or (params.to is not None and parent is None):
        return params.to
    return _answered(params, sender, parent)


async def _audience(
    context: Context, params: Send, to: str | list[str], sender: Reader
) -> Audience:
    to, instance = await _whom(context, params, to, sender)
    return await resolve(
        context,
        to,
        instance=instance,
        unknown=params.unknown or context.workspace.settings.get("unknown", "hold"),
        sender=sender,
        by_instance=params.by_instance,
        priority=params.priority,
        exact=params.exact,
        lists_everyone=params.lists_everyone,
    )


def _answered(params: Send, sender: Reader, parent: Stored | None) -> list[str]:
    """Return the recipients of a reply without `to`: the parent's sender, or its audience except
    the replier. Raises MissingField.
    """
    if parent is None:
        raise MissingField(
            "`to` is missing.",
            hint="Set `to` to names, or '*' for everyone; or `parent` to reply to a message.",
            field="to",
        )
    audience = show.addresses(parent)
    others = [address for address in audience if address.partition("/")[0] != sender.name]
    if parent.sender_name == sender.name:
        # A reply to a message of the sender goes to its recipients.
        return others or audience
    return [parent.sender_name, *others] if params.reply_all else [parent.sender_name]


async def _whom(
    context: Context, params: Send, to: str | list[str], sender: Reader
) -> tuple[str | list[str], str | None]:
    """Return the audience and instance as written, or the one name that a person's text starts
    with.
    """
    if (
        params.mention
        and sender.is_person
        and params.body.startswith("@")
        and parse_audience(to)[0].is_everyone
    ):
        return [
            await mentioned(context, composed(params.body, field="body", limit=BODY_LIMIT))
        ], None
    return to, params.to_instance


async def _sent_again(
    context: Context,
    params: Send,
    before: tuple[int, bytes],
    content: bytes,
    *,
    is_sealed: bool,
) -> Sent:
    seq, first = before
    # An older version of ackbox may have stored it; a sealed message has only the hash of its seal.
    if first != content and (is_sealed or not CONTENT.matches(params, first)):
        raise Conflict(
            "This idempotency key was already used for another message.",
            hint="Use a new key for new content.",
            field="idempotency_key",
        )
    row = await context.store.message_at(seq)
    assert row is not None
    recipients = await describe(context, await context.store.channels(seq), row.priority)
    count = (
        len(recipients)
        if not row.is_for_everyone
        else await context.store.broadcast_size(seq, sender_agent=row.sender_agent)
    )
    return Sent(
        id=row.id,
        seq=row.seq,
        workspace=context.workspace.name,
        thread=row.thread_id,
        sender=row.sender_name,
        type=row.type,
        created_at=to_text(row.created_at),
        duplicate=True,
        recipient_count=count,
        recipients=recipients,
    )


async def _parent(context: Context, params: Send) -> Stored | None:
    if params.parent is None:
        return None
    seen = await find_seen(
        context,
        params,
        params.parent,
        field="parent",
        message="There is no such parent message.",
        hint="Reply with an id that a reading call returned.",
    )
    return seen.row


def _metadata(params: Send, parent: Stored | None) -> str:
    """Return metadata as it is stored, with what the message offers and chooses."""
    if not (params.metadata or params.choices or params.choice is not None):
        return "{}"
    offered = [] if parent is None else show.choices(parent)
    choice = chosen(params.choice, offered, has_parent=parent is not None)
    return msgspec.json.encode(with_choices(params.metadata, params.choices, choice)).decode()


def _fields(
    context: Context,
    params: Send,
    sender: Reader,
    audience: Audience,
    text: dict[str, Any],
    *,
    parent: Stored | None,
    hops: int,
) -> dict[str, Any]:
    id = context.new_id(context.now)
    reply_by = params.expects_reply_by
    days = params.expires_in_days
    return {
        "id": id,
        "sender": sender.reader,
        "sender_agent": sender.agent,
        "sender_name": sender.name,
        "sender_instance": sender.instance,
        "sender_kind": sender.kind,
        "type": "broadcast" if audience.is_everyone else "direct",
        "audience": msgspec.json.encode([str(address) for address in audience.addresses]).decode(),
        "intent": params.intent,
        "priority": params.priority,
        "refs": msgspec.json.encode(params.refs).decode() if params.refs else "[]",
        "metadata": _metadata(params, parent),
        "parent": parent.id if parent else None,
        "thread": parent.thread if parent else 0,
        "thread_id": parent.thread_id if parent else text.get("id", id),
        "expects_reply_by": (
            None
            if reply_by is None
            else parse_moment(reply_by, field="expects_reply_by", now=context.now, ahead=True)
        ),
        "expires_at": None if days is None else context.now + days * DAY_MS,
        "idempotency_key": params.idempotency_key,
        "hops": hops,
        "acting_key": context.caller.key_id,
        "created_at": context.now,
        **text,
    }
