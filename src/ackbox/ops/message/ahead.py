"""Sends, looked at before they run: how they fit to other writes, and what they will ask.

Explained in docs/why/storage.md.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ackbox.errors import AckboxError
from ackbox.model.address import parse_audience
from ackbox.store.engine import Joins
from ackbox.store.store import Store


def joins(params: Any) -> Joins:
    """Return how a send fits to other writes: a reply marks its parent, and a sealed message has
    rows of its own.
    """
    if params.sealed is not None:
        return "alone"
    return "appends" if params.parent is None else "marks"


def foresee(store: Store, params: Any, name: str | None) -> list[Any]:
    """Return what a send asks first: its recipients, its parent, and its key."""
    queries: list[Any] = []
    if params.parent is not None:
        queries.append(store.query("message_by_id", id=params.parent))
    if params.idempotency_key is not None and name is not None:
        key = params.idempotency_key
        queries.append(store.query("idempotency_find", sender=name, key=key))
    with suppress(AckboxError):
        for each in parse_audience(params.to or [], instance=params.to_instance):
            if not (each.is_everyone or each.is_humans):
                queries += store.asked_recipient(each.agent, each.instance)
    return queries
