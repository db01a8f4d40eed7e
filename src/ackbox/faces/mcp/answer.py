"""Answers of the native tools: the briefing of a result, with counts, ids, cursors and next steps.

Text that others wrote comes out of briefing.py only.
Explained in docs/why/briefing.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ackbox.briefing import LENGTH, LONGEST, SHORTEST, Answer, as_json, facts, quoted
from ackbox.dialects.engine.mapping import MappedCall
from ackbox.faces.mcp.caller import Who
from ackbox.model.message import Message
from ackbox.model.task import Task
from ackbox.ops.agent.check_in import CheckedIn
from ackbox.ops.agent.list import Roster
from ackbox.ops.decode import decode
from ackbox.ops.inbox import Checked
from ackbox.ops.message.ask import Asked
from ackbox.ops.message.audience import Recipient
from ackbox.ops.message.send import Sent
from ackbox.ops.receipt import Marked
from ackbox.ops.task.claim import Claimed
from ackbox.ops.task.find import TaskPage

# Names that a sentence lists; the rest are counted.
MAX_NAMES = 10
SENTENCE = 300
# Ids of left-out messages that the last line lists.
MAX_IDS = 8


# Arguments of a tool besides its operation's parameters: length and start of the answer.
UP_TO, FROM = ("max_length",), ("max_length", "offset")


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The length of an answer, and where it starts."""

    max_length: Annotated[int, Meta(ge=SHORTEST, le=LONGEST)] = LENGTH
    offset: Annotated[
        int, Meta(ge=0, le=10_000_000, description="Continue from this character")
    ] = 0


def reading_of(arguments: dict[str, Any], names: tuple[str, ...]) -> tuple[Reading, dict[str, Any]]:
    """Return the wanted part of the answer, and the other arguments. Raises Invalid."""
    own = {name: value for name, value in arguments.items() if name in names}
    return decode(Reading, own), {
        name: value for name, value in arguments.items() if name not in own
    }


async def read(caller: Who, clock: Callable[[], int], operation: str, **params: Any) -> str:
    """Call an operation and return its result as text for a model, leaving room for a sentence
    before it.
    """
    answer = Answer(clock, length=LENGTH - SENTENCE)
    return write(
        MappedCall(operation, params), await caller.within(answer).call(operation, **params), answer
    )


def write(asked: MappedCall, result: Any, answer: Answer) -> str:
    """Return the result of an operation as text for a model."""
    match result:
        case Asked():
            return _asked(result, answer)
        case Sent():
            return _sent(result)
        case Checked():
            return _checked(result, answer)
        case Marked():
            return _marked(result)
        case Message():
            return answer.messages([result])
        case Task():
            return answer.tasks([result])
        case Claimed():
            return _claimed(result, answer)
        case TaskPage():
            return _page(
                answer.tasks(result.tasks) if result.tasks else "No tasks.", result.cursor, answer
            )
        case Roster():
            return _roster(result, answer, int(asked.params.get("skip") or 0))
        case CheckedIn():
            return _checked_in(result, answer)
    if hasattr(result, "messages") and hasattr(result, "cursor"):
        return _page(
            answer.messages(result.messages) if result.messages else "No messages.",
            result.cursor,
            answer,
        )
    return answer.answer("answer", {"operation": asked.operation}, as_json(result))


def _page(text: str, cursor: str | None, answer: Answer) -> str:
    if cursor:
        return f"{text}\n\nMore follow: call again with cursor {cursor}"
    if answer.left_out:
        ids = ", ".join(answer.left_out[:MAX_IDS])
        return (
            f"{text}\n\n{len(answer.left_out)} more did not fit; call again with their ids:"
            f" {ids}{'…' if len(answer.left_out) > MAX_IDS else ''}"
        )
    return text


def _checked(result: Checked, answer: Answer) -> str:
    unread = f"{result.unread:,} of {result.total:,}{' or more' if result.counts_capped else ''}"
    if not result.messages:
        return (
            "No unread messages."
            if not result.unread
            else (
                f"No more messages here. Unread in the mailbox: {unread}. Call inbox without a"
                " cursor."
            )
        )
    lines = [f"Shown: {len(result.messages)}. Unread in the mailbox: {unread}."]
    if result.has_more:
        lines.append(
            f"More follow: call again with cursor {result.cursor}"
            if result.cursor
            else "More follow: mark these, then call again."
        )
    whole = [message.id for message in result.messages if message.id not in answer.begun]
    if whole:
        lines.append(
            "When you have handled them, call mark with mark acknowledged and ids"
            f" {msgspec.json.encode(whole).decode()}"
        )
    if answer.begun:
        lines.append(
            f"Shown in part and not marked: {', '.join(sorted(answer.begun))}. Read on with"
            " the call below each, then mark them."
        )
    return "\n".join([f"{answer.messages(result.messages)}\n", *lines])


