"""SuperPortia's replies: pure functions of arguments and result.

Explained in docs/howto/coming-from-superportia.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import present
from ackbox.dialects.engine.errors import CallerError
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.superportia.work_order_replies import (
    floor_order,
    seconds,
    seconds_or_null,
)
from ackbox.model.message import Letter
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.check_in import CheckedIn
from ackbox.ops.mailbox import Mailbox
from ackbox.ops.message.send import Sent
from ackbox.ops.note.write import Added, Note
from ackbox.ops.receipt import Marked
from ackbox.ops.workspace.overview import Overview

PLATFORMS = {
    "darwin": "mac",
    "macos": "mac",
    "mac": "mac",
    "windows": "win",
    "win32": "win",
    "win": "win",
}


def _short(seq: int) -> str:
    return f"msg-{seq:012x}"


def _priority(priority: int) -> str:
    return "urgent" if priority == 5 else "normal"


def _platform(agent: Instance) -> str:
    return "web" if agent.platform is None else PLATFORMS.get(agent.platform.lower(), "web")


def send_agent_message(given: Object, sent: Sent) -> Object:
    return {
        "msg_id": _short(sent.seq),
        "to": given["to"],
        "from": sent.sender,
        "subject": given["subject"],
        "delivered": True,
        "timestamp": seconds(sent.created_at),
        "_ext": {"id": sent.id, "recipients": sent.recipients},
    }


def check_agent_mailbox(_: Object, mailbox: Mailbox) -> Object:
    return {
        "unread": mailbox.unread,
        "total": mailbox.total,
        "messages": [_message(letter, mailbox.agent) for letter in mailbox.messages],
        "_ext": {"counts_capped": mailbox.counts_capped},
    }


def _message(letter: Letter, owner: str) -> Object:
    return {
        "msg_id": _short(letter.seq),
        "from": letter.sender,
        "to": owner,
        "subject": letter.subject or "",
        "body": letter.body,
        "priority": _priority(letter.priority),
        "read": letter.read,
        "archived": letter.archived,
        "created_at": seconds(letter.created_at),
        "_ext": {
            "id": letter.id,
            "intent": letter.intent,
            "thread": letter.thread,
            **present(parent=letter.parent, refs=letter.refs or None),
        },
    }


def mark_message(given: Object, marked: Marked) -> Object:
    return {"msg_id": given["msg_id"], "read": given["read"], "updated": not marked.not_found}


def archive_message(given: Object, marked: Marked) -> Object:
    return {"msg_id": given["msg_id"], "archived": not marked.not_found}


def agent_heartbeat(_: Object, checked_in: CheckedIn) -> Object:
    me = checked_in.me
    return {
        "agent_id": me.agent,
        "ship": me.machine or "",
        "platform": _platform(me),
        "current_task": me.summary or None,
        "last_seen": seconds_or_null(me.last_seen),
        "_ext": {
            "unread": checked_in.unread,
            "total": checked_in.total,
            "urgent": [
                {"msg_id": _short(each.seq), "from": each.sender} for each in checked_in.urgent
            ],
        },
    }


def factory_floor_status(_: Object, overview: Overview) -> Object:
    location = overview.location
    return {
        "captain_location": location.text if location else None,
        "location_updated_by": _who(location) if location else None,
        "location_updated_at": seconds(location.created_at) if location else None,
        "team": [_member(agent) for agent in overview.agents],
        "work_orders": {
            "active": [floor_order(task) for task in overview.active],
            "awaiting_review": [floor_order(task) for task in overview.review],
            "blocked": [floor_order(task) for task in overview.blocked],
        },
        "recent_completions": [floor_order(task) for task in overview.done],
        "timestamp": seconds(overview.at),
    }


def _who(location: Note) -> str:
    """Return who reported a location: the name that was given, or who wrote it."""
    return str(location.metadata.get("updated_by") or location.author)


def _member(agent: Instance) -> Object:
    return {
        "agent_id": agent.agent,
        "ship": agent.machine or "",
        "platform": _platform(agent),
        "status": _presence(agent),
        "current_task": agent.summary or None,
        "last_seen": seconds_or_null(agent.last_seen),
        "_ext": {"kind": agent.kind, **present(platform=agent.platform)},
    }


def _presence(agent: Instance) -> str:
    if agent.presence == "online":
        return "Working" if agent.is_working else "Online"
    return "Stale" if agent.presence == "idle" else "Offline"


def update_captain_location(_: Object, note: Added) -> Object:
    return {
        "location": note.text,
        "updated_by": _who(note),
        "updated_at": seconds(note.created_at),
        "updated": True,
        "_ext": {"note": note.id, "author": note.author},
    }


def error_body(error: CallerError) -> Object:
    return {"error": error.message, **present(hint=error.hint, field=error.path)}
