"""Many: what is done with the selected messages, in as few calls as that takes; what is refused is
told of each.

What is done with selected tasks is in many_tasks.py, and what keys do in selecting.py. Explained in
docs/howto/terminal.md.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError, RateLimited
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.widgets.drawing import addressees, one_line

if TYPE_CHECKING:
    from ackbox.faces.tui.app import Terminal

AT_ONCE, MOST_NUDGED, NAMED = 200, 50, 5
# Id → why it was left as it is.
Failed = dict[str, str]
Run = Callable[["Terminal", Things], Awaitable[tuple[str, Failed]]]


class Act(NamedTuple):
    """One thing to do with what is selected: to which of it, what is asked first, and how.

    It returns what is said, and what failed.
    """

    text: str
    about: str
    of: Things
    run: Run
    # What is asked before it is done; null when nobody is left to do it to.
    asks: Callable[[Terminal, Things], Awaitable[str | None]] | None = None
    writes: bool = True


def counted(many: int, one: str) -> str:
    return f"{many:,} {one}{'' if many == 1 else 's'}"


def words(error: Exception) -> str:
    """Return why something was refused, as it is read."""
    return f"{getattr(error, 'message', error)} {getattr(error, 'hint', None) or ''}".rstrip()


async def patiently(me: Terminal, name: str, /, **params: Any) -> Any:
    """Do one operation, later when the server says so.

    Raises NoServer and the errors of ackbox.errors.
    """
    while True:
        try:
            return await me.link.call(name, **params)
        except RateLimited as error:
            await asyncio.sleep(error.retry_after_s or 1)


async def in_parts(
    me: Terminal, things: Things, most: int, do: Callable[[Things], Awaitable[Failed | None]]
) -> Failed:
    """Do something to so many at a time.

    What one part is refused does not stop the next; a server that is gone does.
    """
    failed: Failed = {}
    ids = list(things)
    for at in range(0, len(ids), most):
        me.progress(f"{at} of {len(ids)} …")
        part = ids[at : at + most]
        try:
            failed |= await do({id: things[id] for id in part}) or {}
        except NoServer as error:
            return failed | dict.fromkeys(ids[at:], words(error))
        except AckboxError as error:
            failed |= dict.fromkeys(part, words(error))
    return failed


def marking(mark: str, done: str) -> Run:
    async def run(me: Terminal, things: Things) -> tuple[str, Failed]:
        changed = unchanged = 0

        async def do(part: Things) -> Failed:
            nonlocal changed, unchanged
            told = await patiently(
                me, "receipt.mark", mark=mark, ids=list(part), agent=me.name_of_me
            )
            changed, unchanged = changed + len(told["changed"]), unchanged + len(told["unchanged"])
            return dict.fromkeys(told["not_found"], f"This is not {me.name_of_me}'s post.")

        failed = await in_parts(me, things, AT_ONCE, do)
        return f"{done} {changed}.{f' {unchanged} stood so already.' if unchanged else ''}", failed

    return run


async def _sure_to_acknowledge(me: Terminal, things: Things) -> str | None:
    return (
        f"Acknowledge {counted(len(things), 'message')}? Only your own post is marked. This cannot"
        " be undone."
    )


class Nudge:
    """Writing to each who is behind about what it is behind with, urgently: first who that is,
    then the messages.
    """

    def __init__(self) -> None:
        self._by: dict[str, Things] = {}
        self._failed: Failed = {}

    async def asks(self, me: Terminal, things: Things) -> str | None:
        async def do(part: Things) -> None:
            [(id, row)] = part.items()
            for each in (await patiently(me, "message.status", id=id, limit=50))["receipts"]:
                if (
                    each["acknowledged_at"] is None
                    and each["agent"] != me.name_of_me
                    and each["kind"] != "system"
                ):
                    self._by.setdefault(each["agent"], {})[id] = row

        self._failed = await in_parts(me, dict(list(things.items())[:MOST_NUDGED]), 1, do)
        self._failed |= dict.fromkeys(
            list(things)[MOST_NUDGED:],
            f"Nobody was asked: {MOST_NUDGED} messages at once are enough.",
        )
        names = ", ".join(map(one_line, list(self._by)[:NAMED])) + (
            f" and {len(self._by) - NAMED} more" if len(self._by) > NAMED else ""
        )
        many = len({id for each in self._by.values() for id in each})
        return (
            f"Write to {names}, urgently, about {counted(many, 'message')}? This cannot be undone."
            if self._by
            else None
        )

    async def run(self, me: Terminal, things: Things) -> tuple[str, Failed]:
        sent, failed = 0, self._failed
        await me.become()
        for number, (name, about) in enumerate(self._by.items()):
            me.progress(f"{number} of {len(self._by)} …")
            lines = [one_line(row.line)[:120] for row in about.values()]
            text = (
                f"Please look at this message: {lines[0]}"
                if len(lines) == 1
                else "\n".join(
                    [
                        f"Please look at these {len(lines)} messages:",
                        *(f"- {line}" for line in lines),
                    ]
                )
            )
            try:
                await patiently(
                    me,
                    "message.send",
                    agent=me.name_of_me,
                    to=[name],
                    intent="request",
                    priority=5,
                    body=text,
                    idempotency_key=uuid.uuid4().hex,
                    refs=[{"kind": "message", "target": id} for id in about],
                    **({"parent": next(iter(about))} if len(about) == 1 else {}),
                )
                sent += 1
            except (NoServer, AckboxError) as error:
                failed |= dict.fromkeys(about, f"{name} was not asked: {words(error)}")
        return f"Nudged {sent}.", failed


async def _sure_to_withdraw(me: Terminal, things: Things) -> str | None:
    it = "it" if len(things) == 1 else "them"
    return (
        f"Take back {counted(len(things), 'message')} of yours from everyone who has not read {it}?"
        " This cannot be undone."
    )


async def withdraw(me: Terminal, things: Things) -> tuple[str, Failed]:
    gone = kept = 0

    async def do(part: Things) -> None:
        nonlocal gone, kept
        told = await patiently(me, "message.withdraw", id=next(iter(part)), agent=me.name_of_me)
        gone, kept = gone + told["withdrawn"], kept + told["kept"]

    failed = await in_parts(me, things, 1, do)
    return f"Taken back from {gone}; {kept} had read it or put it away.", failed


async def copy_text(me: Terminal, things: Things) -> tuple[str, Failed]:
    found: dict[str, Any] = {}

    async def do(part: Things) -> Failed:
        page = await patiently(me, "message.history", ids=list(part))
        found.update({message["id"]: message for message in page["messages"]})
        return {id: "It is not there any more." for id in part if id not in found}

    failed = await in_parts(me, things, AT_ONCE, do)
    whole = sorted(found.values(), key=lambda message: int(message["seq"]))
    me.copy_to_clipboard(
        "\n".join(
            f"{each['created_at']}  {each['sender']} → {addressees(each['to'])}  {each['intent']}\n"
            f"{each['subject'] + chr(10) if each['subject'] else ''}{each['body']}\n"
            for each in whole
        )
    )
    return f"Copied the text of {len(whole)}.", failed


async def copy_ids(me: Terminal, things: Things) -> tuple[str, Failed]:
    me.copy_to_clipboard("\n".join(things))
    return f"Copied {counted(len(things), 'id')}.", {}


def message_acts(me: Terminal, things: Things) -> list[Act]:
    """Return what can be done with messages, in the dashboard's words and order."""
    open = {
        id: row
        for id, row in things.items()
        if row.tally is None or row.tally.acknowledged < row.tally.recipients
    }
    mine, nudge = {id: row for id, row in things.items() if row.sender == me.name_of_me}, Nudge()
    return [
        Act(
            "Acknowledge",
            "your own post",
            things,
            marking("acknowledged", "Acknowledged"),
            asks=_sure_to_acknowledge,
        ),
        Act("Read", "your own post", things, marking("read", "Read")),
        Act("Archive", "your own post", things, marking("archived", "Archived")),
        Act("Unread", "your own post", things, marking("unread", "Unread again:")),
        Act("Nudge", "whoever has not acknowledged", open, nudge.run, asks=nudge.asks),
        Act("Copy text", "", things, copy_text, writes=False),
        Act("Copy ids", "", things, copy_ids, writes=False),
        Act("Withdraw", "yours, from who has not read it", mine, withdraw, asks=_sure_to_withdraw),
    ]
