"""Foresight: what a call will ask of the store first, where each question is a round trip.

A wrong guess costs an extra query and never changes a result. Explained in
docs/why/storage.md.
"""

from __future__ import annotations

from typing import Any

from ackbox.ops.access import Caller
from ackbox.ops.table import Call, Operation
from ackbox.store.store import Store


def foresee(store: Store, operation: Operation, caller: Caller, asked: Call) -> list[Any]:
    """Return the queries for the workspace, the caller, and what the operation names."""
    name = asked.agent or caller.agent
    queries: list[Any] = [store.query("workspace_by_number")]
    if name is not None:
        queries += store.asked_reader(name, asked.instance)
    if operation.foresees is not None:
        queries += operation.foresees(store, asked, name)
    return queries
