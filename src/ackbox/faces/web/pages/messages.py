"""Pages about messages: Needs you, Live, Threads, one thread, a mailbox. What each loads, and its
plain text twin.

Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Set
from typing import Any
from urllib.parse import quote

from ackbox.faces.terminal_text import text_of
from ackbox.faces.web.page import Ask, Page
from ackbox.model.filter import Filter, fits, parse_filter
from ackbox.model.moment import to_text
from ackbox.model.text import is_seen

FIRST = 200
LINE_CHARS = 240
# Pages of history to search for conditions that the store cannot apply.
MAX_PAGES = 10
MATRIX = 20
# Boxes of messages that the agent sent; the others have messages to it.
WRITTEN = ("sent", "receipts")
# How many messages of a thread are loaded with their receipts.
NEWEST = 30
LATELY_MS = 5 * 60_000


async def filtered(
    ask: Ask, text: str, *, limit: int = FIRST, body_chars: int = LINE_CHARS
) -> dict[str, Any]:
    """Return messages that match a filter, newest first, with their tallies, and a `cursor` if
    there may be more.
    """
    wanted = parse_filter(text, now=int(time.time() * 1000))
    found: list[dict[str, Any]] = []
    tallies: list[dict[str, Any]] = []
    cursor = ask.query.get("cursor")
    for _ in range(MAX_PAGES):
        page = await ask(
            "message.history",
            **_narrowed(wanted),
            limit=FIRST,
            cursor=cursor,
            body_chars=body_chars,
            with_tallies=True,
        )
        late = await _late(ask, page["messages"]) if "late" in wanted.states else frozenset()
        for message, tally in zip(page["messages"], page["tallies"], strict=True):
            if fits(wanted, message, tally, late=message["id"] in late):
                found.append(message)
                tallies.append(tally)
        cursor = page["cursor"]
        if cursor is None or len(found) >= limit:
            break
    return {"q": text, "messages": found, "tallies": tallies, "cursor": cursor}


async def _late(ask: Ask, messages: list[dict[str, Any]]) -> Set[str]:
    """Return the ids of the messages whose reply is overdue."""
    now = to_text(int(time.time() * 1000))
    due = [
        each["id"]
        for each in messages
        if each["expects_reply_by"] is not None and each["expects_reply_by"] <= now
    ]
    return {
        status["id"]
        for status in await asyncio.gather(*(ask("message.status", id=id, limit=1) for id in due))
        if status["is_late"]
    }


def _narrowed(wanted: Filter) -> dict[str, Any]:
    """Return the conditions of a filter that the store applies."""
    return {
        "sender": wanted.senders[0] if len(wanted.senders) == 1 else None,
        "recipient": (
            wanted.recipients[0]
            if len(wanted.recipients) == 1 and wanted.recipients != ("everyone",)
            else None
        ),
        "intent": wanted.intents[0] if len(wanted.intents) == 1 else None,
        "thread": wanted.thread,
        "text": wanted.words or None,
        "since": None if wanted.after is None else to_text(wanted.after),
        "until": None if wanted.before is None else to_text(wanted.before),
    }


async def load_live(ask: Ask) -> dict[str, Any]:
    return await filtered(ask, ask.query.get("q", ""))


async def load_needs(ask: Ask) -> dict[str, Any]:
    since = to_text(int(time.time() * 1000) - LATELY_MS)
    needs, recent = await asyncio.gather(
        ask("workspace.needs", limit=100),
        ask("message.history", since=since, limit=FIRST, body_chars=0),
    )
    return {
        **needs,
        "lately": {
            "messages": len(recent["messages"]),
            "senders": len({each["sender"] for each in recent["messages"]}),
        },
    }


async def load_threads(ask: Ask) -> dict[str, Any]:
    answered = ask.query.get("all") is None
    page = await ask(
        "thread.list", answered_only=answered, limit=100, cursor=ask.query.get("cursor")
    )
    heads = page["threads"]
    tallies = (
        await ask(
            "message.history",
            ids=[each["last"]["id"] for each in heads],
            body_chars=0,
            with_tallies=True,
        )
        if heads
        else {"tallies": []}
    )
    return {**page, "tallies": tallies["tallies"], "all": not answered}


async def load_thread(ask: Ask) -> dict[str, Any]:
    root, page = await asyncio.gather(
        ask("thread.get", id=ask.about[0], limit=1),
        ask("message.history", thread=ask.about[0], limit=FIRST, cursor=ask.query.get("cursor")),
    )
    messages = page["messages"][::-1]
    # Only of the newest messages; the page loads the receipts of others when they become visible.
    statuses = await asyncio.gather(
        *(ask("message.status", id=each["id"], limit=12) for each in messages[-NEWEST:])
    )
    first = next(iter(root["messages"]), None)
    return {
        "thread": root["thread"],
        "paused": root["paused"],
        "root": first,
        "messages": messages,
        "cursor": page["cursor"],
        "statuses": statuses,
    }


async def load_message(ask: Ask) -> dict[str, Any]:
    message = await ask("message.get", id=ask.about[0])
    return {"redirect": f"/w/{quote(ask.workspace, safe='')}/t/{message['thread']}#{message['id']}"}


async def load_mailbox(ask: Ask) -> dict[str, Any]:
    name = "/".join(ask.about)
    box = ask.query.get("box", "unread")
    roster = await ask("agent.list", name=ask.about[0])
    mail = await ask(
        "mailbox.list",
        of=name,
        unread_only=box == "unread",
        include_archived=box == "archive",
        limit=100,
        cursor=None if box in WRITTEN else ask.query.get("cursor"),
    )
    told: dict[str, Any] = {
        "name": name,
        "box": box,
        "agent": roster["agents"][0] if roster["agents"] else None,
        "unread": mail["unread"],
        "total": mail["total"],
        "messages": mail["messages"],
        "cursor": mail["cursor"],
        "statuses": [],
    }
    if box in WRITTEN:
        page = await ask(
            "message.history",
            sender=ask.about[0],
            limit=100 if box == "sent" else MATRIX,
            body_chars=LINE_CHARS,
            cursor=ask.query.get("cursor"),
        )
        told |= {"messages": page["messages"], "cursor": page["cursor"]}
    if box == "archive":
        told["messages"] = [each for each in told["messages"] if each["archived"]]
    if box == "receipts":
        told["statuses"] = await asyncio.gather(
            *(ask("message.status", id=each["id"], limit=50) for each in told["messages"])
        )
    ids = [each["id"] for each in told["messages"]]
    counted = (
        (await ask("message.history", ids=ids, body_chars=0, with_tallies=True))["tallies"]
        if ids
        else []
    )
    return {**told, "tallies": counted}


def line(message: dict[str, Any], tally: dict[str, Any] | None = None) -> str:
    """Return a message as one line of plain text."""
    first = (message["subject"] or text_of(message)).strip().partition("\n")[0]
    to = "everyone" if message["type"] == "broadcast" else ", ".join(message["to"])
    who = message["sender"] + (
        f" ({message['sender_kind']})" if message["sender_kind"] in ("human", "external") else ""
    )
    come = f"  {tally['acknowledged']}/{tally['recipients']}" if tally else ""
    urgent = {4: " !", 5: " !!"}.get(message["priority"], "")
    return plain(
        f"{message['created_at']}  {who} → {to}  {message['intent']}{urgent}  {first[:120]}{come} "
        f" {message['id']}"
    )


def plain(text: str) -> str:
    """Return text without characters that a terminal would act on."""
    return "".join(c if is_seen(c) or c == "\t" else "\ufffd" for c in text)


def lines_live(data: dict[str, Any]) -> Iterator[str]:
    for message, tally in zip(reversed(data["messages"]), reversed(data["tallies"]), strict=True):
        yield line(message, tally)


def lines_needs(data: dict[str, Any]) -> Iterator[str]:
    for need in data["needs"]:
        yield f"{need['kind']}: {line(need['message'])}"
    for name in data["awaited"]:
        yield plain(f"unknown recipient: messages wait until {name} connects")
    for each in data["paused"]:
        yield plain(f"paused by {each['by']}: {each['kind']} {each['of']}")
    if not data["needs"] and not data["awaited"]:
        yield "Nothing needs you."


def lines_threads(data: dict[str, Any]) -> Iterator[str]:
    for head in data["threads"]:
        people = ", ".join(person["name"] for person in head["people"])
        yield plain(
            f"{head['messages']} {'message' if head['messages'] == 1 else 'messages'}  {people}  "
        ) + line(head["first"])


def lines_thread(data: dict[str, Any]) -> Iterator[str]:
    for message in data["messages"]:
        yield line(message)
        yield from (f"    {plain(each)}" for each in text_of(message).splitlines())


def lines_mailbox(data: dict[str, Any]) -> Iterator[str]:
    yield plain(f"{data['name']}: {data['unread']} unread of {data['total']}; {data['box']}")
    statuses = {each["id"]: each for each in data["statuses"]}
    for message, tally in zip(data["messages"], data["tallies"], strict=False):
        yield line(message, tally)
        status = statuses.get(message["id"], {"receipts": []})
        yield from (_chain(status, each) for each in status["receipts"])


def _chain(status: dict[str, Any], receipt: dict[str, Any]) -> str:
    """Return the way of a message to one recipient, each step with its time and evidence."""
    name = receipt["agent"] + (f"/{receipt['instance']}" if receipt["instance"] else "")
    steps = [f"stored {status['created_at']}"]
    for each in receipt["by"]:
        about = ", ".join(each[key] for key in ("instance", "face", "evidence") if each.get(key))
        steps.append(f"{each['mark']} {each['at']}" + (f" ({about})" if about else ""))
    return plain(f"    {name}: {receipt['state']}; {'; '.join(steps)}")


PAGES: dict[str, Page] = {
    "needs": Page("Needs you", load_needs, lines_needs),
    "live": Page("Live", load_live, lines_live),
    "threads": Page("Threads", load_threads, lines_threads),
    "t": Page("Thread", load_thread, lines_thread, (1, 1)),
    "m": Page("Message", load_message, lines_live, (1, 1)),
    "a": Page("Mailbox", load_mailbox, lines_mailbox, (1, 2)),
}
