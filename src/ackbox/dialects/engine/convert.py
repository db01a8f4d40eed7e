"""The closed list of converters: how one value of a foreign call becomes ours, and back.

A converter sees one value and nothing else. Which value, and where it goes, the dialects' data say.
Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from typing import Any

import msgspec

from ackbox.dialects.engine.convert_notes import NOTES
from ackbox.errors import Invalid
from ackbox.model.moment import parse_moment, to_text

LATEST_MS = 253_402_300_799_999  # the year 9999 ends
DAY_MS, QUARTER_MS = 86_400_000, 900_000
HUMAN = " (human)"
OUR_STATUS = {"pending": "open", "assigned": "claimed", "completed": "done"}
FIVE_INTENTS = frozenset({"question", "handoff", "review_request", "blocked", "context_share"})
PLATFORMS = {
    "darwin": "mac",
    "macos": "mac",
    "mac": "mac",
    "windows": "win",
    "win32": "win",
    "win": "win",
}
MOST_REFS = 50
LEVELS = {"low": 2, "medium": 3, "high": 4, "critical": 5}


def _ids(given: str | list[str]) -> list[str]:
    """Return ids from a list, one text, or a JSON list inside a text."""
    if isinstance(given, list):
        return given
    if not given.lstrip().startswith("["):
        return [given]
    try:
        return msgspec.json.decode(given, type=list[str])
    except msgspec.DecodeError:
        raise Invalid("The text is not a JSON list of ids.", hint="Send a list of ids.") from None


def _moment_of_ms(given: int) -> str:
    return to_text(min(max(given, 0), LATEST_MS))


def _short(seq: int) -> str:
    return f"msg-{seq:012x}"


def _ids_of_short(given: str) -> list[str]:
    if not re.fullmatch(r"msg-[0-9a-f]{12}", given):
        raise Invalid("This is no message's id.", hint="Use an id that a reading call returned.")
    return [f"#{int(given[4:], 16)}"]


def _channel(to: list[str]) -> str:
    """Return an audience as one text: names with commas between, without their instances."""
    return (
        "broadcast"
        if to == ["*"]
        else ",".join(dict.fromkeys(address.partition("/")[0] for address in to))
    )


def _by_recipient(receipts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(receipts, key=lambda receipt: (receipt["agent"], receipt["instance"] or ""))


def _labelled(name: str, kind: str) -> str:
    return name + HUMAN if kind == "human" else name


def _type_of_message(message: dict[str, Any]) -> str:
    """Return who made a message, where that was the server, else what it is for."""
    if message["type"] in ("system", "task_assignment"):
        return str(message["type"])
    return message["intent"] if message["intent"] in ("status", "request") else "text"


def _presence_word(agent: dict[str, Any]) -> str:
    if agent["presence"] == "online":
        return "Working" if agent["is_working"] else "Online"
    return "Stale" if agent["presence"] == "idle" else "Offline"


def _turn_message(given: dict[str, Any]) -> dict[str, Any]:
    """Return one message of a turn; an intent nobody knows is a question."""
    known = {name: given[name] for name in ("to", "subject", "body") if given[name] is not None}
    refs = [
        {"kind": kind, "target": target}
        for kind in ("file", "diff")
        for target in given[f"{kind}s"] or []
    ]
    if len(refs) > MOST_REFS:
        raise Invalid(
            f"A message names {len(refs)} files and diffs; at most {MOST_REFS} are allowed.",
            hint="Name a directory instead.",
        )
    return {**known, "intent": _one_of_five(given["intent"]), "refs": refs}


def _one_of_five(intent: Any) -> str:
    return intent if isinstance(intent, str) and intent in FIVE_INTENTS else "question"


def _log_payload(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a line of the log tells; a message as it was said to a peer."""
    of = line["payload"]
    if line["type"] != "message.sent":
        return dict(of)
    return {
        "id": str(uuid.UUID(of["id"])),
        "taskId": of["metadata"].get("task"),
        "from": of["sender"],
        "to": _channel(of["to"]),
        "intent": _one_of_five(of["intent"]),
        "subject": of.get("subject") or "",
        "body": of["body"],
        "createdAt": of["created_at"],
        "_ext": {"thread": of["thread"], "parent": of.get("parent")},
    }


