"""GolemXV's replies, of its tools and its REST interface: pure functions of arguments and result.

Explained in docs/howto/coming-from-golemxv.md.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from ackbox.dialects.engine.convert import channel, present, to_uuid
from ackbox.dialects.engine.errors import CallerError
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.golemxv.convert import EVENTS, HUMAN
from ackbox.model.message import Message
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.list import Roster
from ackbox.ops.agent.whoami import Identity
from ackbox.ops.event.feed import Event
from ackbox.ops.event.list import Activity
from ackbox.ops.message.history import Past
from ackbox.ops.message.send import Sent
from ackbox.ops.rules.overlap import Overlap
from ackbox.ops.session.list import Claims, Session, Sessions
from ackbox.ops.session.start import Checkpointed, Ended, Started

CHANNELS = ("golemxv:project-", "project-")
# What is pushed of a message, and which other events are.
PUBLISHED = (
    "id",
    "uuid",
    "sender_name",
    "recipient_type",
    "recipient_name",
    "type",
    "content",
    "created_at",
)
PUBLIC_EVENTS = {
    "session.started": "agent.checkin",
    "session.ended": "agent.checkout",
    "session.changed": "agent.status",
    "task.claimed": "task.claimed",
    "task.updated": "task.status_changed",
}
THEIR_EVENTS = {ours: theirs for theirs, ours in EVENTS.items()}


def checkin(_: Object, started: Started) -> Object:
    session = started.session
    return {
        "session_token": started.token,
        "agent_name": session.agent,
        "project": _project(session.workspace),
        "conflicts": _conflicts(started.conflicts),
        "_ext": {
            "session_id": session.number,
            "heartbeat_interval_seconds": started.heartbeat_s,
            "heartbeat_ttl_seconds": started.ttl_s,
            "unread": started.unread,
        },
    }


def rest_checkin(_: Object, started: Started) -> Object:
    data = {
        "session_id": started.session.number,
        "session_token": started.token,
        "agent_name": started.session.agent,
        "heartbeat_interval_seconds": started.heartbeat_s,
        "heartbeat_ttl_seconds": started.ttl_s,
    }
    return in_envelope(data, _conflict_meta(started.conflicts))


def _project(workspace: str) -> Object:
    return {"id": _number_of(workspace), "name": workspace, "slug": workspace}


def _number_of(name: str) -> int:
    """Return the same 31 bits for the same name: GolemXV numbers what we name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1


def _conflicts(overlaps: list[Overlap]) -> list[Object]:
    """Return overlaps of work as one for each agent: GolemXV knows no instances."""
    areas: dict[str, set[str]] = {}
    files: dict[str, set[str]] = {}
    for each in overlaps:
        areas.setdefault(each.agent, set()).update(each.areas)
        files.setdefault(each.agent, set()).update(each.files)
    return [
        {
            "agent_name": agent,
            "overlapping_areas": sorted(areas[agent]),
            "overlapping_files": sorted(files[agent]),
            # The names of the same in GolemXV's own commands.
            "type": "file" if files[agent] else "area",
            "overlap": sorted(files[agent]) or sorted(areas[agent]),
        }
        for agent in areas
    ]


def _conflict_meta(overlaps: list[Overlap]) -> Object:
    return {"has_conflicts": True, "conflicts": _conflicts(overlaps)} if overlaps else {}


def in_envelope(data: Any, meta: Object | None = None) -> Object:
    return {"data": data, "meta": meta or {}}


def heartbeat(_: Object, checkpointed: Checkpointed) -> Object:
    return {
        "ok": True,
        **_alive(checkpointed.session),
        "_ext": {
            "unread": checkpointed.unread,
            "conflicts": _conflicts(checkpointed.conflicts),
        },
    }


def rest_heartbeat(_: Object, checkpointed: Checkpointed) -> Object:
    return in_envelope(_alive(checkpointed.session), _conflict_meta(checkpointed.conflicts))


