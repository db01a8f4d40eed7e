"""Pages about what works without a person: Schedules, Webhooks, Sessions, Notes. What each loads,
and its plain text twin.

Explained in docs/why/dashboard.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ackbox.faces.web.page import Ask, Page
from ackbox.faces.web.pages.messages import plain

PAGE = 50
STATES = ("active", "timed_out", "ended")


async def load_schedules(ask: Ask) -> dict[str, Any]:
    found: dict[str, Any] = await ask("schedule.list", limit=PAGE, cursor=ask.query.get("cursor"))
    return found


async def load_webhooks(ask: Ask) -> dict[str, Any]:
    """Return the webhooks of both directions; `webhooks` is None without admin rights."""
    if "admin" not in (await ask("agent.whoami"))["may"]:
        return {"webhooks": None, "outgoing": [], "cursor": None}
    found: dict[str, Any] = await ask("webhook.list", limit=PAGE, cursor=ask.query.get("cursor"))
    return {**found, "outgoing": (await ask("webhook_out.list"))["webhooks"]}


async def load_sessions(ask: Ask) -> dict[str, Any]:
    state = ask.query.get("state")
    state = state if state in STATES else None
    page = await ask("session.list", state=state, limit=PAGE, cursor=ask.query.get("cursor"))
    return {**page, "state": state}


async def load_notes(ask: Ask) -> dict[str, Any]:
    words = ask.query.get("q", "").strip()[:400]
    narrow = {name: ask.query.get(name, "").strip() for name in ("kind", "tag")}
    page = await ask(
        "note.search" if words else "note.list",
        query=words or None,
        include_superseded=ask.query.get("all") == "1",
        limit=PAGE,
        cursor=ask.query.get("cursor"),
        **{name: value or None for name, value in narrow.items()},
    )
    return {**page, "q": words, **narrow}


def lines_schedules(data: dict[str, Any]) -> Iterator[str]:
    for each in data["schedules"]:
        failed = f"  failed: {each['last_error']}" if each["last_error"] else ""
        yield plain(
            f"{each['next_at']}  {each['cron']} ({each['zone']})  → {', '.join(each['to'])}  "
            f"{each['intent']}  {_first(each)}{failed}  {each['id']}"
        )
    if not data["schedules"]:
        yield "No schedules. Add one: ackbox schedule add '0 9 * * MON-FRI' NAME 'Stand-up'"


def lines_webhooks(data: dict[str, Any]) -> Iterator[str]:
    if data["webhooks"] is None:
        yield "Only an admin key can list webhooks."
    for each in data["webhooks"] or []:
        yield plain(
            f"{each['path']}  {each['form']}  → {each['to']}  {each['received']} received  "
            f"{_first(each)}  {each['id']}"
        )
    for each in data["outgoing"]:
        how = f"  {each['last_error']}" if each["last_error"] else ""
        yield plain(
            f"{each['url']}  on {each['on']}  {each['delivered']} delivered  "
            f"{each['waiting']} waiting  {each['failed']} failed{how}  {each['id']}"
        )
    if data["webhooks"] == [] and not data["outgoing"]:
        yield "No webhooks. Create one: ackbox webhook add NAME 'Build {number}: {state}'"


def lines_sessions(data: dict[str, Any]) -> Iterator[str]:
    for each in data["sessions"]:
        claims = ", ".join([*filter(None, [each["area"]]), *each["files"]]) or "no claims"
        yield plain(
            f"{each['number']}  {each['state']}  {each['agent']}  {claims}  "
            f"{(each['summary'] or '').partition(chr(10))[0][:120]}  {each['started_at']}"
        )
    if not data["sessions"]:
        yield "No sessions. Start one: ackbox session start --area docs"


def lines_notes(data: dict[str, Any]) -> Iterator[str]:
    for each in data["notes"]:
        tags = " ".join(f"#{tag}" for tag in each["tags"])
        yield plain(
            f"{each['number']}  {each['kind']}  {each['author']}  "
            f"{each['title'] or each['text'].partition(chr(10))[0][:120]}  {tags}  {each['id']}"
        )
    if not data["notes"]:
        yield 'No notes. Add one: ackbox note add "SQLite first" --kind decision'


def _first(each: dict[str, Any]) -> str:
    """Return the first line of an automatic message."""
    return str(each["subject"] or each["body"]).strip().partition("\n")[0][:120]


PAGES: dict[str, Page] = {
    "schedules": Page("Schedules", load_schedules, lines_schedules),
    "webhooks": Page("Webhooks", load_webhooks, lines_webhooks),
    "sessions": Page("Sessions", load_sessions, lines_sessions),
    "notes": Page("Notes", load_notes, lines_notes),
}
