"""How ExoVault's arguments become ours: one value each.

Explained in docs/howto/coming-from-exovault.md.
"""

from __future__ import annotations

import re
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
_WORD = re.compile(r"\w+")
MAX_KNOWN, PROMPT = 500, 4_000
MAX_TASKS, TITLE, TASK_TEXT = 50, 200, 5_000
# An item of a list in Markdown, and the number before a part of a plan in one paragraph.
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(.+)")
_NUMBER = re.compile(r"(?:^|(?<=[\s:,;]))\d{1,3}[.)]\s+")
# Words that often come with a decision, a rule or a preference.
SIGNALS = (
    "always",
    "approved",
    "constraint",
    "decided",
    "decision",
    "deprecated",
    "important",
    "must",
    "never",
    "prefer",
    "remember",
    "requirement",
)
_STATUSES = {"backlog": "open", "todo": "open"}
# The column that shows each of our statuses; what they call `backlog` is shown as `todo`.
COLUMNS = {
    "open": "todo",
    "claimed": "todo",
    "in_progress": "in_progress",
    "review": "in_progress",
    "blocked": "blocked",
    "failed": "blocked",
    "done": "done",
    "cancelled": "done",
}


def id_of_uuid(given: str) -> str:
    """Return an id as we write it; other text stays as it is, and is not found."""
    return given.replace("-", "").lower() if _UUID.fullmatch(given) else given


def ids_of_uuids(given: list[str]) -> list[str]:
    """Return ids as we write them."""
    return [id_of_uuid(each) for each in given]


def newest_ids(given: list[str]) -> list[str]:
    """Return the last ids of a list that grows, as we write them."""
    return ids_of_uuids(given[-MAX_KNOWN:])


def beginning(prompt: str) -> str:
    """Return as much of a prompt as is compared with memories."""
    return prompt[:PROMPT]


def moment(event: str) -> str:
    """Return our word for an event of a hook."""
    return "prompt" if event == "prompt_submit" else event


def signals(content: str, more: list[str]) -> list[str]:
    """Return the words in a turn that say that something is settled, and those asked for."""
    words = set(_WORD.findall(content.casefold()))
    wanted = {each: set(_WORD.findall(each.casefold())) for each in (*SIGNALS, *more)}
    return [each for each, parts in wanted.items() if parts and parts <= words]


def ids_of_uuid(given: str) -> list[str]:
    """Return one id as a list of ours."""
    return [id_of_uuid(given)]


def one(value: str) -> list[str]:
    """Return one value as a list."""
    return [value]


def inverse(value: bool) -> bool:
    """Return the opposite: their flag includes what ours excludes."""
    return not value


def intent(category: str) -> str:
    """Return the intent for a category."""
    return "inform" if category == "info" else category


def direction(given: str) -> str:
    """Return the direction of links."""
    return {"outgoing": "out", "incoming": "in", "both": "both"}[given]


def status(column: str) -> str:
    """Return the status that a task in a column is set to."""
    return _STATUSES.get(column, column)


def statuses(column: str) -> list[str] | str:
    """Return the statuses that a column shows."""
    shown = "todo" if column == "backlog" else column
    return [ours for ours, theirs in COLUMNS.items() if theirs == shown] or column


def assignee(agent: str) -> str | None:
    """Return the agent that a task is for; null for `any`."""
    return None if agent == "any" else agent


def new_assignee(agent: str) -> str:
    """Return the agent that a task goes to; empty for `any`, which takes it from everyone."""
    return "" if agent == "any" else agent


def related_links(related: list[str | dict[str, str]]) -> list[dict[str, str]]:
    """Return the links from a memory to those it is related to."""
    return [_link(each) for each in related]


def _link(related: str | dict[str, str]) -> dict[str, str]:
    if isinstance(related, str):
        return {"relation": "related_to", "to": id_of_uuid(related)}
    return {
        "relation": related.get("relationType", "related_to"),
        "to": id_of_uuid(related.get("memoryId", "")),
    }


def tasks_of_plan(plan: str) -> list[dict[str, str]]:
    """Return the tasks of a plan: its list items, else its numbered parts, else its lines."""
    lines = [line.strip() for line in plan.splitlines() if line.strip()]
    items = [found[1] for line in lines if (found := _ITEM.match(line))]
    numbered = [part for part in _NUMBER.split(plan)[1:] if part.strip()]
    parts = next((each for each in (items, numbered) if len(each) > 1), items or lines)
    texts = [text.strip().rstrip(",;") for text in parts]
    return [_planned(text) for text in texts if text][:MAX_TASKS]


def _planned(text: str) -> dict[str, str]:
    title = " ".join(text.split())
    return {
        "title": title[:TITLE],
        **({"description": text[:TASK_TEXT]} if len(title) > TITLE else {}),
    }


def notes_of_memories(memories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return memories as notes."""
    return [_note(memory) for memory in memories]


def _note(memory: dict[str, Any]) -> dict[str, Any]:
    """Return a memory as a note; its metadata holds what we have no field for."""
    own = {ours: memory[theirs] for theirs, ours in _OURS.items() if memory.get(theirs) is not None}
    rest = {
        name: value
        for name, value in memory.items()
        if name not in (*_OURS, "relatedMemoryIds") and value is not None
    }
    if rest:
        own["metadata"] = {**own.get("metadata", {}), **rest}
    if memory.get("relatedMemoryIds"):
        own["links"] = related_links(memory["relatedMemoryIds"])
    return {"kind": "fact", **own}