def _alive(session: Session | None) -> Object:
    if session is None:
        # A key of a single agent can send heartbeats without a session.
        return dict.fromkeys(("session_id", "agent_name", "status", "last_heartbeat_at"))
    return {
        "session_id": session.number,
        "agent_name": session.agent,
        "status": session.state,
        "last_heartbeat_at": session.last_seen,
    }


def scope_update(given: Object, checkpointed: Checkpointed) -> Object:
    return {
        "ok": True,
        **_scope(given, checkpointed),
        "_ext": {"conflicts": _conflicts(checkpointed.conflicts)},
    }


def rest_status(given: Object, checkpointed: Checkpointed) -> Object:
    session = checkpointed.session
    data = {"session_id": session and session.number, **_scope(given, checkpointed)}
    return in_envelope(data, _conflict_meta(checkpointed.conflicts))


def _scope(given: Object, checkpointed: Checkpointed) -> Object:
    session = checkpointed.session
    if session is None:
        # A key of a single agent can declare what it works on without a session.
        return {name: given[name] for name in ("declared_area", "declared_files")}
    return {"declared_area": session.area or "", "declared_files": session.files}


def presence(_: Object, roster: Roster) -> Object:
    return {
        "project": {"name": roster.workspace, "slug": roster.workspace},
        "agents": [_present(agent) for agent in roster.agents],
    }


def rest_presence(_: Object, roster: Roster) -> Object:
    return in_envelope([_present(agent) for agent in roster.agents])


def _present(agent: Instance) -> Object:
    return {
        # Null for an agent that is here without a session, in another dialect.
        "id": agent.session,
        "agent_name": _labelled(agent.agent, agent.kind),
        "declared_area": agent.area or None,
        "declared_files": agent.files,
        "started_at": agent.started_at,
        "last_heartbeat_at": agent.last_seen,
        "_ext": {**present(summary=agent.summary), "kind": agent.kind},
    }


def project_info(_: Object, roster: Roster) -> Object:
    return {
        "project": {
            **_project(roster.workspace),
            "description": "",
            "conflict_mode": roster.sessions.on_conflict,
            "heartbeat_interval_seconds": roster.sessions.heartbeat_s,
            "heartbeat_ttl_seconds": roster.sessions.ttl_s,
        },
        "work_areas": [],
        "active_agent_count": roster.online,
        "agents": [_member(agent) for agent in roster.agents],
    }


def _member(agent: Instance) -> Object:
    return {
        "agent_name": _labelled(agent.agent, agent.kind),
        "is_active": agent.presence == "online",
        "last_heartbeat_at": agent.last_seen,
    }


def _labelled(name: str, kind: str) -> str:
    return name + HUMAN if kind == "human" else name


def conflict_check(_: Object, claims: Claims) -> Object:
    return {"has_conflicts": bool(claims.conflicts), "conflicts": _conflicts(claims.conflicts)}


def checkout(_: Object, ended: Ended) -> Object:
    return {"ok": True, **_checked_out(ended), "duration_seconds": ended.duration_s}


def _checked_out(ended: Ended) -> Object:
    session = ended.session
    return {
        "session_id": session.number,
        "agent_name": session.agent,
        "status": "checked_out",
        "outcome_status": session.outcome,
        "work_summary": session.summary,
        "summary": session.summary,
        "outcome": session.outcome,
        "files_touched": session.touched,
        "checked_out_at": session.ended_at,
    }


def rest_checkout(_: Object, ended: Ended) -> Object:
    return in_envelope(_checked_out(ended))


def send_message(_: Object, sent: Sent) -> Object:
    return {"sent": True, **_sent(sent), "_ext": {"type": sent.type, "recipients": sent.recipients}}


def rest_send_message(_: Object, sent: Sent) -> Object:
    return in_envelope(_sent(sent))


def _sent(sent: Sent) -> Object:
    return {"id": sent.seq, "uuid": to_uuid(sent.id)}