def _sent(result: Sent) -> str:
    sentence = "Stored before; nothing was stored again." if result.duplicate else "Stored."
    details = {
        "id": result.id,
        "thread": result.thread,
        "type": result.type,
        "recipients": result.recipient_count,
    }
    return "\n".join([f"{sentence} {facts(details)}", *_recipients(result.recipients)])


def _recipients(recipients: list[Recipient]) -> list[str]:
    """Return a line for each unknown recipient, and one for each other: how soon it sees the
    message.
    """
    lines = []
    unknown = [each for each in recipients if not each.known]
    for each in unknown[:MAX_NAMES]:
        near = f" Did you mean {' or '.join(map(quoted, each.near[:2]))}?" if each.near else ""
        lines.append(f"No agent called {quoted(each.agent)} yet; the message waits for it.{near}")
    if len(unknown) > MAX_NAMES:
        lines.append(f"{len(unknown) - MAX_NAMES} more recipients are unknown.")
    known = [each for each in recipients if each.known]
    for each in known[:MAX_NAMES]:
        name = f"{each.agent}/{each.instance}" if each.instance else each.agent
        is_here = each.presence == "online" or each.last_seen is None
        last = "" if is_here else f" (last call {each.last_seen})"
        lines.append(f"{quoted(name)} {each.delivery}{last}.")
    if len(known) > MAX_NAMES:
        lines.append(f"{len(known) - MAX_NAMES} more recipients.")
    return lines


def _asked(result: Asked, answer: Answer) -> str:
    details = facts(
        {"outcome": result.outcome, "id": result.id, "thread": result.thread, "type": result.type}
    )
    if result.answer is not None:
        after = (
            "When you have handled it, call mark with mark acknowledged and ids"
            f' ["{result.answer.id}"]'
        )
        return f"Answered. {details}\n\n{answer.messages([result.answer])}\n\n{after}"
    why = "No recipient is online any more." if result.outcome == "gone" else "No reply in time."
    return "\n".join(
        [
            f"{why} {details}",
            *_recipients(result.recipients),
            (
                "The question stays. To keep waiting, call wait: the reply comes as a message"
                f" with parent {result.id}. To look for it later, call thread with id {result.id}."
                " Do not ask again."
            ),
        ]
    )


def _marked(result: Marked) -> str:
    lines = [
        f"Marked {result.mark}: {len(result.changed)} changed, {len(result.unchanged)} already"
        " were."
    ]
    if result.not_found:
        more = (
            f" and {len(result.not_found) - MAX_NAMES} more"
            if len(result.not_found) > MAX_NAMES
            else ""
        )
        lines.append(
            "Not among your messages:"
            f" {', '.join(map(quoted, result.not_found[:MAX_NAMES]))}{more}. Use ids that inbox"
            " gave."
        )
    return "\n".join(lines)


def _claimed(result: Claimed, answer: Answer) -> str:
    about = facts({"claimed": result.claimed, "reason": result.reason})
    if result.claimed:
        sentence = "You have it."
    elif result.winner:
        sentence = f"Not claimed: {quoted(result.winner)} has it."
    else:
        sentence = {
            "waiting": "Not claimed: it waits for other tasks.",
            "finished": "Not claimed: it is finished.",
            "assigned": "Not claimed: it is assigned to another agent.",
        }.get(result.reason or "", "Not claimed: no unassigned task matches.")
    return (
        f"{sentence} {about}"
        if result.task is None
        else f"{sentence} {about}\n\n{answer.tasks([result.task])}"
    )


def _roster(result: Roster, answer: Answer, skipped: int) -> str:
    about = {
        "total": result.total,
        "online": result.online,
        "shown": len(result.agents),
        "awaited": len(result.awaited),
    }
    text = answer.cards(
        result.agents, about, beside=("Recipients that never connected", result.awaited)
    )
    upto = skipped + len(result.agents)
    return f"{text}\n\nMore follow: call again with skip {upto}" if upto < result.total else text


def _checked_in(result: CheckedIn, answer: Answer) -> str:
    unread = f"{result.unread:,} unread of {result.total:,}. " + (
        "Read them with inbox." if result.unread else "No messages wait for you."
    )
    details = {"conflicts": result.conflicts, "copies": result.copies, "notices": result.notices}
    text = as_json({"me": result.me} | {name: found for name, found in details.items() if found})
    about = {
        "unread": result.unread,
        "heartbeat_s": result.heartbeat_s,
        "conflicts": len(result.conflicts),
    }
    return f"You are checked in. {unread}\n\n{answer.answer('checkin', about, text)}"