def _by_agent(overlaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return overlaps of work as one for each agent, where a system knows no instances."""
    found: dict[str, dict[str, Any]] = {}
    for each in overlaps:
        own = found.setdefault(each["agent"], {"agent": each["agent"], "areas": [], "files": []})
        own |= {part: sorted({*own[part], *each[part]}) for part in ("areas", "files")}
    return list(found.values())


def _number_of(name: str) -> int:
    """Return the same 31 bits for the same name: where a system numbers what we name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1


def _tags(given: str | list[str]) -> list[str]:
    """Return labels from a list, a text with commas, or a JSON list inside a text."""
    if isinstance(given, list) or given.lstrip().startswith("["):
        return _ids(given)
    return [label for each in given.split(",") if (label := each.strip())]


def _states(given: str | list[str]) -> list[str]:
    """Return states of tasks from words of a system that calls what nobody has begun `todo`,
    and what is not finished `open`.
    """
    words = _tags(given) or ["all"]
    unknown = [word for word in words if word not in _STATES]
    if unknown:
        raise Invalid(
            f"{unknown[0][:40]!r} is not a task state.",
            hint=f"Use {', '.join(word for word in _STATES if word != 'any')}.",
        )
    return list(dict.fromkeys(state for word in words for state in _STATES[word]))


_STATES = {
    **{
        state: [state]
        for state in ("in_progress", "review", "blocked", "done", "cancelled", "failed", "all")
    },
    "todo": ["open", "claimed"],
    "open": ["unfinished"],
    "active": ["open", "claimed", "in_progress"],
    # What was deleted stays as cancelled, and is listed only for who asks for it.
    "any": ["unfinished", "done", "failed"],
}
_URGENCIES = {"low": 2, "medium": 3, "high": 4, "urgent": 5}


def _one_instance(to: list[str]) -> str | None:
    """Return the one instance that a message is for, or null."""
    return to[0].partition("/")[2] or None if len(to) == 1 else None


# The closed list of converters, by the names that dialects use.
CONVERTERS: dict[str, Callable[[Any], Any]] = {
    **NOTES,
    "same": lambda value: value,
    "ids": _ids,
    "moment_of_ms": _moment_of_ms,
    "ms": lambda text: parse_moment(text, field="time"),
    "channel": _channel,
    "by_recipient": _by_recipient,
    "by_agent": _by_agent,
    "by_agent_or_null": lambda overlaps: _by_agent(overlaps) or None,
    "count": len,
    "is_set": bool,
    "is_empty": lambda value: not value,
    "priority_of_word": {"normal": 3, "urgent": 5}.__getitem__,
    "word_of_priority": lambda priority: "urgent" if priority == 5 else "normal",
    "read_or_unread": lambda is_read: "read" if is_read else "unread",
    "short": _short,
    "ids_of_short": _ids_of_short,
    "whole_seconds": lambda text: f"{text[:19]}Z",
    "empty_is_null": lambda value: value or None,
    "one": lambda value: [value],
    "text": str,
    "tags": _tags,
    "states": _states,
    "todo_is_open": lambda status: "open" if status == "todo" else status,
    "open_is_todo": lambda status: "todo" if status in ("open", "claimed") else status,
    "priority_of_urgency": _URGENCIES.__getitem__,
    "urgency_of_priority": lambda priority: {
        1: "low",
        **{number: word for word, number in _URGENCIES.items()},
    }[priority],
    "note_when_done": lambda task: task["note"] if task["status"] == "done" else None,
    "note_when_failed": lambda task: task["note"] if task["status"] == "failed" else None,
    "note_when_blocked": lambda task: task["note"] if task["status"] == "blocked" else None,
    "channel_or_roles": lambda given: given["channel"] or ",".join(given["recipientAgentIds"]),
    "first_ten": lambda values: values[:10],
    "not": lambda value: not value,
    "id_of_name": lambda name: hashlib.sha256(name.encode()).hexdigest()[:32],
    "one_instance": _one_instance,
    "in_writing": lambda key: [key["workspace"]] if "write" in key["may"] else [],
    "old": lambda tasks: [each for each in tasks if each["age_ms"] >= DAY_MS],
    "long_at_it": lambda tasks: sum(each["age_ms"] >= QUARTER_MS for each in tasks),
    "more_of_mine": lambda doing: doing["mine_count"] > len(doing["mine"]),
    "more_for_me": lambda doing: doing["for_me_count"] > len(doing["for_me"]),
    "names_of_key": lambda key: [*([key["agent"]] if key["agent"] else []), *key["may_speak_as"]],
    "true_or_null": lambda value: True if value else None,
    "is_online": lambda presence: presence == "online",
    "uuid": lambda id: str(uuid.UUID(id)),
    "number_of": _number_of,
    "unlabelled": lambda name: name.removesuffix(HUMAN),
    "labelled_sender": lambda message: _labelled(message["sender"], message["sender_kind"]),
    "labelled_agent": lambda agent: _labelled(agent["agent"], agent["kind"]),
    "direct_or_broadcast": lambda to: "broadcast" if to == ["*"] else "direct",
    "name_or_null": lambda to: None if to == ["*"] else _channel(to),
    "intent_of_type": {"text": "inform", "status": "status", "request": "request"}.__getitem__,
    "type_of_message": _type_of_message,
    "our_status": lambda status: OUR_STATUS.get(status, status),
    "their_status": (
        lambda status: {
            "review": "in_progress",
            **{ours: theirs for theirs, ours in OUR_STATUS.items()},
        }.get(status, status)
    ),
    "priorities_of_level": lambda level: [1, 2] if level == "low" else [LEVELS[level]],
    "level_of_priority": lambda priority: {
        1: "low",
        **{number: level for level, number in LEVELS.items()},
    }[priority],
    "platform_word": lambda platform: PLATFORMS.get(platform.lower(), "web"),
    "presence_word": _presence_word,
    "work_order": (
        lambda task: (
            f"WO-{task['created_at'][:4]}-{task['created_at'][5:7]}{task['created_at'][8:10]}-{task['number']:03d}"
        )
    ),
    "one_of_five": _one_of_five,
    "turn_messages": lambda messages: [_turn_message(each) for each in messages],
    "log_payload": _log_payload,
    "our_state": lambda state: "ended" if state == "checked_out" else state,
    "their_state": lambda state: "checked_out" if state == "ended" else state,
}