def get_messages(_: Object, past: Past) -> Object:
    found = [
        {
            **_message(message),
            "from": _labelled(message.sender, message.sender_kind),
            "to": "all" if message.to == ["*"] else channel(message.to),
            "at": message.created_at,
        }
        for message in past.messages
    ]
    return {"messages": found, "count": len(found)}


def rest_get_messages(_: Object, past: Past) -> Object:
    return in_envelope([_message(message) for message in past.messages])


def _message(message: Message) -> Object:
    is_broadcast = message.to == ["*"]
    sender = _labelled(message.sender, message.sender_kind)
    return {
        "id": message.seq,
        "uuid": to_uuid(message.id),
        "sender_name": sender,
        # GolemXV's hooks read these two.
        "sender": sender,
        "recipient": channel(message.to),
        "recipient_type": "broadcast" if is_broadcast else "direct",
        "recipient_name": None if is_broadcast else channel(message.to),
        "content": message.body,
        "type": _type(message),
        "metadata": message.metadata,
        "created_at": message.created_at,
        "_ext": {
            **present(subject=message.subject),
            "intent": message.intent,
            "priority": message.priority,
            "thread": message.thread,
            **present(parent=message.parent, refs=message.refs or None),
        },
    }


def realtime_token(_: Object, identity: Identity) -> Object:
    # The server adds its address and two tickets.
    return {"data": {"channel": CHANNELS[0] + identity.workspace}, "meta": {}}


def publication(message: Message) -> Object:
    row = _message(message)
    return {
        "event": "agent.message",
        **{name: row[name] for name in PUBLISHED},
    }


def announcement(event: Event) -> Object | None:
    name = PUBLIC_EVENTS.get(event.kind)
    if name is None:
        return None
    if event.kind == "task.updated" and event.details.get("status") == "done":
        name = "task.completed"
    return {
        "event": name,
        "id": event.seq,
        "agent_name": event.agent,
        "created_at": event.at,
        **event.details,
    }


def _type(message: Message) -> str:
    """Return who made a message, where that was the server; else what it is for."""
    if message.type in ("system", "task_assignment"):
        return message.type
    return message.intent if message.intent in ("status", "request") else "text"


def activity_log(_: Object, activity: Activity) -> list[Object]:
    return [_event(event) for event in activity.events]


def _event(event: Event) -> Object:
    return {
        "id": event.seq,
        "event": event.kind,
        "event_type": THEIR_EVENTS.get(event.kind, event.kind),
        "agent_name": event.agent,
        "created_at": event.at,
        "details": event.details,
        **present(message_uuid=None if event.id is None else to_uuid(event.id)),
    }


def sessions(_: Object, found: Sessions) -> list[Object]:
    return [_session(session) for session in found.sessions]


def _session(session: Session) -> Object:
    return {
        "session_id": session.number,
        "agent_name": _labelled(session.agent, session.kind),
        "status": "checked_out" if session.state == "ended" else session.state,
        "declared_area": session.area,
        "declared_files": session.files,
        "started_at": session.started_at,
        "last_heartbeat_at": session.last_seen,
        "checked_out_at": session.ended_at,
        "summary": session.summary,
        "outcome": session.outcome,
        "outcome_status": session.outcome,
        "work_summary": session.summary,
        "files_touched": session.touched,
    }


def error_body(error: CallerError) -> Object:
    return {
        "data": None,
        "errors": [
            {
                "code": error.their_code,
                "message": error.text,
                "_ext": {**present(field=error.path, hint=error.hint), "details": error.details},
            }
        ],
    }


def scope_conflict(error: CallerError) -> Object:
    overlaps = error.details.get("conflicts")
    return {
        **error_body(error),
        "meta": {
            "has_conflicts": None if overlaps is None else bool(overlaps),
            "conflicts": None
            if overlaps is None
            else _conflicts(msgspec.convert(overlaps, list[Overlap])),
        },
    }
