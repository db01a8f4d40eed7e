"""How Kavi's arguments become ours: one value each.

Explained in docs/howto/coming-from-kavi.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.errors import Invalid

INTENTS = frozenset({"question", "handoff", "review_request", "blocked", "context_share"})
MAX_REFS = 50


def one_of_five(intent: Any) -> str:
    """Return an intent of the five; any other is a question."""
    return intent if isinstance(intent, str) and intent in INTENTS else "question"


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
