"""program.report: an event of an agent program, and the messages to show its model now.

Which messages fit which moment is decided here, for every program alike. Explained in
docs/why/reach.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, assert_never

import msgspec
from msgspec import Meta

from ackbox.errors import NotFound
from ackbox.model.message import Letter
from ackbox.model.program import Activity, Collision, Moment
from ackbox.ops.agent.copies import COPY, choose
from ackbox.ops.note.recall import NotesFrom, recall
from ackbox.ops.note.write import Note, NoteId
from ackbox.ops.program.collisions import note_edits
from ackbox.ops.program.shown import confirm, take_as_seen
from ackbox.ops.rules import show
from ackbox.ops.rules.attention import URGENT, attention_of
from ackbox.ops.rules.delivery import NOT_AT_PROMPT, NOT_AT_TURN_END
from ackbox.ops.rules.marking import addressed_reader, receipt_reader
from ackbox.ops.rules.obligations import Reminder, overdue_among, reminders_for
from ackbox.ops.rules.presence import DEFAULT_TTL_S
from ackbox.ops.rules.seeing import see_each
from ackbox.ops.rules.totals import counts
from ackbox.ops.rules.waking import BY_HOOK, BY_POLL, CARRIED_MS, REACH, SESSION
from ackbox.ops.table import Call, Context, NeedsWrite, op
from ackbox.store.marks import COUNTED_UP_TO
from ackbox.store.messages import Stored
from ackbox.store.programs import MAX_CONTINUED, Memory, Offer, ProgramSession
from ackbox.store.readers import Presence, Reader

# Messages at one event; the others are counted.
AT_START, AT_ONCE = 5, 10
# Unread messages looked through at one event.
LOOKED_THROUGH = 200
# Numbers kept of one session.
MAX_KEPT = 200
FORGET_AFTER_MS = 30 * 86_400_000
# Sessions kept of one workspace.
MAX_SESSIONS = 10_000
_ACTIVITY: dict[Moment, Activity] = {
    "session_start": "idle",
    "prompt": "busy",
    "delegating": "busy",
    "tool": "busy",
    "turn_end": "idle",
    "asking": "asking",
    "compacting": "compacting",
    "compacted": "busy",
    "session_end": "gone",
}
SILENT = frozenset({"delegating", "asking", "compacting", "session_end"})


Line = Annotated[str, Meta(max_length=200)]


class Report(Call, frozen=True, kw_only=True):
    """An event of an agent program."""

    program: Annotated[
        str, Meta(min_length=1, max_length=32, description="Agent program, such as claude")
    ]
    program_session: Annotated[
        str, Meta(min_length=1, max_length=128, description="Id of the session in the program")
    ]
    moment: Annotated[Moment, Meta(description="Event in the words that all programs share")]
    event: Annotated[
        str, Meta(max_length=64, description="Name of the event in the program, kept as evidence")
    ] = ""
    is_new_context: Annotated[
        bool, Meta(description="Whether the model's context starts without earlier messages")
    ] = False
    is_continued: Annotated[
        bool, Meta(description="Whether this end of a turn follows one that went on for messages")
    ] = False
    has_returned: Annotated[
        bool, Meta(description="Whether a sub-agent of a `delegating` report has ended")
    ] = False
    can_show: Annotated[
        bool, Meta(description="Whether the program can show messages at this event")
    ] = True
    has_shown_last: Annotated[
        bool,
        Meta(description="Whether the messages of the last report were shown"),
    ] = False
    files: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=500)]],
        Meta(max_length=50, description="Files that the program has just changed (at most 50)"),
    ] = []
    must_be_known: Annotated[
        bool, Meta(description="Whether to refuse a session that has not reported before")
    ] = False
    with_notes: Annotated[
        bool,
        Meta(
            description=(
                "Whether to return notes too: important ones when a session starts, at a prompt"
                " those that share words with it"
            )
        ),
    ] = False
    notes_from: NotesFrom = 4
    prompt: (
        Annotated[
            str,
            Meta(max_length=20_000, description="Prompt of the user, to find notes by; not stored"),
        ]
        | None
    ) = None
    known_notes: Annotated[
        list[NoteId],
        Meta(max_length=500, description="Ids of notes to leave out (at most 500)"),
    ] = []
    model: Annotated[Line | None, Meta(description="Model that runs")] = None
    machine: Annotated[Line | None, Meta(description="Machine it runs on")] = None
    auto_instance: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=512,
                description="Wish for an instance name, as in agent.check_in",
            ),
        ]
        | None
    ) = None
    copy_id: (
        Annotated[
            str,
            Meta(min_length=16, max_length=64, description="Identity of this running instance"),
        ]
        | None
    ) = None


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """The messages to show the model now, and the counts of the mailbox."""

    messages: Annotated[list[Letter], Meta(description="Messages to show now")]
    offer: Annotated[
        str | None, Meta(description="Id for program.shown once they are shown; null for none")
    ] = None
    agent: Annotated[str, Meta(description="Agent that the session belongs to")]
    instance: Annotated[str | None, Meta(description="Instance of the session")] = None
    workspace: Annotated[str, Meta(description="Workspace of the session")]
    unread: Annotated[int, Meta(description="Unread messages, up to 1,000")]
    urgent: Annotated[int, Meta(description="Unread messages of priority 5")]
    too_long: Annotated[list[str], Meta(description="Ids of messages too long to show here")] = []
    collisions: Annotated[
        list[Collision], Meta(description="Edits that collide with claims, to show now")
    ] = []
    notes: Annotated[
        list[Note], Meta(description="Notes to show now, with `with_notes` (at most 5)")
    ] = []
    reminders: Annotated[
        dict[str, Reminder],
        Meta(
            description=(
                "Messages of this page whose reply is due, by id: half_time when half of the time"
                " is over, or overdue"
            )
        ),
    ] = {}


@op("program.report", scope="write", writes=lambda params: params.moment != "tool")
async def report(context: Context, params: Report) -> Reported:
    """Report an event of an agent program and get the messages to show.

    A session start returns up to five unread messages, a prompt and the end of a turn those that
    this instance has not received yet, a tool call only urgent ones. After a compaction, messages
    that are not acknowledged come once more; so do messages whose reply is half over or overdue,
    once each time. The operation marks nothing: the messages come again until program.shown
    confirms them. From `delegating` to `has_returned`, tool calls return nothing: they may be those
    of a sub-agent, whose context is not the session's.

    The operation compares `files` with the claims of others, and reports each collision once to
    both sides. With `with_notes` it returns up to five notes too.

    Raises Invalid, NotAllowed, NotFound (`must_be_known`), NotYou.
    """
    before = await context.store.program_session(params.program, params.program_session)
    me = await _owner(context, params, before)
    if before is None or before.reader != me.reader:
        before = _new_session(params, me, context.now)
    memory = before.memory
    if not context.store.tx.writable and not _is_quiet(before, params):
        raise NeedsWrite
    memory = await _settle(context, params, me, memory)
    if params.has_shown_last:
        # What was just marked moved the reader's floor, from which it reads on.
        me = await context.store.reader_by_number(me.reader) or me
    memory = await note_edits(context, me, before, memory, params.files)
    collisions = _to_tell(params, memory)
    rows, urgent, reminders = await _waiting(context, params, me, memory)
    if not context.store.tx.writable and (rows or collisions):
        raise NeedsWrite
    letters, too_long = await fitting_letters(context, params, me, rows)
    reminders = {each.seq: reminders[each.seq] for each in letters if each.seq in reminders}
    memory = _remember(context, params, memory, letters, too_long, reminders, len(collisions))
    goes_on = params.moment == "turn_end" and bool(letters or collisions)
    activity = "busy" if goes_on else _ACTIVITY[params.moment]
    if context.store.tx.writable:
        await _keep(context, params, me, before, memory, activity)
    unread, _ = await counts(context, me)
    return Reported(
        messages=letters,
        offer=memory.offer.id if memory.offer is not None and (letters or collisions) else None,
        agent=me.name,
        instance=me.instance,
        workspace=context.workspace.name,
        unread=min(unread, COUNTED_UP_TO),
        urgent=urgent,
        too_long=[row.id for row in too_long],
        collisions=collisions,
        notes=await _notes(context, params),
        reminders={each.id: reminders[each.seq] for each in letters if each.seq in reminders},
    )


async def _notes(context: Context, params: Report) -> list[Note]:
    """Return the notes that suit this event, if the report asks for any."""
    if not params.with_notes or not params.can_show or params.moment in SILENT:
        return []
    return await recall(
        context,
        None if params.moment == "session_start" else params.prompt or "",
        known=set(params.known_notes),
        notes_from=params.notes_from,
    )


def _to_tell(params: Report, memory: Memory) -> list[Collision]:
    """Return the collisions to report now, if the event accepts text."""
    if _is_silent(params, memory):
        return []
    is_over = params.moment == "turn_end" and memory.continued >= MAX_CONTINUED
    return [] if is_over else memory.collisions[:AT_ONCE]


async def _owner(context: Context, params: Report, before: ProgramSession | None) -> Reader:
    """Return whose session it is: the instance that it has, else the one that the server gives."""
    if before is not None and params.instance is None and context.session is None:
        known = await context.store.reader_by_number(before.reader)
        if known is not None and known.name == context.identity(params)[0]:
            params = msgspec.structs.replace(
                params, instance=known.instance, auto_instance=None, copy_id=None
            )
            return await context.me(params)
    if params.must_be_known:
        raise NotFound(
            f"No session {params.program_session!r} of {params.program!r} has reported here.",
            hint="Report the event with the agent's instance.",
            field="program_session",
        )
    if not context.store.tx.writable:
        raise NeedsWrite
    if params.auto_instance is not None and params.copy_id is not None and params.instance is None:
        name, _ = context.identity(params)
        instance = await choose(context, name, params.auto_instance, params.copy_id)
        params = msgspec.structs.replace(params, instance=instance)
    return await context.newcomer(params)


def _new_session(params: Report, me: Reader, now: int) -> ProgramSession:
    return ProgramSession(
        params.program, params.program_session, me.reader, "", now, now, now, Memory()
    )


def _is_quiet(session: ProgramSession, params: Report) -> bool:
    """Whether a report changes nothing by itself, so that it needs no write."""
    memory = session.memory
    return (
        session.activity == _ACTIVITY[params.moment]
        and not memory.unseen
        and not (params.has_shown_last and memory.offer is not None)
        and not params.has_returned
    )


def _is_silent(params: Report, memory: Memory) -> bool:
    """Whether nothing is shown at this event."""
    is_below = params.moment == "tool" and memory.delegates > 0
    return params.moment in SILENT or not params.can_show or is_below


async def _settle(context: Context, params: Report, me: Reader, memory: Memory) -> Memory:
    """Take note of what the report says about the messages of earlier ones."""
    if params.has_shown_last and memory.offer is not None:
        memory = await confirm(context, params, me, memory, memory.offer)
    if params.moment in ("tool", "turn_end") and memory.unseen:
        memory = await take_as_seen(context, params, me, memory)
    match params.moment:
        case "session_start":
            if params.is_new_context:
                memory = Memory(collisions=memory.collisions)
        case "prompt":
            memory = msgspec.structs.replace(memory, continued=0, delegates=0)
        case "turn_end":
            memory = msgspec.structs.replace(memory, delegates=0)
            if not params.is_continued:
                memory = msgspec.structs.replace(memory, continued=0)
        case "delegating":
            memory = msgspec.structs.replace(memory, delegates=memory.delegates + 1)
        case "tool":
            left = max(memory.delegates - params.has_returned, 0)
            memory = msgspec.structs.replace(memory, delegates=left)
        case "asking" | "compacting" | "compacted" | "session_end":
            pass
        case _:
            assert_never(params.moment)
    return memory


async def _waiting(
    context: Context, params: Report, me: Reader, memory: Memory
) -> tuple[list[Stored], int, dict[int, Reminder]]:
    """Return the messages for this moment in the order to show them, how many unread ones are
    urgent, and the reminders among them.
    """
    if _is_silent(params, memory):
        return [], 0, {}
    is_start = params.moment == "session_start" and params.is_new_context
    mark = "read" if is_start else "delivered"
    store, now = context.store, context.now
    seqs = await store.unmarked(me, mark, after=0, most=LOOKED_THROUGH, now=now)
    again: list[int] = []
    if params.moment == "compacted" and memory.in_context:
        again = await _not_acknowledged(context, me, memory.in_context)
    is_woken = memory.wake is not None and now - memory.wake.at < CARRIED_MS
    carried = memory.wake.offer if memory.wake is not None and is_woken else None
    skipped = {*memory.named, *(carried.seqs if carried is not None else ())}
    reminders = await reminders_for(context, me)
    rows = await store.messages_at(sorted({*seqs, *again, *reminders} - skipped))
    unread = {*seqs, *again}
    urgent = sum(row.priority >= URGENT and row.seq in unread for row in rows)
    rules = await attention_of(context, me)
    # For the rules, a turn that a wake began counts as the end of a turn: no user prompted it.
    moment = "turn_end" if params.moment == "prompt" and is_woken else params.moment
    if moment == "tool" or rules.holds(moment, now=now, last_at=memory.digest_at):
        rows = [row for row in rows if row.priority >= URGENT]
    if params.moment == "turn_end" and memory.continued >= MAX_CONTINUED:
        rows = []
    rows.sort(key=lambda row: (row.priority < URGENT, row.seq))
    return rows[: AT_START if is_start else AT_ONCE], urgent, reminders


async def _not_acknowledged(context: Context, me: Reader, seqs: Sequence[int]) -> list[int]:
    left = []
    for row in await context.store.messages_at(list(seqs)):
        addressed = await addressed_reader(context, me, row)
        trace = await context.store.trace(row.seq, addressed)
        is_done = trace.acknowledged_at is not None or trace.archived_at is not None
        if not is_done and (row.expires_at is None or row.expires_at > context.now):
            left.append(row.seq)
    return left


async def fitting_letters(
    context: Context, params: Call, me: Reader, rows: list[Stored]
) -> tuple[list[Letter], list[Stored]]:
    """Return those messages that one answer of the face holds whole, and those too long for it."""
    seen = await see_each(context, params, rows)
    overdue = await overdue_among(context, rows)
    letters = [
        show.letter(
            each,
            context.workspace.name,
            reader=await receipt_reader(context, me, each.row),
            read=False,
            archived=False,
            overdue=each.row.seq in overdue,
        )
        for each in seen
    ]
    fitted = context.fits(letters)
    shown = [letter for letter in letters[: fitted.count] if letter.id not in fitted.begun]
    if fitted.begun:
        # Asked again, so that the answer is measured for exactly what it shows.
        fitted_again = context.fits(shown)
        shown = shown[: fitted_again.count]
    too_long = [each.row for each in seen if each.row.id in fitted.begun]
    return shown, too_long


def _remember(
    context: Context,
    params: Report,
    memory: Memory,
    letters: list[Letter],
    too_long: list[Stored],
    reminders: dict[int, Reminder],
    collisions: int,
) -> Memory:
    if too_long:
        named = [*memory.named, *(row.seq for row in too_long)][-MAX_KEPT:]
        memory = msgspec.structs.replace(memory, named=named)
    if params.moment == "compacted":
        memory = msgspec.structs.replace(memory, in_context=[])
    if not letters and not collisions:
        return memory
    continued = memory.continued + (1 if params.moment == "turn_end" else 0)
    offer = Offer(
        context.new_id(context.now),
        params.event or params.moment,
        [each.seq for each in letters],
        dict(reminders),
        collisions,
    )
    is_digest = any(each.priority < URGENT for each in letters)
    digest_at = context.now if is_digest else memory.digest_at
    return msgspec.structs.replace(memory, continued=continued, offer=offer, digest_at=digest_at)


def _card(
    params: Report, card: dict[str, Any], memory: Memory, *, activity: Activity, changed_at: int
) -> dict[str, Any]:
    """Return the card of the instance after a report."""
    news = {
        "program": params.program,
        "model": params.model,
        "machine": params.machine,
        COPY: params.copy_id,
    }
    after: dict[str, Any] = {
        **card,
        **{name: value for name, value in news.items() if value is not None},
        "activity": activity,
        "activity_at": changed_at,
        SESSION: params.program_session,
    }
    for fact, holds in (
        (NOT_AT_PROMPT, _cannot_at_prompt(params, card)),
        (NOT_AT_TURN_END, memory.continued >= MAX_CONTINUED),
    ):
        if holds:
            after[fact] = True
        else:
            after.pop(fact, None)
    if after.get(REACH) in (None, BY_POLL):
        after[REACH] = BY_HOOK
    return after


async def _keep(
    context: Context,
    params: Report,
    me: Reader,
    before: ProgramSession,
    memory: Memory,
    activity: Activity,
) -> None:
    """Store the session and, when it changed, what others see of the instance."""
    now, store = context.now, context.store
    changed_at = before.activity_at if before.activity == activity else now
    await store.put_program_session(
        msgspec.structs.replace(
            before, activity=activity, activity_at=changed_at, last_at=now, memory=memory
        )
    )
    if before.last_at == before.started_at:
        # A key can name as many sessions as its rate allows: their rows must have an end.
        await store.forget_program_sessions(before=now - FORGET_AFTER_MS, kept=MAX_SESSIONS)
    presence = await store.presence(me.reader)
    card: dict[str, Any] = msgspec.json.decode(presence.card) if presence else {}
    after = _card(params, card, memory, activity=activity, changed_at=changed_at)
    left_at = now if activity == "gone" else None
    if presence is not None and after == card and presence.left_at == left_at:
        return
    started_at = now if presence is None or presence.left_at is not None else presence.started_at
    ttl_s = DEFAULT_TTL_S if presence is None else presence.ttl_s
    await store.put_presence(
        Presence(me.reader, started_at, now, ttl_s, left_at, msgspec.json.encode(after).decode())
    )
    if activity == "gone":
        context.signs_of_life[me.reader] = 0
    context.rings.add(
        await store.add_event(
            "agent.activity",
            at=now,
            reader=me.agent,
            subject={"agent": me.name, "instance": me.instance, "activity": activity},
        )
    )


def _cannot_at_prompt(params: Report, card: dict[str, Any]) -> bool:
    """Whether the program can show nothing at a prompt, from its last one."""
    return not params.can_show if params.moment == "prompt" else NOT_AT_PROMPT in card
