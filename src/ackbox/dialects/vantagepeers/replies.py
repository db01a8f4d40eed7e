"""VantagePeers' replies about messages, peers and profiles: pure functions of arguments and result.

Those about tasks are in task_replies.py. Explained in docs/howto/coming-from-vantagepeers.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from ackbox.dialects.engine.convert import channel, present
from ackbox.dialects.engine.errors import CallerError
from ackbox.dialects.engine.mapping import Object, Reply
from ackbox.model.message import Letter, Message
from ackbox.model.moment import parse_moment
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.check_in import CheckedIn
from ackbox.ops.agent.heartbeat import Alive
from ackbox.ops.agent.list import Roster
from ackbox.ops.agent.whoami import Identity
from ackbox.ops.inbox import Checked
from ackbox.ops.message.history import Page
from ackbox.ops.message.send import Sent
from ackbox.ops.message.status import StatusOf
from ackbox.ops.message.withdraw import Withdrawn
from ackbox.ops.receipt import Marked
from ackbox.ops.rules.in_progress import Doing, UnderWay

STALE_MS, STUCK_MS = 86_400_000, 900_000
LISTED_CHARACTERS = 60_000


def ms(time: str) -> int:
    """Return a time of ours as Unix milliseconds."""
    return parse_moment(time, field="time")


def ms_or_null(time: str | None) -> int | None:
    return None if time is None else ms(time)


def send_message(given: Object, sent: Sent) -> Object:
    return {
        "messageId": sent.id,
        "from": given["from"],
        "channel": given["channel"] or given["to"] or ",".join(given["recipientAgentIds"]),
        "stateUnverified": [],
        "_ext": {"duplicate": sent.duplicate, "recipients": sent.recipients},
    }


def check_messages(_: Object, checked: Checked) -> Reply:
    rows = [_unread(letter) for letter in checked.messages]
    in_progress = [] if checked.under_way is None else [_in_progress(checked.under_way)]
    more = (
        [f"— truncated. Resume with check_messages since={rows[-1]['createdAt']}"]
        if rows and checked.has_more
        else []
    )
    return Reply(
        rows,
        text=None if rows or in_progress else checked.notice,
        before=tuple(more),
        after=tuple(in_progress),
    )


def _unread(letter: Letter) -> Object:
    return {
        "receiptId": letter.receipt_id,
        "messageId": letter.id,
        "from": letter.sender,
        **present(fromInstanceId=letter.sender_instance),
        "channel": channel(letter.to),
        "content": letter.body,
        "createdAt": ms(letter.created_at),
        "readAt": None,
        **present(
            sessionDay=letter.metadata.get("session_day"), tenantId=letter.metadata.get("tenant")
        ),
        "_ext": _extras(letter),
    }


def _extras(message: Message) -> Object:
    return {
        **present(subject=message.subject),
        "intent": message.intent,
        "priority": message.priority,
        "thread": message.thread,
        **present(parent=message.parent, refs=message.refs or None),
    }


def _in_progress(under_way: UnderWay) -> Object:
    return {
        "staleInProgress": [_doing(task) for task in under_way.mine if task.age_ms >= STALE_MS],
        "stuckInProgress": _stuck(under_way.mine, under_way.mine_count),
        "peersStuckOnYou": _stuck(under_way.for_me, under_way.for_me_count),
    }


def _stuck(tasks: list[Doing], total: int) -> Object:
    return {
        "entries": [_doing(task) for task in tasks],
        "total": total,
        "truncated": total > len(tasks),
        "actionableStuckCount": sum(task.age_ms >= STUCK_MS for task in tasks),
    }


def _doing(task: Doing) -> Object:
    return {"taskId": task.id, "title": task.title, "age": task.age_ms}


def mark_as_read(_: Object, marked: Marked) -> Object:
    return {"markedAsRead": len(marked.changed), "_ext": {"notFound": marked.not_found}}


def get_message(_: Object, message: Message) -> Object:
    return _message(message)


def list_messages(given: Object, page: Page) -> Reply:
    return listed(given, [_message(each) for each in page.messages], page.cursor, page.cursors)


def _message(message: Message) -> Object:
    return {
        "_id": message.id,
        "_creationTime": ms(message.created_at),
        "from": message.sender,
        **present(fromInstanceId=message.sender_instance),
        "channel": channel(message.to),
        **present(to=_one_instance(message.to)),
        "content": message.body,
        **present(sessionDay=message.metadata.get("session_day")),
        "createdAt": ms(message.created_at),
        **present(tenantId=message.metadata.get("tenant")),
        "_ext": _extras(message),
    }


def _one_instance(to: list[str]) -> str | None:
    """Return the one instance that a message is for, or null."""
    return to[0].partition("/")[2] or None if len(to) == 1 else None


def listed(given: Object, rows: list[Object], cursor: str | None, cursors: list[str]) -> Reply:
    """Return rows, cut where a reply would become too large; with a cursor when paging was asked
    for.
    """
    shown = _fitting(rows)
    is_cut = len(shown) < len(rows)
    cut = {"_meta": {"_truncated": True, "_showing": len(shown), "_total": len(rows)}}
    if given["cursor"] is None and given["fields"] is None:
        return Reply(shown, after=(cut,) if is_cut else ())
    following = cursors[len(shown) - 1] if is_cut else cursor
    return Reply({"items": shown, **present(nextCursor=following), **(cut if is_cut else {})})


def _fitting(rows: list[Object]) -> list[Object]:
    """Return the rows that fit into one reply, the first always."""
    size = 0
    for number, row in enumerate(rows):
        size += len(msgspec.json.encode(row).decode()) + 1
        if number and size > LISTED_CHARACTERS:
            return rows[:number]
    return rows


def delete_message(_: Object, withdrawn: Withdrawn) -> Object:
    return {
        "deleted": True,
        "receiptsDeleted": withdrawn.withdrawn,
        "_ext": {"kept": withdrawn.kept},
    }


def list_broadcast_status(_: Object, status: StatusOf) -> Object:
    receipts = sorted(status.receipts, key=lambda each: (each.agent, each.instance or ""))
    return {
        "messageId": status.id,
        "from": status.sender,
        "channel": channel(status.to),
        "createdAt": ms(status.created_at),
        "receipts": [
            {
                "receiptId": each.receipt_id,
                "recipient": each.agent,
                **present(recipientInstanceId=each.instance),
                "readAt": ms_or_null(each.read_at),
                **present(tenantId=status.metadata.get("tenant")),
            }
            for each in receipts
        ],
        "truncated": bool(status.cursor),
    }


def list_peers(_: Object, roster: Roster) -> list[Object]:
    peers = sorted(_instances(roster.agents), key=lambda peer: peer.last_seen or "", reverse=True)
    return [_peer(peer) for peer in peers]


def _instances(agents: list[Instance]) -> Iterator[Instance]:
    for agent in agents:
        yield from agent.instances or [agent]


def _peer(peer: Instance) -> Object:
    return {
        "id": peer.agent,
        "instanceId": peer.instance,
        "summary": peer.summary or "",
        "lastSeen": ms_or_null(peer.last_seen),
        "name": peer.agent,
        "role": peer.agent,
        "workspace": peer.machine or "",
        "currentTask": _current_task(peer),
        "sessionCount": 1,
        "_ext": {"presence": peer.presence, "kind": peer.kind},
    }


def _current_task(agent: Instance) -> str:
    return "idle" if agent.summary is None else agent.summary


def get_profile(_: Object, roster: Roster) -> Object | None:
    return _profile(roster.agents[0]) if roster.agents else None


def _profile(agent: Instance) -> Object:
    return {
        "_id": _id_of_name(agent.agent),
        "orchestratorId": agent.agent,
        "name": agent.title,
        "static": {
            "role": agent.role,
            "workspace": agent.machine,
            "capabilities": agent.capabilities,
        },
        "dynamic": {
            "currentTask": _current_task(agent),
            "lastSeen": ms_or_null(agent.last_seen),
            "sessionCount": len(agent.instances),
        },
        "_ext": {"presence": agent.presence, "kind": agent.kind},
    }


def _id_of_name(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def update_profile(_: Object, checked_in: CheckedIn) -> Object:
    me = checked_in.me
    return {"profileId": _id_of_name(me.agent), "orchestratorId": me.agent, "name": me.title}


def whoami(_: Object, key: Identity) -> Object:
    return {
        "scope_profile_name": key.role,
        "fromAllowList": [*([key.agent] if key.agent else []), *key.may_speak_as],
        "namespaceReadPrefixes": [key.workspace],
        "namespaceWritePrefixes": [key.workspace] if "write" in key.may else [],
        "suggested_orchestrator_id": key.agent,
        "_ext": {"workspace": key.workspace, "may": key.may},
    }


def set_summary(given: Object, _: Alive) -> Object:
    return {name: given[name] for name in ("orchestratorId", "instanceId", "summary")}


def invalid_arguments(error: CallerError) -> Object:
    return {
        "code": "INVALID_ARGUMENTS",
        "message": error.message,
        **present(path=error.path, hint=error.hint),
    }
