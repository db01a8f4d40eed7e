"""Kavi's snapshot of a session, made of the messages, tasks and agents of a workspace.

What exists only where a daemon runs the agents itself, such as worktrees and missions, is empty.
Explained in docs/howto/coming-from-kavi.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ackbox.dialects.engine.convert import to_uuid
from ackbox.dialects.engine.local_rpc import Project
from ackbox.dialects.engine.mapping import Object
from ackbox.dialects.kavi.replies import peer_message
from ackbox.model.message import Message
from ackbox.model.task import Task
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.list import Roster
from ackbox.ops.message.history import Past
from ackbox.ops.task.create import Created
from ackbox.ops.task.find import TaskPage

# The version of Kavi whose socket this is, and of its protocol: its programs accept no other.
VERSION, PROTOCOL = "1.5.2", 1
# The agents that every part of Kavi knows by name, and what runs them there.
TRANSPORTS = {"codex": "codex-app-server", "claude": "claude-print"}
STATUSES = {
    "claimed": "pending",
    "open": "pending",
    "in_progress": "running",
    "review": "running",
    "blocked": "blocked",
    "done": "completed",
    "failed": "failed",
    "cancelled": "failed",
}


def ping(project: Project, _: Mapping[str, Any]) -> Object:
    return {
        "ok": True,
        "sessionId": project.session,
        "daemonVersion": VERSION,
        "protocolVersion": PROTOCOL,
    }


def snapshot(project: Project, parts: Mapping[str, Any]) -> Object:
    past: Past = parts["messages"]
    # Newest first in ackbox, oldest first in Kavi.
    messages = past.messages[::-1]
    return {
        "session": _session(project, messages, parts["tasks"], parts["agents"]),
        "events": [_event(message) for message in messages[-30:]],
        "approvals": [],
        "worktreeDiffs": [],
        "latestLandReport": None,
    }


def events(_: Project, parts: Mapping[str, Any]) -> list[Object]:
    past: Past = parts["messages"]
    return [_event(message) for message in past.messages[::-1]]


def session_of(shown: Object) -> Any:
    """Return the part of a snapshot that Kavi keeps in its file."""
    return shown["session"]


def _session(project: Project, messages: list[Message], tasks: TaskPage, roster: Roster) -> Object:
    return {
        "id": project.session,
        "repoRoot": project.root,
        "baseCommit": "",
        "createdAt": project.started_at,
        "updatedAt": project.now,
        "socketPath": project.socket,
        "status": "running",
        "goal": None,
        "selectedMissionId": None,
        "fullAccessMode": False,
        "daemonPid": project.pid,
        "daemonHeartbeatAt": project.now,
        "daemonVersion": VERSION,
        "protocolVersion": PROTOCOL,
        "config": _config(),
        "runtime": {
            "nodeExecutable": "node",
            "codexExecutable": "codex",
            "claudeExecutable": "claude",
            "kaviEntryPoint": "ackbox",
        },
        "tasks": [_task(task) for task in tasks.tasks[::-1]],
        "peerMessages": [peer_message(message) for message in messages],
        "agentStatus": {name: _status(name, roster.agents) for name in TRANSPORTS},
        **{
            name: []
            for name in (
                "worktrees",
                "plans",
                "missions",
                "receipts",
                "contracts",
                "brain",
                "providerCapabilities",
                "decisions",
                "pathClaims",
                "reviewNotes",
                "recommendationStates",
            )
        },
    }


def _config() -> Object:
    return {
        "version": 1,
        "baseBranch": "main",
        "validationCommand": "",
        "messageLimit": 6,
        "routing": {
            "frontendKeywords": [],
            "backendKeywords": [],
            "codexPaths": [],
            "claudePaths": [],
        },
        "agents": {name: {"role": "agent", "model": ""} for name in TRANSPORTS},
    }


def _status(name: str, agents: list[Instance]) -> Object:
    found = next((agent for agent in agents if agent.agent == name), None)
    return {
        "agent": name,
        "available": found is not None and found.presence != "away",
        "transport": TRANSPORTS[name],
        "lastRunAt": None if found is None else found.last_seen,
        "lastExitCode": None,
        "sessionId": None,
        "summary": None if found is None else found.summary,
    }


def _task(task: Task) -> Object:
    return {
        "id": to_uuid(task.id),
        "missionId": None,
        "title": task.title,
        "owner": task.assignee or "router",
        "kind": "execution",
        "nodeKind": task.metadata.get("nodeKind"),
        "status": STATUSES[task.status],
        "prompt": task.description or task.title,
        "dependsOnTaskIds": [to_uuid(id) for id in task.depends_on],
        "parentTaskId": None,
        "planId": None,
        "planNodeKey": task.metadata.get("key"),
        "retryCount": 0,
        "maxRetries": 0,
        "lastFailureSummary": task.note if task.status == "failed" else None,
        "lease": None,
        "createdAt": task.created_at,
        "updatedAt": task.updated_at,
        "summary": task.note,
        "nextRecommendation": None,
        "routeReason": None,
        "routeStrategy": "manual" if task.assignee else None,
        "routeConfidence": None,
        "routeMetadata": {},
        "claimedPaths": task.metadata.get("claimedPaths", []),
    }


def _event(message: Message) -> Object:
    peer = peer_message(message)
    return {
        "id": peer["id"],
        "type": "message.sent",
        "timestamp": message.created_at,
        "payload": {name: peer[name] for name in ("from", "to", "intent", "subject")},
    }


def noted(_: Project, __: Mapping[str, Any]) -> Object:
    return {"ok": True}


def task_queued(_: Object, __: Created) -> Object:
    return {"ok": True}
