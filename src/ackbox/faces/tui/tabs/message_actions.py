"""Bulk actions on messages.

How they run is in bulk.py. Explained in docs/howto/terminal.md.
"""

from __future__ import annotations

import uuid
from typing import Any

from ackbox.client.http import NoServer
from ackbox.errors import AckboxError
from ackbox.faces.tui.session import Session
from ackbox.faces.tui.state.member import reason
from ackbox.faces.tui.state.picks import Things
from ackbox.faces.tui.tabs.bulk import BulkAction, Failed, Run, counted, in_parts
from ackbox.faces.tui.widgets.drawing import addressees, one_line

MAX_PER_CALL, MAX_NUDGED, MAX_NAMED = 200, 50, 5


class MessageActions:
    """What can be done with selected messages."""

    def __init__(self, session: Session) -> None:
        self._session, self._member = session, session.member

    def offered(self, things: Things) -> list[BulkAction]:
        """Return the actions, in the dashboard's words and order."""
        me = self._member.name
        open = {
            id: row
            for id, row in things.items()
            if row.tally is None or row.tally.acknowledged < row.tally.recipients
        }
        sent = {id: row for id, row in things.items() if row.sender == me}
        nudge = Nudge(self._session)
        acknowledge = self._marking("acknowledged", "Acknowledged")
        yours = "messages to you"
        return [
            BulkAction("Acknowledge", yours, things, acknowledge, _confirm_acknowledge),
            BulkAction("Read", yours, things, self._marking("read", "Read")),
            BulkAction("Archive", yours, things, self._marking("archived", "Archived")),
            BulkAction("Unread", yours, things, self._marking("unread", "Marked unread:")),
            BulkAction("Nudge", "unacknowledged", open, nudge.run, nudge.question),
            BulkAction("Copy text", "", things, self._copy_text, writes=False),
            BulkAction("Copy ids", "", things, self._copy_ids, writes=False),
            BulkAction("Withdraw", "sent by you", sent, self._withdraw, _confirm_withdraw),
        ]

    def _marking(self, mark: str, done: str) -> Run:
        async def run(things: Things) -> tuple[str, Failed]:
            changed = unchanged = 0

            async def do(part: Things) -> Failed:
                nonlocal changed, unchanged
                marked = await self._member.call_patiently(
                    "receipt.mark", agent=self._member.name, mark=mark, ids=[*part]
                )
                changed += len(marked["changed"])
                unchanged += len(marked["unchanged"])
                return dict.fromkeys(marked["not_found"], not_yours(self._member.name))

            failed = await in_parts(self._session, things, MAX_PER_CALL, do)
            if mark == "archived":
                self._session.archived = [id for id in things if id not in failed]
            return f"{done} {changed}.{f' No change: {unchanged}.' if unchanged else ''}", failed

        return run

    async def _withdraw(self, things: Things) -> tuple[str, Failed]:
        withdrawn = kept = 0

        async def do(part: Things) -> None:
            nonlocal withdrawn, kept
            reply = await self._member.call_patiently(
                "message.withdraw", agent=self._member.name, id=next(iter(part))
            )
            withdrawn, kept = withdrawn + reply["withdrawn"], kept + reply["kept"]

        failed = await in_parts(self._session, things, 1, do)
        return f"Withdrawn from {withdrawn}; {kept} had already read or archived it.", failed

    async def _copy_text(self, things: Things) -> tuple[str, Failed]:
        found: dict[str, Any] = {}

        async def do(part: Things) -> Failed:
            page = await self._member.call_patiently("message.history", ids=[*part])
            found.update({message["id"]: message for message in page["messages"]})
            return {id: "This message no longer exists." for id in part if id not in found}

        failed = await in_parts(self._session, things, MAX_PER_CALL, do)
        messages = sorted(found.values(), key=lambda message: int(message["seq"]))
        self._session.copy_to_clipboard("\n".join(map(_as_text, messages)))
        return f"Copied the text of {len(messages)}.", failed

    async def _copy_ids(self, things: Things) -> tuple[str, Failed]:
        self._session.copy_to_clipboard("\n".join(things))
        return f"Copied {counted(len(things), 'id')}.", {}


class Nudge:
    """Ask each recipient who has not acknowledged to look: one urgent message for each."""

    def __init__(self, session: Session) -> None:
        self._session, self._member = session, session.member
        # Recipient → the messages that it has not acknowledged.
        self._open: dict[str, Things] = {}
        self._failed: Failed = {}

    async def question(self, things: Things) -> str | None:
        """Find the recipients; returns the question that names them, or null if there are none."""

        async def do(part: Things) -> None:
            [(id, row)] = part.items()
            status = await self._member.call_patiently("message.status", id=id, limit=50)
            for each in status["receipts"]:
                if (
                    each["acknowledged_at"] is None
                    and each["agent"] != self._member.name
                    and each["kind"] != "system"
                ):
                    self._open.setdefault(each["agent"], {})[id] = row

        first = dict([*things.items()][:MAX_NUDGED])
        self._failed = await in_parts(self._session, first, 1, do)
        self._failed |= dict.fromkeys(
            [*things][MAX_NUDGED:], f"Not sent: a nudge covers at most {MAX_NUDGED} messages."
        )
        if not self._open:
            return None
        names = ", ".join(map(one_line, [*self._open][:MAX_NAMED]))
        more = len(self._open) - MAX_NAMED
        count = len({id for each in self._open.values() for id in each})
        return (
            f"Send {names}{f' and {more} more' if more > 0 else ''} an urgent message about"
            f" {counted(count, 'message')}? This cannot be undone."
        )

    async def run(self, things: Things) -> tuple[str, Failed]:
        sent, failed = 0, self._failed
        await self._member.register()
        for number, (name, about) in enumerate(self._open.items()):
            self._session.progress = f"{number} of {len(self._open)} …"
            try:
                await self._member.call_patiently(
                    "message.send",
                    agent=self._member.name,
                    to=[name],
                    intent="request",
                    priority=5,
                    body=_request(about),
                    idempotency_key=uuid.uuid4().hex,
                    refs=[{"kind": "message", "target": id} for id in about],
                    **({"parent": next(iter(about))} if len(about) == 1 else {}),
                )
                sent += 1
            except (NoServer, AckboxError) as error:
                failed |= dict.fromkeys(about, f"Not sent to {name}: {reason(error)}")
        return f"Nudged {sent}.", failed


def _request(about: Things) -> str:
    lines = [one_line(row.line)[:120] for row in about.values()]
    if len(lines) == 1:
        return f"Please look at this message: {lines[0]}"
    return "\n".join(
        [f"Please look at these {len(lines)} messages:", *(f"- {line}" for line in lines)]
    )


def _as_text(message: Any) -> str:
    subject = f"{message['subject']}\n" if message["subject"] else ""
    return (
        f"{message['created_at']}  {message['sender']} → {addressees(message['to'])}"
        f"  {message['intent']}\n{subject}{message['body']}\n"
    )


def not_yours(name: str) -> str:
    return f"This message was not sent to {name}."


async def _confirm_acknowledge(things: Things) -> str | None:
    return (
        f"Acknowledge {counted(len(things), 'message')}? Only messages to you are marked. This"
        " cannot be undone."
    )


async def _confirm_withdraw(things: Things) -> str | None:
    them = "it" if len(things) == 1 else "them"
    return (
        f"Withdraw {counted(len(things), 'message')} from all recipients who have not read {them}?"
        " This cannot be undone."
    )
