"""Calls of a tenant with a key, at full speed: each operation in the form that costs the server
most.

`HEAVY` names every operation of the table, so that one that is new must be thought about.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from tests.faults.siege import MOST_GROWTH, SETTLE_S, Row, Watch, is_answering
from tests.faults.wires import Aim, memory_of

LOOPS = 4
TOGETHER = 100
Params = Callable[[int], dict[str, Any]]


def _names(number: int, many: int = 100) -> list[str]:
    return [f"nobody-{number}-{each}" for each in range(many)]


def _same(**params: Any) -> Params:
    return lambda _: params


def _event(session: str, moment: str, **more: bool | str) -> dict[str, Any]:
    return {"program": "claude", "program_session": session, "moment": moment, **more}


NOTHING = "f" * 32
# What each operation is asked: the number of the call makes texts and names new where a repeat
# would cost less. An operation has several forms where several paths lead to much work.
HEAVY: dict[str, tuple[Params, ...]] = {
    "agent.check_in": (
        lambda n: {"files": [f"src/{n}/{each}" for each in range(100)], "summary": "x" * 200},
    ),
    "agent.list": (
        _same(limit=1),
        _same(like="zzzz", limit=100),
        _same(),
        _same(with_unread=True),
        _same(waiting=200),
        _same(online_only=True),
    ),
    "event.feed": (
        _same(cursor="start", limit=200),
        _same(cursor="start", kinds=["agent.refused"], limit=200),
        _same(cursor="start", of="workspace", sender="nobody-at-all", limit=200),
        _same(cursor="start", of="inbox", limit=200),
    ),
    "event.list": (_same(limit=200), _same(of="agent.refused", limit=200)),
    "event.log": (_same(limit=200),),
    "inbox.check": (
        _same(intent="none-has-it"),
        _same(metadata={"none": "has it"}),
        _same(limit=200),
        _same(state="acknowledged"),
        _same(direct_only=True),
        _same(since="2020-01-01T00:00:00Z", intent="none-has-it", limit=200),
        _same(urgent_first=True, newest=True),
        _same(with_tasks=True),
    ),
    "inbox.wait": (
        _same(wait_s=0.2, intent="none-has-it"),
        _same(wait_s=0.2, metadata={"none": "has it"}),
    ),
    "mailbox.list": (
        _same(intent="none-has-it"),
        _same(sender="nobody-at-all"),
        _same(unread_only=True, limit=200),
        _same(include_archived=True, limit=200),
    ),
    "message.ask": (lambda n: {"to": "reader", "body": f"question {n}", "wait_s": 0.2},),
    "message.get": (_same(id=NOTHING),),
    "message.history": (
        _same(intent="none-has-it"),
        _same(metadata={"none": "has it"}),
        _same(recipient="nobody-at-all"),
        _same(limit=500),
        _same(limit=500, with_tallies=True, with_sizes=True),
        _same(text="zzzz"),
        _same(text="common", limit=500, metadata={"none": "has it"}),
    ),
    "message.preview": (_same(to="*"), lambda n: {"to": _names(n)}),
    "message.search": (
        _same(query="common", limit=500),
        _same(query="common", intent="none-has-it"),
        _same(query="c*"),
        _same(query="z" * 400),
        _same(query=" ".join(["common"] * 20)),
        _same(query="common", metadata={"none": "has it"}),
    ),
    "message.send": (
        lambda n: {"to": _names(n), "body": "x"},
        lambda n: {"to": "*", "body": f"x {n}"},
        lambda n: {"to": "reader", "body": f"{n} " + "x" * 49_000},
        lambda n: {
            "to": "reader",
            "body": f"{n}",
            "refs": [{"kind": "file", "target": f"src/{each}/" + "x" * 1900} for each in range(50)],
        },
        lambda n: {"to": "reader", "body": f"@{' @'.join(_names(n, 500))}", "mention": True},
    ),
    "message.send_many": (
        lambda n: {
            "messages": [{"to": _names(n, 20), "body": f"{n} {each}"} for each in range(20)]
        },
    ),
    "message.status": (_same(id=NOTHING, limit=200),),
    "message.withdraw": (_same(id=NOTHING),),
    "note.add": (
        lambda n: {"text": f"{n} " + "x" * 20_000, "tags": [f"t{each}" for each in range(20)]},
    ),
    "note.append": (lambda n: {"title": f"{n}", "text": "x" * 20_000},),
    "note.explore": (_same(query="common", depth=5, limit=200),),
    "note.tidy": (_same(only_look=True, days=1),),
    "task.create_many": (lambda n: {"tasks": [{"title": f"{n} {each}"} for each in range(50)]},),
    "note.get": (_same(id=NOTHING, depth=3),),
    "note.list": (_same(tag="none-has-it"), _same(limit=200)),
    "note.search": (_same(query="common", limit=200), _same(query="common", tag="none-has-it")),
    "program.report": (
        lambda n: _event(f"s{n}", "session_start", is_new_context=True),
        lambda n: _event("s", "prompt" if n % 2 else "tool", has_shown_last=True),
        lambda n: _event("s", "compacted", has_shown_last=True),
        lambda n: _event("s", "prompt", with_notes=True, prompt=f"common note words {n}"),
    ),
    "program.wake": (
        _same(program="claude", way="monitor"),
        _same(program="claude", program_session="s", way="monitor", carries_text=True),
    ),
    "program.signalled": (
        lambda n: {
            "program": "claude",
            "program_session": "s",
            "way": "monitor",
            "ids": [f"{n:016x}{each:016x}" for each in range(200)],
        },
    ),
    "receipt.mark": (
        _same(ids=[NOTHING] * 100, mark="read"),
        lambda n: {"ids": [f"{n:016x}{each:016x}" for each in range(500)], "mark": "read"},
    ),
    "review.open": (
        lambda n: {
            "to": "reader",
            "body": f"{n}",
            "files": [f"src/{each}/" + "x" * 1900 for each in range(49)],
        },
    ),
    "review.comment": (_same(id=NOTHING, body="x"),),
    "review.resolve": (_same(id=NOTHING),),
    "review.get": (_same(id=NOTHING),),
    "review.list": (_same(limit=200), _same(state="resolved", limit=200)),
    "session.conflicts": (lambda n: {"files": [f"src/**/{n}/{each}/*" for each in range(100)]},),
    "session.context": (_same(),),
    "session.list": (_same(limit=200), _same(of="workspace", limit=200)),
    "session.start": (
        lambda n: {"files": [f"src/{n}/{each}" for each in range(100)], "summary": "x"},
    ),
    "schedule.add": (lambda n: {"cron": "0 0 29 2 *", "to": "reader", "body": f"{n}"},),
    "schedule.list": (_same(),),
    "task.claim": (_same(tag="none-has-it"), _same(project="none-has-it")),
    "task.create": (lambda n: {"title": f"task {n}", "description": "x" * 20_000, "to": "reader"},),
    "task.finish_many": (
        _same(only_look=True, project="none-has-it"),
        _same(only_look=True, limit=200, creator="mallory"),
    ),
    "task.list": (
        _same(tag="none-has-it"),
        _same(limit=200),
        _same(ready_only=True, urgent_first=True),
    ),
    "task.search": (_same(query="common", limit=200),),
    "thread.get": (_same(id=NOTHING, limit=200),),
    "thread.list": (_same(limit=200), _same(answered_only=True, limit=200)),
    "turn.submit": (
        lambda n: {
            "summary": f"turn {n}",
            "messages": [{"to": _names(n, 20), "body": f"{n} {each}"} for each in range(10)],
        },
    ),
    "webhook.list": (_same(),),
    "webhook_out.list": (_same(),),
    "workspace.export": (_same(part="message", limit=500), _same(part="event", limit=500)),
    "workspace.flow": (_same(minutes=10_080), _same(minutes=10_080, travels=200)),
    "workspace.health": (_same(minutes=10_080),),
    "workspace.needs": (_same(limit=200),),
    "workspace.overview": (_same(),),
    "server.status": (_same(),),
    "roster.get": (_same(limit=1000),),
    "message.transcript": (_same(limit=1000),),
    "text.list": (_same(limit=500),),
    "share.list": (_same(numbers=list(range(500))),),
    "key.create": (lambda n: {"name": f"more-{n}"},),
    "key.list": (_same(),),
    "agent.whoami": (_same(),),
}
# Short with any arguments: one row by its id, or one of the caller's own.
LIGHT = frozenset(
    {
        "roster.append",
        "roster.request",
        "roster.requests",
        "share.add",
        "text.put",
        "agent.check_out",
        "agent.dismiss",
        "agent.heartbeat",
        "agent.quiet",
        "agent.set_kind",
        "key.revoke",
        "key.rotate",
        "login.end",
        "login.link",
        "login.redeem",
        "invite.create",
        "invite.redeem",
        "note.link",
        "note.unlink",
        "note.move",
        "note.archive",
        "note.remove",
        "note.supersede",
        "mute.start",
        "mute.end",
        "pause.start",
        "pause.end",
        "program.shown",
        "schedule.remove",
        "session.checkpoint",
        "session.end",
        "task.assign",
        "task.depend",
        "task.get",
        "task.update",
        "webhook.add",
        "webhook.receive",
        "webhook.remove",
        "webhook_out.add",
        "webhook_out.remove",
        "webhook_out.retry",
        "webhook_out.test",
        "workspace.list",
        "workspace.settings",
        "server.backup",
        "workspace.create",
        "workspace.import",
    }
)
BY_ADMIN = frozenset(
    {
        "workspace.export",
        "server.status",
        "key.create",
        "key.list",
        "webhook.list",
        "webhook_out.list",
    }
)


def furnish(aim: Aim, *, messages: int, agents: int) -> None:
    """Fill the attacker's workspace, so that a call that looks at everything has much to look
    at.
    """
    assert aim.operator is not None
    for start in range(0, messages, TOGETHER):
        batch = [
            {
                "agent": f"agent-{number % agents}",
                "to": ["mallory", "reader"],
                "body": f"common word {number}",
                "intent": "report",
            }
            for number in range(start, min(start + TOGETHER, messages))
        ]
        aim.operator.call(
            "message.send_many", {"workspace": "attacker", "messages": batch}, timeout_s=120
        )
    for number in range(min(messages // 20, 500)):
        aim.operator.call(
            "note.add",
            {"workspace": "attacker", "agent": "mallory", "text": f"common note {number}"},
            timeout_s=60,
        )
        aim.operator.call(
            "task.create",
            {"workspace": "attacker", "agent": "mallory", "title": f"common task {number}"},
            timeout_s=60,
        )


async def flood(aim: Aim, operation: str, seconds: float, *, form: int | None = None) -> Row:
    """Call one operation at full speed from several connections; return what came of it."""
    forms = HEAVY[operation] if form is None else (HEAVY[operation][form],)
    row, watch = (
        Row(operation if form is None else f"{operation} {form}", start=time.monotonic()),
        Watch(aim),
    )
    looking = asyncio.create_task(watch.run())
    try:
        for params in forms:
            async with asyncio.TaskGroup() as loops:
                for number in range(LOOPS):
                    loops.create_task(
                        _call_on(aim, operation, params, number, time.monotonic() + seconds, row)
                    )
        row.end = time.monotonic()
        await asyncio.sleep(SETTLE_S)
    finally:
        looking.cancel()
    row.grown, row.left = watch.most - watch.before, memory_of(aim.pid) - watch.before
    if row.left > MOST_GROWTH:
        row.misses.append(f"memory stays {row.left >> 20} MiB larger")
    if any(status >= 500 for status in row.answers):
        row.misses.append("answered with a fault of the server's own")
    if not await is_answering(aim):
        row.misses.append("the server does not answer afterwards")
    return row


async def _call_on(
    aim: Aim, operation: str, params: Params, first: int, until: float, row: Row
) -> None:
    """One of the loops: the next call as soon as the last one is answered, with any answer."""
    reader, writer = await asyncio.open_connection(aim.host, aim.port, limit=1 << 20)
    number, base = first, time.monotonic_ns()
    try:
        while time.monotonic() < until:
            body = json.dumps(params(base + number)).encode()
            writer.write(
                aim.request(
                    "POST",
                    f"/v1/call/{operation}",
                    key=aim.admin if operation in BY_ADMIN else aim.key,
                    body=body,
                )
            )
            began = time.monotonic()
            status = await _read(reader)
            row.answers[status] += 1
            row.count += 1
            row.longest_s = max(row.longest_s, time.monotonic() - began)
            number += LOOPS
    except (OSError, asyncio.IncompleteReadError):
        row.answers[0] += 1
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    size = next(
        int(line.partition(b":")[2])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length")
    )
    await reader.readexactly(size)
    return int(head[9:12])
