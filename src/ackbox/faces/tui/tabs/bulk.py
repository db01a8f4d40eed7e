"""Bulk actions: one action on all selected items, in as few calls as possible.

What an action does is in message_actions.py and task_actions.py; tab.py lets people choose one.
Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.member import reason
from ackbox.faces.tui.state.picks import Things

# Id → why the action failed.
Failed = dict[str, str]
Run = Callable[[Things], Awaitable[tuple[str, Failed]]]


class BulkAction(NamedTuple):
    """An action: its label, the selected items that it applies to, and how it runs.

    Running it returns the text to show, and the failures.
    """

    label: str
    remark: str
    things: Things
    run: Run
    # Returns the question to confirm first, or null if nothing is left to do.
    question: Callable[[Things], Awaitable[str | None]] | None = None
    writes: bool = True


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


async def in_parts(
    session: Session, things: Things, size: int, do: Callable[[Things], Awaitable[Failed | None]]
) -> Failed:
    """Do something to `size` items at a time; returns the failures.

    The rest follows when one part is refused, but not when the server is gone.
    """
    failed: Failed = {}
    ids = list(things)
    for at in range(0, len(ids), size):
        session.progress = f"{at} of {len(ids)} …"
        part = ids[at : at + size]
        try:
            failed |= await do({id: things[id] for id in part}) or {}
        except NoServer as error:
            return failed | dict.fromkeys(ids[at:], reason(error))
        except AckboxError as error:
            failed |= dict.fromkeys(part, reason(error))
    return failed
