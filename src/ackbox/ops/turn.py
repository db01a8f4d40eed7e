"""turn.submit: the result of an agent's turn, with messages to others.

Explained in docs/why/turns.md.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.errors import AckboxError, Conflict
from ackbox.model.message import Message, Ref, Time
from ackbox.model.moment import to_text
from ackbox.model.task import Task
from ackbox.ops.message.send import Intent, Send, store_message
from ackbox.ops.note.write import Added, NewNote, keep
from ackbox.ops.rules import show
from ackbox.ops.rules.seeing import see
from ackbox.ops.table import Call, Context, op
from ackbox.ops.task.plan import Planned, make_tasks
from ackbox.store.readers import Reader

TURN = "turn"
# Intents that expect a reply when a turn sets `answer_within_s`.
ASKING = frozenset({"question", "handoff"})


class TurnMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message that a turn sends."""

    to: Annotated[str | list[str], Meta(description="Recipients, as in message.send")]
    body: Annotated[str, Meta(description="Text")]
    subject: Annotated[str, Meta(description="Subject (at most 200 characters)")] | None = None
    intent: Intent = "inform"
    refs: Annotated[
        list[Ref],
        Meta(
            max_length=50,
            description="Files, diffs, tasks and messages the reader needs (at most 50)",
        ),
    ] = []
    parent: Annotated[str, Meta(description="Id of the message this replies to")] | None = None


class Submit(Call, frozen=True, kw_only=True):
    """Result of a turn, and messages to send."""

    summary: Annotated[
        str, Meta(max_length=20_000, description="Summary of the work; empty for none")
    ]
    status: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=32,
            description="Status: completed, blocked, needs_review, or another word",
        ),
    ] = "completed"
    blockers: Annotated[
        list[Annotated[str, Meta(max_length=2000)]],
        Meta(max_length=50, description="Blockers (at most 50)"),
    ] = []
    next: Annotated[str, Meta(max_length=4000, description="Next step")] | None = None
    plan: Annotated[
        dict[str, Any] | list[Any] | str | None, Meta(description="Plan, as any JSON value")
    ] = None
    task: (
        Annotated[
            str,
            Meta(max_length=64, description="Name or id of the task"),
        ]
        | None
    ) = None
    messages: Annotated[
        list[TurnMessage], Meta(max_length=50, description="Messages to send (at most 50)")
    ] = []
    tasks: Annotated[
        list[Planned],
        Meta(max_length=50, description="Tasks to create, such as those of the plan (at most 50)"),
    ] = []
    answer_within_s: (
        Annotated[
            int,
            Meta(
                ge=60,
                le=31_536_000,
                description="Seconds until replies to questions and handoffs are due",
            ),
        ]
        | None
    ) = None
    answers_oldest: Annotated[
        bool,
        Meta(
            description=(
                "Whether a message without `parent` replies to its recipient's oldest "
                "message that expects a reply"
            )
        ),
    ] = False
    idempotency_key: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=100,
                description="Key that prevents a second copy when the call is repeated",
            ),
        ]
        | None
    ) = None
    relaxed_limits: Annotated[
        bool,
        Meta(
            description=(
                "Whether the workspace's relaxed limits on replies of agents and identical messages"
                " apply, made for clients of other systems"
            )
        ),
    ] = False


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """The stored turn and its messages."""

    id: Annotated[str, Meta(description="Id of the note of this turn")]
    agent: Annotated[str, Meta(description="Agent")]
    status: Annotated[str, Meta(description="Status")]
    task: Annotated[str | None, Meta(description="Task")]
    created_at: Annotated[Time, Meta(description="Time of storage")]
    duplicate: Annotated[bool, Meta(description="Whether this key was used before")]
    messages: Annotated[list[Message], Meta(description="Sent messages, in order")]
    tasks: Annotated[list[Task], Meta(description="Created tasks, in order")] = []


