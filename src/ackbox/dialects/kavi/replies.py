"""Kavi's replies: pure functions of arguments and result.

Explained in docs/howto/coming-from-kavi.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import channel, present, to_uuid
from ackbox.dialects.engine.errors import CallerError
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.kavi.convert import one_of_five, shown_intent
from ackbox.model.message import Message
from ackbox.model.task import Task
from ackbox.ops.event.log import Line, Lines
from ackbox.ops.inbox import Checked
from ackbox.ops.message.send import Sent
from ackbox.ops.turn import Turn


def submit_turn_envelope(_: Object, turn: Turn) -> Object:
    return {
        "accepted": True,
        "turnId": to_uuid(turn.id),
        "agent": turn.agent,
        "status": turn.status,
        "peerMessages": [peer_message(message) for message in turn.messages],
        "createdAt": turn.created_at,
        "_ext": {
            "note": turn.id,
            "duplicate": turn.duplicate,
            "tasks": [_planned(task) for task in turn.tasks],
        },
    }


def _planned(task: Task) -> Object:
    return {
        "id": to_uuid(task.id),
        "key": task.metadata.get("key"),
        "title": task.title,
        "owner": task.assignee,
        "status": task.status,
        "dependsOnTaskIds": [to_uuid(id) for id in task.depends_on],
    }


def peer_message(message: Message) -> Object:
    return {
        "id": to_uuid(message.id),
        "taskId": message.metadata.get("task"),
        "from": message.sender,
        "to": channel(message.to),
        "intent": shown_intent(message.intent, message.expects_reply_by),
        "subject": message.subject or "",
        "body": message.body,
        "createdAt": message.created_at,
        "_ext": {
            "id": message.id,
            "thread": message.thread,
            **present(parent=message.parent),
            "intent": message.intent,
            "kind": message.sender_kind,
            **present(refs=message.refs or None, expectsReplyBy=message.expects_reply_by),
        },
    }


def render_inbox(given: Object, checked: Checked, briefing: str | None) -> Object:
    return {
        "text": _lines(checked) if given["format"] == "kavi" else briefing,
        "count": len(checked.messages),
        "remaining": checked.has_more,
        "messages": [peer_message(message) for message in checked.messages],
    }


def _lines(checked: Checked) -> str:
    """Return messages as Kavi writes them into a prompt: a line each, not framed."""
    lines = [
        f"- [{shown_intent(each.intent, each.expects_reply_by)}] {each.subject or ''}: {each.body}"
        for each in checked.messages
    ]
    return "\n".join(lines) or "- empty"


def send_operator_message(given: Object, sent: Sent) -> Object:
    return {
        "id": to_uuid(sent.id),
        "taskId": given["taskId"],
        "from": sent.sender,
        "to": given["to"],
        "intent": one_of_five(given["intent"]),
        "subject": given["subject"] or "",
        "body": given["body"],
        "createdAt": sent.created_at,
        "_ext": {"id": sent.id, "recipients": sent.recipients},
    }


def events(_: Object, log: Lines) -> Object:
    return {
        "events": [
            {
                "id": to_uuid(line.id),
                "type": line.type,
                "timestamp": line.timestamp,
                "payload": _payload(line),
            }
            for line in log.lines
        ],
        "cursor": log.cursor,
        "hasMore": log.has_more,
    }


def _payload(line: Line) -> Object:
    """Return what a line of the log holds; a message as it was sent to a peer."""
    if line.type != "message.sent":
        return line.payload
    message = line.payload
    return {
        "id": to_uuid(message["id"]),
        "taskId": message["metadata"].get("task"),
        "from": message["sender"],
        "to": channel(message["to"]),
        "intent": shown_intent(message["intent"], message.get("expects_reply_by")),
        "subject": message.get("subject") or "",
        "body": message["body"],
        "createdAt": message["created_at"],
        "_ext": {"thread": message["thread"], "parent": message.get("parent")},
    }


def error_body(error: CallerError) -> Object:
    return {
        "error": error.message,
        "code": error.code,
        **present(hint=error.hint, field=error.path),
    }
