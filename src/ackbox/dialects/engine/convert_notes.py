"""Converters for systems that keep memories, notes and links, and read post by how far it has come.

As in _convert.py, whose list these join. Explained in docs/why/dialects.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_OURS = {
    "content": "text",
    "summary": "title",
    "memoryType": "kind",
    "importance": "priority",
    "entities": "tags",
    "metadata": "metadata",
}
_BOARD = {"backlog": "open", "todo": "open"}
_SHOWN = {"backlog": "todo"}
_COLUMNS = {
    "open": "todo",
    "claimed": "todo",
    "in_progress": "in_progress",
    "review": "in_progress",
    "blocked": "blocked",
    "failed": "blocked",
    "done": "done",
    "cancelled": "done",
}


def _id(given: str) -> str:
    """Return an id as we write it; what is none is left as it is, and is not found."""
    return given.replace("-", "").lower() if _UUID.fullmatch(given) else given


def _note(memory: dict[str, Any]) -> dict[str, Any]:
    """Return a memory as a note; what we have no field for stands in its metadata."""
    own = {ours: memory[theirs] for theirs, ours in _OURS.items() if memory.get(theirs) is not None}
    rest = {
        name: value
        for name, value in memory.items()
        if name not in (*_OURS, "relatedMemoryIds") and value is not None
    }
    if rest:
        own["metadata"] = {**own.get("metadata", {}), **rest}
    if memory.get("relatedMemoryIds"):
        own["links"] = _related(memory["relatedMemoryIds"])
    return {"kind": "fact", **own}


def _related(ids: list[str]) -> list[dict[str, str]]:
    return [{"relation": "related_to", "to": _id(id)} for id in ids]


def _target(to: list[str]) -> str:
    return (
        "*" if to == ["*"] else ",".join(dict.fromkeys(address.partition("/")[0] for address in to))
    )


def _outcome(kept: dict[str, Any]) -> str:
    return "failed" if kept.get("error") else "skipped" if kept.get("duplicate") else "created"


def _tally(word: str) -> Callable[[list[dict[str, Any]]], int]:
    return lambda kept: sum(_outcome(each) == word for each in kept)


NOTES: dict[str, Callable[[Any], Any]] = {
    "id_of_uuid": _id,
    "ids_of_uuids": lambda ids: [_id(id) for id in ids],
    "id_list_of_uuid": lambda id: [_id(id)],
    "preview": lambda text: text[:200],
    "our_direction": {"outgoing": "out", "incoming": "in", "both": "both"}.__getitem__,
    "negated": lambda value: not value,
    "target": _target,
    "is_everyone": lambda to: to == ["*"],
    "intent_of_category": lambda category: "inform" if category == "info" else category,
    "category_of_intent": lambda intent: "info" if intent == "inform" else intent,
    "state_when_read": lambda state: "delivered" if state == "pending" else state,
    "state_word": lambda state: "delivered" if state == "read" else state,
    "our_column": lambda column: _BOARD.get(column, column),
    "our_columns": (
        lambda column: (
            [ours for ours, theirs in _COLUMNS.items() if theirs == _SHOWN.get(column, column)]
            or column
        )
    ),
    "their_column": _COLUMNS.__getitem__,
    "unless_any": lambda agent: None if agent == "any" else agent,
    "no_one": lambda agent: "" if agent == "any" else agent,
    "related_links": _related,
    "note_of_memory": _note,
    "notes_of_memories": lambda memories: [_note(memory) for memory in memories],
    "constraints": lambda notes: [note for note in notes if note["kind"] == "constraint"],
    "facts": lambda notes: [note for note in notes if note["kind"] != "constraint"],
    "outcome": _outcome,
    "created": _tally("created"),
    "skipped": _tally("skipped"),
    "failed": _tally("failed"),
    "field_messages": lambda error: (
        {error["path"]: error["message"]}
        if error["path"] and error["code"] in ("invalid", "too_long")
        else None
    ),
}
