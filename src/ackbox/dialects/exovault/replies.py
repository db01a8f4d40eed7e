"""ExoVault's replies: pure functions of arguments and result.

Explained in docs/howto/coming-from-exovault.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import channel, present, to_uuid
from ackbox.dialects.engine.errors import CallerError
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.exovault.convert import COLUMNS
from ackbox.dialects.exovault.note_replies import memory_of, note_of
from ackbox.model.message import Letter
from ackbox.model.task import Task
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.list import Roster
from ackbox.ops.inbox import Checked
from ackbox.ops.message.send import Sent
from ackbox.ops.receipt import Marked
from ackbox.ops.session.context import Acknowledged, Opening, SessionContext
from ackbox.ops.session.list import Session
from ackbox.ops.session.start import Checkpointed, Kept, Started
from ackbox.ops.task.create_many import CreatedMany
from ackbox.ops.task.find import TaskPage


def send_message(given: Object, sent: Sent) -> Object:
    return {
        "id": to_uuid(sent.id),
        "messageId": to_uuid(sent.id),
        "status": "pending",
        "senderId": sent.sender,
        "targetId": given["targetId"],
        "content": given["content"],
        "category": given["category"],
        "priority": given["priority"],
        "subject": given["subject"],
        "vaultId": sent.workspace,
        "metadata": given["metadata"],
        **present(template=given["template"]),
        "parentMessageId": given["parentMessageId"],
        "threadId": to_uuid(sent.thread),
        "createdAt": sent.created_at,
        "timestamp": sent.created_at,
        "_ext": {"recipients": sent.recipients, "recipientCount": sent.recipient_count},
    }


def read_messages(given: Object, checked: Checked) -> list[Object]:
    # Reading a pending message delivers it.
    status = "delivered" if given["status"] == "pending" else given["status"]
    return [_message(letter, status) for letter in checked.messages]


def _message(letter: Letter, status: str) -> Object:
    return {
        "id": to_uuid(letter.id),
        "messageId": to_uuid(letter.id),
        "senderId": letter.sender,
        "sender": letter.sender,
        "targetId": "*" if letter.to == ["*"] else channel(letter.to),
        "isBroadcast": letter.to == ["*"],
        "content": letter.body,
        "category": "info" if letter.intent == "inform" else letter.intent,
        "priority": letter.priority,
        "subject": letter.subject,
        "parentMessageId": None if letter.parent is None else to_uuid(letter.parent),
        "threadId": to_uuid(letter.thread),
        "vaultId": letter.workspace,
        "metadata": letter.metadata,
        "createdAt": letter.created_at,
        "timestamp": letter.created_at,
        "expiresAt": letter.expires_at,
        "_ext": {
            "receiptId": letter.receipt_id,
            "senderKind": letter.sender_kind,
            "type": letter.type,
            "intent": letter.intent,
            **present(refs=letter.refs or None),
        },
        "status": status,
    }


def ack_message(given: Object, _: Marked) -> Object:
    return {"messageId": given["messageId"], "status": "acknowledged", "acknowledged": True}


def list_active_agents(_: Object, roster: Roster) -> list[Object]:
    return [_active(agent) for agent in roster.agents]


def _active(agent: Instance) -> Object:
    return {
        "agentId": agent.agent,
        "lastActive": agent.last_seen,
        "isOnline": agent.presence == "online",
        "_ext": {
            "kind": agent.kind,
            "presence": agent.presence,
            **present(summary=agent.summary),
        },
    }


def session_start(_: Object, started: Started) -> Object:
    session = started.session
    return {
        **_context(started, session.agent, session.workspace, status="delivered"),
        "queryResults": [memory_of(note) for note in started.found],
        "_ext": {
            "sessionId": session.id,
            "sessionToken": started.token,
            "unread": started.unread,
            **present(conflicts=started.conflicts or None),
        },
    }


def opening(_: Object, opening: Opening) -> Object:
    """Return what session_start would, to an agent that begins with another tool.

    Its messages stay pending: it has not asked for them.
    """
    if opening.told is None:
        return {}
    context = _context(opening.told, opening.agent, opening.workspace, status="pending")
    return {"sessionStart": context}


def _context(told: SessionContext, agent: str, workspace: str, *, status: str) -> Object:
    return {
        "agentLabel": agent,
        "sessionContext": {
            "recentSessions": [_session(session) for session in told.recent],
            "importantFacts": [memory_of(note) for note in told.notes if note.kind != "constraint"],
            "activeTasks": [_task(task) for task in told.tasks],
            "constraints": [memory_of(note) for note in told.notes if note.kind == "constraint"],
        },
        "vaults": [{"id": workspace, "name": workspace}],
        "recentAgents": [_active(each) for each in told.agents],
        "documents": [note_of(note) for note in told.documents],
        "pendingMessages": [_message(letter, status) for letter in told.messages],
        "changesSinceLastSession": {
            "memories": [memory_of(note) for note in told.news],
            "acknowledgedMessages": [_acknowledged(each) for each in told.acknowledged],
        },
        "isFirstConnection": told.is_first,
        "memoryHealth": {"total": told.kept},
    }


def _acknowledged(message: Acknowledged) -> Object:
    return {
        "messageId": to_uuid(message.id),
        "agentId": message.agent,
        "status": "acknowledged",
        "acknowledgedAt": message.acknowledged_at,
    }


def _session(session: Session) -> Object:
    return {
        "sessionId": to_uuid(session.id),
        "agentId": session.agent,
        "summary": session.summary,
        "startedAt": session.started_at,
        "endedAt": session.ended_at,
        "lastActive": session.last_seen,
        "status": session.state,
    }


def context_checkpoint(_: Object, checkpointed: Checkpointed) -> Object:
    outcomes = [_outcome(kept) for kept in checkpointed.notes]
    session = checkpointed.session
    return {
        "total": len(outcomes),
        "created": outcomes.count("created"),
        "skipped": outcomes.count("skipped"),
        "failed": outcomes.count("failed"),
        "durationMs": 0,
        "results": [
            {
                "memoryId": None if kept.id is None else to_uuid(kept.id),
                "status": _outcome(kept),
                **present(error=(kept.error or {}).get("message")),
            }
            for kept in checkpointed.notes
        ],
        "pendingMessages": [_message(letter, "delivered") for letter in checkpointed.messages],
        "_ext": {
            **present(sessionId=None if session is None else session.id),
            "unread": checkpointed.unread,
            "acknowledgedMessages": [_acknowledged(each) for each in checkpointed.acknowledged],
        },
    }


def _outcome(kept: Kept) -> str:
    return "failed" if kept.error else "skipped" if kept.duplicate else "created"


def get_task(_: Object, task: Task) -> Object:
    return _task(task)


def create_plan_tasks(_: Object, made: CreatedMany) -> Object:
    return {"planGroupId": to_uuid(made.plan), "tasks": [_task(task) for task in made.tasks]}


def list_tasks(_: Object, page: TaskPage) -> list[Object]:
    newest = sorted(page.tasks, key=lambda task: task.updated_at, reverse=True)
    return [_task(task) for task in newest]


def _task(task: Task) -> Object:
    return {
        "id": to_uuid(task.id),
        "taskId": to_uuid(task.id),
        "title": task.title,
        "description": task.description,
        "status": COLUMNS[task.status],
        "priority": task.priority,
        "assignedAgentId": task.assignee,
        "agentId": task.creator,
        "doneWhen": task.done_when,
        "createdAt": task.created_at,
        "updatedAt": task.updated_at,
        "_ext": {"number": task.number, "status": task.status},
    }


def error_body(error: CallerError) -> Object:
    is_about_a_field = error.path and error.code in ("invalid", "too_long")
    return {
        "error": error.text,
        **present(fields={error.path: error.message} if is_about_a_field else None),
        "_ext": {"code": error.code, "message": error.message, **present(hint=error.hint)},
    }
