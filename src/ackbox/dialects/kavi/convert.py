"""How Kavi's arguments become ours: one value each.

Explained in docs/howto/coming-from-kavi.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ackbox.errors import Invalid

STATUSES = frozenset({"completed", "blocked", "needs_review"})
INTENTS = frozenset({"question", "handoff", "review_request", "blocked", "context_share"})
MAX_REFS = 50


def one_of_five(intent: Any) -> str:
    """Return an intent of the five; any other is a question."""
    return intent if isinstance(intent, str) and intent in INTENTS else "question"


def shown_intent(intent: str, expects_reply_by: str | None) -> str:
    """Return the intent under which a stored message is shown: one that is not of the five shares
    context, unless it expects a reply.
    """
    if intent in INTENTS:
        return intent
    is_asking = intent == "request" or expects_reply_by is not None
    return "question" if is_asking else "context_share"


def one_of_three(status: str) -> str:
    """Return a status of the three; any other is completed."""
    return status if status in STATUSES else "completed"


def planned(plan: Any) -> list[dict[str, Any]]:
    """Return the tasks of a plan as ours, with what Kavi puts where something is missing."""
    drafts = plan.get("tasks") if isinstance(plan, dict) else None
    tasks: list[dict[str, Any]] = []
    for number, draft in enumerate(drafts if isinstance(drafts, list) else [], 1):
        if isinstance(draft, dict):
            tasks.append(_task(draft, number, {task["key"] for task in tasks}))
    return tasks


def _task(draft: dict[str, Any], number: int, taken: set[str]) -> dict[str, Any]:
    key = _text(draft.get("key")) or f"task-{number}"
    while key in taken:
        key = f"{key}-{len(taken) + 1}"
    details = {
        name: draft[name]
        for name in ("nodeKind", "claimedPaths", "reason", "executionMode")
        if draft.get(name)
    }
    needs = draft.get("dependsOn")
    return {
        "key": key,
        "title": _text(draft.get("title")) or f"Planned task {number}",
        "description": _text(draft.get("prompt")),
        "to": _text(draft.get("owner")) or "codex",
        "depends_on": [str(key) for key in needs if key] if isinstance(needs, list) else [],
        "metadata": details,
    }


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def review_id(given: str) -> str:
    """Return an id as we write it, of a UUID or of our own."""
    return given.replace("-", "").lower()


def turn_messages(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the messages of a turn as ours."""
    return [_turn_message(message) for message in messages]


def _turn_message(given: dict[str, Any]) -> dict[str, Any]:
    known = {name: given[name] for name in ("to", "subject", "body") if given[name] is not None}
    refs = [
        {"kind": kind, "target": target}
        for kind in ("file", "diff")
        for target in given[f"{kind}s"] or []
    ]
    if len(refs) > MAX_REFS:
        raise Invalid(
            f"A message names {len(refs)} files and diffs; at most {MAX_REFS} are allowed.",
            hint="Name a directory instead.",
        )
    return {**known, "intent": one_of_five(given["intent"]), "refs": refs}


def first_line(prompt: str) -> str:
    """Return the title of a task that has none: the first line of its prompt."""
    return prompt.strip().partition("\n")[0][:200]


def socket_of(root: str, home: str, environment: Mapping[str, str]) -> str:
    """Return where Kavi looks for the socket of the project in a directory."""
    place = environment.get("KAVI_HOME_STATE_DIR") or f"{home}/.local/state/kavi"
    # Kavi's name for a project, not a secret.
    digits = hashlib.sha1(root.encode(), usedforsecurity=False).hexdigest()[:12]
    return f"{place}/sockets/{digits}.sock"


def state_file_of(root: str) -> str:
    """Return the file without which Kavi looks for no socket."""
    return f"{root}/.kavi/state/session.json"
