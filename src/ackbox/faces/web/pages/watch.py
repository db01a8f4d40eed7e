"""Pages to watch: Agents, Flow, Health, Search. What each loads, and its plain text twin.

Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ackbox.errors import AckboxError, NotAllowed
from ackbox.faces.terminal_text import PRESENCE, text_of
from ackbox.faces.web.page import Ask, Page
from ackbox.faces.web.pages.messages import FIRST, LINE_CHARS, filtered, line, plain

WINDOWS = {"5m": 5, "15m": 15, "1h": 60, "6h": 360, "1d": 1440, "7d": 10_080}
TRAVELS = 1000
# Agents on one page, and agents in the flow: those seen last.
AGENTS = 100
PLACES = 1000
MAX_SKIPPED = 1_000_000
MAX_MATCHES = 20
# Messages of a conversation are counted up to this number; `MAX_SIZE` in search.js is the same.
MAX_SIZE = 200
# Messages in which the values of filters are counted.
COUNTED = 1000
PRIORITIES = {5: "urgent", 4: "high", 3: "normal", 2: "low", 1: "1"}


def minutes_of(ask: Ask, usual: str) -> tuple[str, int]:
    """Return the time window of an address, as its word and in minutes."""
    word = ask.query.get("window", usual)
    word = word if word in WINDOWS else usual
    return word, WINDOWS[word]


async def load_agents(ask: Ask) -> dict[str, Any]:
    like, skip = ask.query.get("like", "").strip(), ask.query.get("skip", "0")
    skipped = min(int(skip[:9]), MAX_SKIPPED) if skip.isdecimal() else 0
    roster, health = await asyncio.gather(
        ask(
            "agent.list",
            present_first=True,
            limit=AGENTS,
            with_unread=True,
            skip=skipped,
            like=like or None,
        ),
        ask("workspace.health", minutes=60),
    )
    return {
        **roster,
        "like": like,
        "skip": skipped,
        "activity": health["agents"],
        "left_out": health["left_out"],
    }


async def load_flow(ask: Ask) -> dict[str, Any]:
    window, minutes = minutes_of(ask, "15m")
    flow, roster = await asyncio.gather(
        ask("workspace.flow", minutes=minutes, travels=TRAVELS),
        ask("agent.list", present_first=True, limit=PLACES, with_unread=True),
    )
    agents = [
        {
            "agent": each["agent"],
            "kind": each["kind"],
            "presence": each["presence"],
            "unread": each["unread"] or 0,
            **{
                name: (
                    each[name] or next((one[name] for one in each["instances"] if one[name]), None)
                )
                for name in ("machine", "role")
            },
        }
        for each in roster["agents"]
    ]
    return {
        "window": window,
        "minutes": minutes,
        "agents": agents,
        "total": roster["total"],
        **flow,
    }


async def load_health(ask: Ask) -> dict[str, Any]:
    window, minutes = minutes_of(ask, "15m")
    health, server = await asyncio.gather(ask("workspace.health", minutes=minutes), _server(ask))
    return {"window": window, "minutes": minutes, **health, "server": server}


async def _server(ask: Ask) -> Any:
    """Return the state of the database and the server, or None without admin rights."""
    try:
        return await ask("server.status")
    except NotAllowed:
        return None


async def load_search(ask: Ask) -> dict[str, Any]:
    words = ask.query.get("q", "").strip()
    if not words:
        return {
            "q": "",
            "messages": [],
            "tallies": [],
            "cursor": None,
            "conversations": {},
            "tasks": [],
            "notes": [],
        }
    found = await filtered(ask, words)
    return {
        **found,
        "conversations": await conversations(ask, found["messages"]),
        **await matches(ask, words),
    }


async def conversations(ask: Ask, messages: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the first message of each conversation and how many messages it has.

    Conversations whose first message the caller cannot read are left out.
    """
    ids = list(dict.fromkeys(each["thread"] for each in messages))
    told = [
        await ask(
            "message.history", ids=ids[at : at + FIRST], body_chars=LINE_CHARS, with_sizes=True
        )
        for at in range(0, len(ids), FIRST)
    ]
    return {
        first["id"]: {"first": first, "messages": size}
        for page in told
        for first, size in zip(page["messages"], page["sizes"], strict=True)
    }


async def load_facets(ask: Ask) -> dict[str, Any]:
    found, threads = await asyncio.gather(
        filtered(ask, ask.query.get("q", ""), limit=COUNTED, body_chars=0),
        ask("thread.list", limit=50),
    )
    values: dict[str, Counter[str]] = {
        key: Counter() for key in ("from", "to", "intent", "is", "priority", "has", "thread")
    }
    for message, tally in zip(found["messages"], found["tallies"], strict=True):
        for key, value in facets_of(message, tally):
            values[key][value] += 1
    labels = {
        head["thread"]: (
            (head["first"]["subject"] or text_of(head["first"])).strip().partition("\n")[0][:120]
        )
        for head in threads["threads"]
    }
    told = {
        key: [
            {
                "value": value,
                "count": count,
                **({"label": labels[value]} if key == "thread" else {}),
            }
            for value, count in counts.most_common()
            if key != "thread" or value in labels
        ]
        for key, counts in values.items()
    }
    return {
        "q": found["q"],
        "looked_at": len(found["messages"]),
        "is_more": found["cursor"] is not None,
        "values": told,
    }


