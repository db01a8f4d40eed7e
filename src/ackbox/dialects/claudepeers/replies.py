"""claude-peers' replies, of its tools and its broker: pure functions of arguments and result.

Explained in docs/howto/coming-from-claude-peers.md.
"""

from __future__ import annotations

from ackbox.dialects.engine.convert import present
from ackbox.dialects.engine.errors import CallerError
from ackbox.dialects.engine.mapping import Object, Reply
from ackbox.model.message import Letter
from ackbox.ops.agent.card import Instance
from ackbox.ops.agent.check_in import CheckedIn, CheckedOut
from ackbox.ops.agent.heartbeat import Alive
from ackbox.ops.agent.list import Roster
from ackbox.ops.inbox import Checked
from ackbox.ops.message.send import Sent


def list_peers(given: Object, roster: Roster) -> Reply:
    if not roster.agents:
        return _only(f"No other Claude Code instances found (scope: {given['scope']}).")
    peers = "\n\n".join(_listed(each) for each in in_order(roster))
    return _only(f"Found {len(roster.agents)} peer(s) (scope: {given['scope']}):\n\n{peers}")


def _only(text: str) -> Reply:
    """Return a reply that is a text alone, as all replies of the tools are."""
    return Reply(text=text)


def in_order(roster: Roster) -> list[Instance]:
    """Return the agents in the order in which they registered."""
    return sorted(roster.agents, key=lambda each: each.started_at or "")


def _listed(peer: Instance) -> str:
    facts = {
        "PID": peer.pid,
        "CWD": peer.directory,
        "Repo": peer.repository,
        "TTY": peer.terminal,
        "Summary": peer.summary,
        "Last seen": peer.last_seen,
    }
    return "\n  ".join(
        [f"ID: {peer.agent}", *(f"{name}: {fact}" for name, fact in facts.items() if fact)]
    )


def send_message(given: Object, _: Sent) -> Reply:
    return _only(f"Message sent to peer {given['to_id']}")


def set_summary(given: Object, _: Alive) -> Reply:
    return _only(f'Summary updated: "{given["summary"]}"')


def check_messages(_: Object, checked: Checked) -> Reply:
    if not checked.messages:
        return _only("No new messages.")
    messages = "\n\n---\n\n".join(
        f"From {each.sender} ({each.created_at}):\n{each.body}" for each in checked.messages
    )
    more = "\n\n(More messages wait: call check_messages again.)" if checked.has_more else ""
    return _only(f"{len(checked.messages)} new message(s):\n\n{messages}{more}")


def health(_: Object, roster: Roster) -> Object:
    return {"status": "ok", "peers": roster.total}


def register(_: Object, checked_in: CheckedIn) -> Object:
    return {"id": checked_in.me.agent}


def heartbeat(_: Object, alive: Alive) -> Object:
    return {"ok": True, "_ext": {"unread": alive.unread}}


def unregister(_: Object, left: CheckedOut) -> Object:
    return {"ok": True, "_ext": {"left_at": left.left_at}}


def peers(_: Object, roster: Roster) -> list[Object]:
    return [_peer(each) for each in in_order(roster)]


def _peer(peer: Instance) -> Object:
    return {
        "id": peer.agent,
        "pid": peer.pid or 0,
        "cwd": peer.directory or "",
        "git_root": peer.repository,
        "tty": peer.terminal,
        "summary": peer.summary or "",
        "registered_at": peer.started_at or peer.last_seen,
        "last_seen": peer.last_seen,
        "_ext": {"kind": peer.kind, **present(program=peer.program, machine=peer.machine)},
    }


def sent(_: Object, stored: Sent) -> Object:
    return {"ok": True, "_ext": {"id": stored.id, "seq": stored.seq}}


def polled(given: Object, checked: Checked) -> Object:
    return {"messages": [_polled(given["id"], each) for each in checked.messages]}


def _polled(reader: str, letter: Letter) -> Object:
    return {
        "id": letter.seq,
        "from_id": letter.sender,
        "to_id": reader,
        "text": letter.body,
        "sent_at": letter.created_at,
        # As the broker reads the row before it marks it.
        "delivered": 0,
        "_ext": {
            "id": letter.id,
            "thread": letter.thread,
            "intent": letter.intent,
            **present(subject=letter.subject),
        },
    }


def not_found(error: CallerError) -> Object:
    return {"ok": False, "error": f"Peer {error.details['recipient']} not found"}


def error_body(error: CallerError) -> Object:
    return {"error": " ".join(part for part in (error.message, error.hint) if part)}