@op(
    "turn.submit",
    scope="write",
    writes=True,
    creates=True,
    cost=lambda params: max(len(params.messages) + len(params.tasks), 1),
)
async def submit(context: Context, params: Submit) -> Turn:
    """Submit the result of a turn: store a note, send messages, create tasks.

    The note holds the summary (without one, the status), status, blockers and plan. Tasks depend on
    each other by their keys. Everything is stored, or nothing.

    Raises what message.send, task.create and note.add raise; nothing is stored then.
    """
    me = await context.me(params)
    about = {
        "status": params.status,
        "blockers": params.blockers,
        "next": params.next,
        "plan": params.plan,
        "task": params.task,
        "key": params.idempotency_key,
    }
    note = await keep(
        context,
        me,
        NewNote(
            kind=TURN,
            title=params.idempotency_key and f"Turn {params.idempotency_key}",
            text=params.summary or params.status,
            metadata={name: value for name, value in about.items() if value not in (None, [])},
        ),
        unless_known=params.idempotency_key is not None,
    )
    tasks = await make_tasks(
        context,
        params,
        params.tasks,
        field="tasks",
        turn=note.id,
        idempotency_key=params.idempotency_key,
    )
    sent = []
    for number in range(len(params.messages)):
        try:
            sent.append(await _say(context, me, params, number, note))
        except AckboxError as error:
            raise _placed(error, f"messages[{number}]") from None
    return Turn(
        id=note.id,
        agent=me.name,
        status=params.status,
        task=params.task,
        created_at=note.created_at,
        duplicate=note.duplicate,
        messages=sent,
        tasks=tasks,
    )


def _placed(error: AckboxError, where: str) -> AckboxError:
    """Return an error of one message with the path of its field in the turn."""
    field = str(error.details.get("field") or "")
    if field.partition("[")[0] in TurnMessage.__struct_fields__:
        error.details["field"] = f"{where}.{field}"
        error.message = error.message.replace(f"`{field}`", f"`{where}.{field}`")
    return error


async def _say(context: Context, me: Reader, params: Submit, number: int, turn: Added) -> Message:
    """Send one message of a turn, or return the one that this key sent before.

    Raises Conflict.
    """
    word = params.messages[number]
    key = None if params.idempotency_key is None else f"turn:{params.idempotency_key}:{number}"
    before = None if key is None else await context.store.sent_before(me.name, key)
    if before is None:
        message = await _send(context, me, params, word, key, turn.id)
        # A parent that the server chose may be one that the agent has not seen.
        named = word.parent is not None
        seq = (await store_message(context, me, message, marks_parent=named)).seq
    else:
        seq = before[0]
    row = await context.store.message_at(seq)
    assert row is not None
    if before is not None and (
        not turn.duplicate or (row.body, row.intent) != (word.body, word.intent)
    ):
        raise Conflict(
            "This idempotency key was already used for another turn.",
            hint="Use a new key for a new turn.",
            field="idempotency_key",
        )
    seen = await see(context, params, row)
    assert seen is not None
    return show.message(seen, context.workspace.name)


async def _send(
    context: Context, me: Reader, params: Submit, word: TurnMessage, key: str | None, turn: str
) -> Send:
    due = params.answer_within_s if word.intent in ASKING else None
    parent = word.parent or (
        await _expected(context, me, word.to) if params.answers_oldest else None
    )
    return Send(
        to=word.to,
        body=word.body,
        subject=word.subject,
        intent=word.intent,
        refs=word.refs,
        idempotency_key=key,
        parent=parent,
        expects_reply_by=None if due is None else to_text(context.now + due * 1000),
        relaxed_limits=params.relaxed_limits,
        metadata={"turn": turn} | ({} if params.task is None else {"task": params.task}),
    )


async def _expected(context: Context, me: Reader, to: str | list[str]) -> str | None:
    """Return the oldest message of the one reader that still expects an answer from me."""
    name = to if isinstance(to, str) else to[0] if len(to) == 1 else ""
    reader = await context.store.reader(name) if name else None
    return None if reader is None else await context.store.owed_answer(me.agent, to=reader.agent)
