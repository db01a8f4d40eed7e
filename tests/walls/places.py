"""Workspaces that look alike, what names in one another could ask for, and what the database holds
of it.
"""

from __future__ import annotations

import functools
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import asyncpg

from ackbox.app.call import App
from ackbox.errors import AckboxError
from ackbox.ops.rules.cursors import make_cursor

CURSORS = (
    "feed",
    "history",
    "search",
    "inbox",
    "mailbox",
    "thread",
    "reviews",
    "status",
    "tasks",
    "notes",
    "sessions",
    "log",
)
# Numbers of workspaces and readers are random, of 62 bits; times are below.
RANDOM_ABOVE = 1 << 45


@dataclass
class Place:
    """What there is in a workspace, by the kind of name it has.

    Of a place that is nowhere, values of the same shape.
    """

    workspace: str
    agent: str
    human: str
    instance: str
    message: str
    schedule: str
    webhook: str
    outgoing: str
    receipt: str
    task: str
    key: str
    session: str
    note: str
    folder: str
    link: str
    idempotency: str
    word: str
    copy: str
    program_session: str
    offer: str
    area: str
    file: str
    cursors: dict[str, str]
    records: list[dict[str, Any]]
    keys: dict[str, str] = field(default_factory=dict)  # role → credential

    @functools.cached_property
    def named(self) -> list[tuple[str, str]]:
        """Every value with a sign for it that is the same for all places."""
        own = [
            (getattr(self, each.name), f"<{each.name}>")
            for each in fields(self)
            if isinstance(getattr(self, each.name), str)
        ]
        return sorted(
            [*own, *((text, f"<cursor {kind}>") for kind, text in self.cursors.items())],
            key=lambda pair: -len(pair[0]),
        )


def nowhere(of: Place) -> Place:
    """Return a place with the names of things that do not exist, which sort and look like those
    of another.
    """
    other = {
        each.name: getattr(of, each.name)[:-1] + "9"
        for each in fields(of)
        if isinstance(getattr(of, each.name), str)
    }
    # Not the last digits alone: a receipt's are its reader's number, a message's are random.
    other |= {
        "message": of.message[:16] + "0123456789abcdef",
        "receipt": of.receipt[:16] + "0123456789abcdef",
        "task": of.task[:16] + "0123456789abcdee",
        # Made in the same millisecond as the message.
        "schedule": of.schedule[:16] + "1" * 16,
        "webhook": of.webhook[:16] + "2" * 16,
        "outgoing": of.outgoing[:16] + "3" * 16,
    }
    cursors = {kind: make_cursor(1, kind, 1) for kind in CURSORS}
    records = [
        {**record, "id": other["message"], "thread_id": other["message"]} for record in of.records
    ]
    return Place(**other, cursors=cursors, records=records)


def normal(text: str, given: Place, home: Place) -> Any:
    """Return an answer with what differs by chance, and what was asked for, replaced by signs."""
    for value, sign in given.named:
        text = text.replace(value, f"asked {sign}")
    for value, sign in home.named:
        text = text.replace(value, f"own {sign}")
    return _without_chance(json.loads(text))


