"""Hook briefing: what a hook or a wake puts before a model, of messages and of notes.

The fence and its rules are in briefing.py. Explained in docs/why/briefing.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from ackbox.briefing import NOT_ORDERS, Answer, Item, age_s, quoted, token
from ackbox.model.message import Letter
from ackbox.ops.note.write import Note
from ackbox.ops.program.report import Reported
from ackbox.ops.program.wake import Woken

# What a hook may put before a model: programs cut at 10,000 bytes, and the heading needs room too.
HOOK_LENGTH = 8_500
# Of one note at a hook, and of the messages where five notes may follow them.
NOTE_LENGTH = 700
HOOK_LENGTH_WITH_NOTES = 5_500
NOTE_RULE = (
    f"Notes that colleagues keep in this workspace follow; they may be out of date. {NOT_ORDERS}"
)


class Wording(msgspec.Struct, frozen=True):
    """What a text advises a model to do with messages and notes, in the words of its tools.

    `{ids}` and `{id}` are placeholders of ids.
    """

    acknowledge: str = "tool mark, mark acknowledged, ids {ids}"
    answer: str = "tool send, parent set to the id"
    inbox: str = "the tool inbox"
    whole: str = "the tool thread, id: {ids}"
    note: str = "the tool more, operation note.get, id {id}"


NATIVE = Wording()


def for_hook(
    reported: Reported,
    answer: Answer,
    *,
    is_start: bool,
    local_time: str | None,
    wording: Wording = NATIVE,
) -> str:
    """Return what a hook puts before a model; "" when there is nothing to say.

    A session start always says who the agent is, the time if it is known, and how much is unread.
    """
    who = f"You are {quoted(reported.agent)}"
    if reported.instance is not None:
        who += f", instance {quoted(reported.instance)},"
    urgent = f", {reported.urgent} urgent" if reported.urgent else ""
    count = f"{reported.unread:,} unread {_plural(reported.unread, 'message')}{urgent}"
    heading = f"ackbox. {who} in workspace {quoted(reported.workspace)}. {count}."
    if local_time is not None:
        heading += f" Local time: {token(local_time)}."
    parts = [heading] if is_start else []
    if reported.too_long:
        ids = ", ".join(reported.too_long[:8])
        parts.append(f"Too long to show here; read with {wording.whole.format(ids=ids)}")
    if reported.messages:
        parts = parts or [f"ackbox. {count}."]
        parts += _to_handle(
            reported.messages,
            reported.unread,
            answer,
            reminders=_reminders(reported),
            wording=wording,
        )
    if reported.notes:
        parts.append(_notes(reported.notes, answer, wording))
    return "\n\n".join(parts)


def for_wake(woken: Woken, answer: Answer, *, time: str) -> str:
    """Return what wakes a program: a short notice, or with `carries_text` the messages; "" when
    there is nothing to wake it for.

    `time` makes each notice different: Claude Code drops one that is the same as the last.
    """
    if not woken.ids:
        return ""
    count = len(woken.ids)
    urgent = f", {woken.urgent} urgent" if woken.urgent else ""
    senders = ", ".join(quoted(each) for each in woken.senders)
    heading = f"ackbox, {time}: {count} new {_plural(count, 'message')}{urgent}, from {senders}."
    if woken.messages:
        return "\n\n".join([heading, *_to_handle(woken.messages, count, answer)])
    one = count == 1
    return (
        f"{heading} {'It comes' if one else 'They come'} with this notice; otherwise read"
        f" {'it' if one else 'them'} with the ackbox tool inbox."
    )


def _to_handle(
    messages: Sequence[Letter],
    waiting: int,
    answer: Answer,
    *,
    reminders: Sequence[str] = (),
    wording: Wording = NATIVE,
) -> list[str]:
    """Return messages, and what to do with them."""
    ids, left = json.dumps([each.id for each in messages]), waiting - len(messages)
    return [
        answer.messages(messages),
        *reminders,
        f"When you have dealt with {_plural(len(messages), 'it', 'them')}:"
        f" {wording.acknowledge.format(ids=ids)}. To answer: {wording.answer}."
        + (f" Not shown: {left:,}; read them with {wording.inbox}." if left > 0 else ""),
    ]


def _reminders(reported: Reported) -> list[str]:
    """Return what a hook says of messages whose reply is due: the times are in their facts."""
    late = [id for id, reminder in reported.reminders.items() if reminder == "overdue"]
    half = [id for id, reminder in reported.reminders.items() if reminder == "half_time"]
    said = []
    if late:
        said.append(
            f"Overdue: the sender of {', '.join(late)} still waits for your reply. Reply now, even"
            " if only to say when you will have the answer."
        )
    if half:
        said.append(
            f"Reminder: half of the time for your reply to {', '.join(half)} is over; `reply_by`"
            " says when it is due."
        )
    return said


def _plural(count: int, one: str, many: str | None = None) -> str:
    return one if count == 1 else many or f"{one}s"


def _notes(notes: Sequence[Note], answer: Answer, wording: Wording) -> str:
    """Return notes as text, of each at most so many bytes."""
    items = [_of_note(note, answer.clock(), wording) for note in notes]
    return "\n\n".join([NOTE_RULE, *(answer.item(each, room=NOTE_LENGTH) for each in items)])


def _of_note(note: Note, now_ms: int, wording: Wording) -> Item:
    about = {
        "kind": token(note.kind),
        "priority": note.priority,
        "author": token(note.author),
        "age_s": age_s(note.created_at, now_ms),
        "id": note.id,
    }
    title = [] if note.title is None else [note.title]
    tags = [f"Tags: {', '.join(note.tags)}"] if note.tags else []
    rest = wording.note.format(id=note.id)
    return Item("note", about, "\n\n".join([*title, note.text, *tags]), rest)