def facets_of(message: dict[str, Any], tally: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the filter terms that match this message, as key and value."""
    yield "from", message["sender"]
    yield from (
        ("to", each)
        for each in (
            ["everyone"]
            if message["type"] == "broadcast"
            else {each.partition("/")[0] for each in message["to"]}
        )
    )
    yield "intent", message["intent"]
    yield "priority", PRIORITIES[message["priority"]]
    yield "thread", message["thread"]
    yield from (("has", kind) for kind in {ref["kind"] for ref in message["refs"]})
    if tally["acknowledged"] < tally["recipients"]:
        yield "is", "unacked"
    if tally["read"] < tally["recipients"]:
        yield "is", "unread"
    if message["priority"] == 5:
        yield "is", "urgent"
    if message["sender_kind"] == "human":
        yield "is", "human"


async def matches(ask: Ask, words: str) -> dict[str, Any]:
    """Return tasks and notes that match a search; none if it has terms that only messages match."""
    if ":" in words:
        return {"tasks": [], "notes": []}
    tasks, notes = await asyncio.gather(
        _found(ask, "task.search", "tasks", words), _found(ask, "note.search", "notes", words)
    )
    return {"tasks": tasks, "notes": notes}


async def _found(ask: Ask, operation: str, name: str, words: str) -> list[Any]:
    try:
        found: list[Any] = (await ask(operation, query=words, limit=MAX_MATCHES))[name]
    except AckboxError:
        # The search for messages reports errors in the words.
        return []
    return found


def lines_agents(data: dict[str, Any]) -> Iterator[str]:
    for each in data["agents"]:
        doing = each["summary"] or each["area"] or ""
        waits = each["unread"] or 0
        sign = PRESENCE[each["presence"]]
        yield plain(
            f"{sign} {each['agent']}  {each['machine'] or ''}  {_activity(each)}"
            f"{doing}  {waits} unread  {each['reach']}"
        )
        for one in each["instances"]:
            yield plain(
                f"    {PRESENCE[one['presence']]} {one['agent']}/{one['instance']} "
                f" {one['machine'] or ''}  {_activity(one)}{one['summary'] or ''}"
            )
    if (shown := data["skip"] + len(data["agents"])) < data["total"]:
        yield f"{data['skip'] + 1} to {shown} of {data['total']}: ?skip={shown} for the next"
    for name in data["awaited"]:
        yield plain(f"· {name}  unknown recipient: messages wait until it connects")


def _activity(each: dict[str, Any]) -> str:
    return f"{each['activity']} since {each['activity_since']}  " if each["activity"] else ""


def lines_flow(data: dict[str, Any]) -> Iterator[str]:
    yield f"since {data['complete_since']}"
    for pair in data["pairs"]:
        to = "everyone" if pair["recipient"] == "*" else pair["recipient"]
        yield plain(
            f"{pair['sender']} → {to}  {pair['messages']}  mostly {pair['intent']}  last"
            f" {pair['last_at']}"
        )


def lines_health(data: dict[str, Any]) -> Iterator[str]:
    yield (
        f"since {data['complete_since']}: {data['messages']}"
        f" {'message' if data['messages'] == 1 else 'messages'}"
    )
    for name, word in (("picked_up", "picked up"), ("acknowledged", "acknowledged")):
        delay = data[name]
        ranks = (
            ", ".join(f"{rank} {delay[f'{rank}_ms']} ms" for rank in ("p50", "p95", "p99"))
            if delay
            else "none"
        )
        yield f"{word}: {ranks}"
    for step in data["steps"]:
        yield plain(
            f"{step['at']}  "
            + ", ".join(f"{intent} {count}" for intent, count in step["messages"].items())
        )
    for each in data["agents"]:
        oldest = (
            f", oldest {each['oldest_unacknowledged_at']}"
            if each["oldest_unacknowledged_at"]
            else ""
        )
        yield plain(
            f"{each['agent']}  {each['presence']}  {each['unread']} unread "
            f" {each['unacknowledged']} unacknowledged{oldest}"
        )
    yield f"search index {data['behind']} events behind"
    if (server := data["server"]) is not None:
        copied = server["backup"]
        yield (
            f"database {server['database_bytes']} bytes, {server['sockets']} sockets, version"
            f" {server['version']}"
        )
        if server["clock_skew_ms"] is not None:
            yield f"clock {server['clock_skew_ms'] / 1000:+.1f} s from the database's"
        yield (
            f"last backup {copied['made_at']}, verified by {copied['verified']}"
            if copied
            else "no backup yet: ackbox backup FILE"
        )


def lines_search(data: dict[str, Any]) -> Iterator[str]:
    for message, tally in zip(data["messages"], data["tallies"], strict=True):
        yield line(message, tally)
    fitting = Counter(message["thread"] for message in data["messages"])
    for id, whole in data["conversations"].items():
        if (size := whole["messages"]) > 1:
            first = whole["first"]
            said = (first["subject"] or text_of(first)).strip().partition("\n")[0][:120]
            yield plain(
                f"{fitting[id]} of {f'more than {MAX_SIZE}' if size > MAX_SIZE else size} match in"
                f" {said}  {id}"
            )
    for task in data["tasks"]:
        yield plain(f"task {task['number']}  {task['status']}  {task['title']}")
    for note in data["notes"]:
        yield plain(
            f"note  {note['kind']} "
            f" {note['title'] or note['text'].strip().partition(chr(10))[0][:120]}"
        )


def lines_facets(data: dict[str, Any]) -> Iterator[str]:
    for key, values in data["values"].items():
        for each in values:
            yield plain(f"{key}:{each['value']}  {each['count']}  {each.get('label', '')}".rstrip())


PAGES: dict[str, Page] = {
    "agents": Page("Agents", load_agents, lines_agents),
    "flow": Page("Flow", load_flow, lines_flow),
    "health": Page("Health", load_health, lines_health),
    "search": Page("Search", load_search, lines_search),
    "facets": Page("Facets", load_facets, lines_facets),
}