def _without_chance(value: Any, name: str = "") -> Any:
    """Replace random ids and numbers, and give lists one order: some are in the order of
    readers' numbers.
    """
    if isinstance(value, dict):
        return {key: _without_chance(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return sorted((_without_chance(each, name) for each in value), key=json.dumps)
    if isinstance(value, int):
        # How far the index of words is behind is the background's doing.
        return "<number>" if value > RANDOM_ABOVE or name == "behind" else value
    if not isinstance(value, str):
        return value
    if value.startswith(('{"', "{}")):
        return _without_chance(json.loads(value))
    if (
        name == "skeleton"
        or (name == "cursor" and len(value) == 22)
        or (name in ("id", "key_id", "key") and len(value) == 11)
    ):
        return f"<{name}>"
    value = re.sub(r"\bcursor [\w-]{22}", "cursor <cursor>", value)
    value = re.sub(r"whsec_[0-9A-Za-z+/=]+", "<a secret>", value)
    return re.sub(
        r"abx_[a-z]{2,3}_[0-9A-Za-z]+",
        "<a key>",
        re.sub(r"\b[0-9a-f]{16}\b|\b[0-9a-f]{32}(?:[0-9a-f]{32})?\b", "<hex>", value),
    )


async def settle(app: App) -> None:
    """Do what the background work does within a second, so that it does not come between two
    looks at the rows.
    """
    await app._background.flush()
    await app._background._index()


# What each parameter may name in another workspace. A list of values; each is asked for by itself.
FOREIGN: dict[str, Callable[[Place], list[Any]]] = {
    "workspace": lambda of: [of.workspace],
    "agent": lambda of: [of.agent, of.human],
    "instance": lambda of: [of.instance],
    "to": lambda of: [of.note, of.agent, f"bob/{of.instance}", [of.human, "bob"]],
    "auto_instance": lambda of: [of.instance],
    "copy_id": lambda of: [of.copy],
    "program_session": lambda of: [of.program_session],
    "offer": lambda of: [of.offer],
    "to_instance": lambda of: [of.instance],
    "parent": lambda of: [of.message, of.receipt],
    "id": lambda of: [
        of.message,
        of.receipt,
        of.task,
        of.key,
        of.schedule,
        of.webhook,
        of.outgoing,
        of.note,
        of.link,
    ],
    "ids": lambda of: [[of.message], [of.receipt, of.key]],
    "thread": lambda of: [of.message],
    "cursor": lambda of: list(of.cursors.values()),
    "author": lambda of: [of.agent],
    "links": lambda of: [[{"relation": "supports", "to": of.note}]],
    "notes": lambda of: [
        [{"text": "x", "links": [{"relation": "supports", "to": of.note}]}],
        [{"text": of.word}],
    ],
    "delivery": lambda of: [of.outgoing],
    "folder": lambda of: [of.folder, of.note],
    "sources": lambda of: [[of.note]],
    "write_id": lambda of: [of.idempotency],
    "known_notes": lambda of: [[of.note]],
    "prompt": lambda of: [of.word],
    "session": lambda of: [of.session],
    "sender": lambda of: [of.agent],
    "recipient": lambda of: [of.agent],
    "audience": lambda of: [[of.agent]],
    "of": lambda of: [of.agent, of.human, of.message],
    "name": lambda of: [of.agent],
    "like": lambda of: [of.agent],
    "may_speak_as": lambda of: [[of.agent]],
    "idempotency_key": lambda of: [of.idempotency],
    "text": lambda of: [of.word],
    "query": lambda of: [of.word],
    "assignee": lambda of: [of.agent],
    "assignee_instance": lambda of: [of.instance],
    "creator": lambda of: [of.agent],
    "project": lambda of: [of.area],
    "mission": lambda of: [of.area],
    "tag": lambda of: [of.area],
    "without_tag": lambda of: [of.area],
    "depends_on": lambda of: [[of.task]],
    "on": lambda of: [[of.task]],
    "no_more_on": lambda of: [[of.task]],
    "area": lambda of: [of.area],
    "files": lambda of: [[of.file]],
    "records": lambda of: [of.records],
    "tasks": lambda of: [
        [{"title": of.word}],
        [{"key": "a", "title": "x", "to": of.agent}],
        [{"key": of.task, "title": "x"}],
    ],
    "messages": lambda of: [
        [{"to": "bob", "body": "x", **more}]
        for more in (
            {"workspace": of.workspace},
            {"agent": of.agent},
            {"instance": of.instance},
            {"parent": of.message},
            {"to_instance": of.instance},
            {"to": of.agent, "unknown": "refuse"},
            {"to": of.agent},
            {"idempotency_key": of.idempotency},
        )
    ],
}
# Parameters that name nothing: what is said, how much, when, and how.
NAMES_NOTHING = frozenset(
    {
        # A member is the hash of its keys; its record is signed for one workspace.
        "member",
        "challenge",
        "choice",
        "choices",
        "url",
        "client",
        "verifier",
        "has_returned",
        "record",
        "request",
        "sealed",
        # Numbers of sealed texts, which are counted in each workspace.
        "numbers",
        "shares",
        "as_owner",
        "dialect",
        "only_own",
        "with_sessions",
        "directory",
        "repository",
        "name_form",
        "pid",
        "terminal",
        "others_only",
        "within",
        "diff",
        "file",
        "line",
        "until",
        "digest_minutes",
        "at_turn_end",
        "off",
        "program",
        "moment",
        "event",
        "is_new_context",
        "is_continued",
        "has_shown_last",
        "can_show",
        "with_notes",
        "not_kind",
        "expires_at",
        "archived",
        "kind_days",
        "max_priority",
        "start_first",
        "notes_from",
        "must_be_known",
        "way",
        "carries_text",
        "online_s",
        "body",
        "subject",
        "intent",
        "priority",
        "refs",
        "metadata",
        "expects_reply_by",
        "expires_in_days",
        "grace_s",
        "ended_links",
        "unknown",
        "wait_s",
        "limit",
        "mark",
        "urgent_first",
        "max_body_bytes",
        "evidence",
        "unread_only",
        "include_archived",
        "since",
        "summary",
        "machine",
        "platform",
        "model",
        "reach",
        "ttl_s",
        "online_only",
        "kind",
        "label",
        "mode",
        "hops_limit",
        "pair_per_minute",
        "thread_per_minute",
        "reroute",
        "repeats_limit",
        "relaxed_hops_limit",
        "relaxed_repeats_limit",
        "relaxed_limits",
        "exact",
        "lists_everyone",
        "as_creator",
        "keep_metadata",
        "counts_listed",
        "replaces_title",
        "part",
        "after",
        "upto",
        "only_look",
        "path",
        "as_recipient",
        "body_chars",
        "with_tallies",
        "with_sizes",
        "answered_only",
        "minutes",
        "travels",
        "title",
        "description",
        "status",
        "tags",
        "done_when",
        "due_at",
        "estimated_minutes",
        "note",
        "blocked_by",
        "blocked_cause",
        "as_assignee",
        "start",
        "mine",
        "unassigned_only",
        "ready_only",
        "updated_since",
        "max_text_bytes",
        "with_cursors",
        "by_instance",
        "as_sender",
        "role",
        "capabilities",
        "updated_before",
        "cron",
        "zone",
        "heartbeat_s",
        "on_conflict",
        "announce",
        "new_name",
        "outcome",
        "touched",
        "state",
        "session_ttl_s",
        "with_tasks",
        "empty_inbox_text",
        "reply_all",
        "storage_mb",
        "schedules_limit",
        "schedule_interval_s",
        "newcomer_days",
        "kinds",
        "inactive",
        "mention",
        "or_refuse",
        "tell",
        "form",
        "headers",
        "blockers",
        "next",
        "plan",
        "task",
        "answer_within_s",
        "answers_oldest",
        "newest",
        "direct_only",
        "days",
        "newest_first",
        "present_first",
        "skip",
        "with_unread",
        "waiting",
        "facts",
        "documents",
        "follow",
        "any_word",
        "direction",
        "min_priority",
        "include_superseded",
        "depth",
        "unless_known",
        "relation",
    }
)


async def rows_of(database: str, ws: int | None = None) -> dict[str, list[str]]:
    """Return every row of every table, or those of one workspace, read past the store."""
    if database.startswith("sqlite:///"):
        return _sqlite_rows(database.removeprefix("sqlite:///"), ws)
    connection = await asyncpg.connect(database)
    try:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'ws' AND"
            " table_schema = 'public'"
        )
        return {
            table: sorted(
                str(tuple(row))
                for row in await connection.fetch(
                    f'SELECT * FROM "{table}" WHERE ws = COALESCE($1, ws)', ws
                )
            )
            for (table,) in tables
        }
    finally:
        await connection.close()


def _sqlite_rows(path: str, ws: int | None) -> dict[str, list[str]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if any(
                column[1] == "ws" for column in connection.execute(f'PRAGMA table_info("{name}")')
            )
        ]
        return {
            table: sorted(
                str(row)
                for row in connection.execute(
                    f'SELECT * FROM "{table}" WHERE ws = COALESCE(?, ws)', (ws,)
                )
            )
            for table in tables
        }


async def refusal(app: App, key: str, name: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """Return the error that a call is refused with, or null."""
    try:
        await app.call(name, params, credential=key)
    except AckboxError as error:
        refused: dict[str, Any] = error.as_dict()["error"]
        return refused
    return None
