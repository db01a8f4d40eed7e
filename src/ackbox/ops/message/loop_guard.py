"""Loops: what stops agents that answer each other, or say the same thing, without end.

Counting only; telling a person is the app's part. Explained in docs/why/delivery.md, "Loops".
"""

from __future__ import annotations

from typing import Any, Protocol

from ackbox.errors import LoopGuard
from ackbox.ops.table import Context
from ackbox.store.messages import Stored
from ackbox.store.readers import Reader

HOPS_LIMIT = 64
REPEATS_LIMIT = 30
REPEATS_WITHIN_S = 600
# For clients of other systems, which were written without limits like these.
RELAXED_HOPS_LIMIT, RELAXED_REPEATS_LIMIT = 500, 10
# Messages of agents within a minute: of two of them in a thread, and of all in a thread.
PAIR_LIMIT, THREAD_LIMIT = 600, 1500
MINUTE_S = 60


def hops(context: Context, sender: Reader, parent: Stored | None, *, is_relaxed: bool) -> int:
    """Return how many consecutive agent replies come before a message.

    Raises LoopGuard when they are too many.
    """
    if parent is None or sender.is_person:
        return 0
    settings = context.workspace.settings
    limit = (
        settings.get("relaxed_hops_limit", RELAXED_HOPS_LIMIT)
        if is_relaxed
        else settings.get("hops_limit", HOPS_LIMIT)
    )
    if parent.hops + 1 > limit:
        raise LoopGuard(
            f"{limit} replies in this thread without one from a person.",
            thread=parent.thread_id,
            sender=sender.name,
            hint=(
                "Stop, or ask a person to reply in the thread. Start a new thread for a new topic."
            ),
        )
    return parent.hops + 1


class Repeatable(Protocol):
    """What of a send decides whether a repeated text counts."""

    @property
    def idempotency_key(self) -> str | None: ...
    @property
    def relaxed_limits(self) -> bool: ...


def hold_repeats(
    context: Context,
    sender: Reader,
    to: str | list[str],
    text: dict[str, Any],
    params: Repeatable,
) -> None:
    """Count a text that an agent sends to an audience. Raises LoopGuard for too many identical
    ones.

    The same idempotency key counts once.
    """
    if sender.kind != "agent":
        return
    # Only its hash is kept: a text must not outlive its call outside the store.
    same = hash(
        (
            context.workspace.ws,
            sender.agent,
            to if isinstance(to, str) else tuple(to),
            text["subject"],
            text["body"],
            params.relaxed_limits,
        )
    )
    settings = context.workspace.settings
    limit, within_s, within = (
        (settings.get("relaxed_repeats_limit", RELAXED_REPEATS_LIMIT), MINUTE_S, "a minute")
        if params.relaxed_limits
        else (settings.get("repeats_limit", REPEATS_LIMIT), REPEATS_WITHIN_S, "ten minutes")
    )
    if limit and not context.may_repeat(same, limit, within_s, params.idempotency_key):
        raise LoopGuard(
            f"{sender.name!r} has sent this same text to the same audience {limit} times within"
            f" {within}.",
            sender=sender.name,
            hint="Stop, or send something new. The event feed shows this to people.",
        )


def hold_budgets(
    context: Context,
    sender: Reader,
    parent: Stored | None,
    recipients: list[str],
    *,
    key: str | None,
) -> None:
    """Count a reply of an agent against the budgets of its thread: that of the thread, and that of
    the sender with each recipient. Raises LoopGuard above one.
    """
    if parent is None or sender.kind != "agent":
        return
    settings, place = context.workspace.settings, (context.workspace.ws, parent.thread)
    limit = settings.get("pair_per_minute", PAIR_LIMIT)
    for name in recipients if limit else ():
        pair = hash((*place, frozenset((sender.name, name))))
        if not context.may_repeat(pair, limit, MINUTE_S, key):
            raise _over_budget(
                f"{sender.name!r} and {name!r} have exchanged {limit} messages in this thread"
                " within a minute.",
                sender,
                parent,
            )
    limit = settings.get("thread_per_minute", THREAD_LIMIT)
    if limit and not context.may_repeat(hash(place), limit, MINUTE_S, key):
        raise _over_budget(
            f"Agents have sent {limit} messages to this thread within a minute.", sender, parent
        )


def _over_budget(text: str, sender: Reader, parent: Stored) -> LoopGuard:
    return LoopGuard(
        text,
        thread=parent.thread_id,
        sender=sender.name,
        hint=(
            "Stop sending in this thread. Write again only when you have new information that"
            " a recipient needs. The event feed shows this to people."
        ),
    )
