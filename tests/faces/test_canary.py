"""A canary in every string that a caller can write is found inside fences alone: in every
native tool, resource, prompt and framed reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
import msgspec.inspect
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from ackbox.errors import AckboxError
from ackbox.faces.mcp.native import TOOLS
from ackbox.ops.table import OPERATIONS
from tests.answers import items, outside, text_of
from tests.serving import Addressed, Served, serving

pytestmark = pytest.mark.anyio

# As long as the shortest text that a caller can write, an intent; taken as a name too.
CANARY = "canary-" + "abcdefghijklmnopqrstuvwx"
# What is written, with the least that each operation takes; and what no caller writes text with
# that others read.
WRITES: dict[str, dict[str, Any]] = {
    "message.send": {"to": "bob", "body": "x"},
    "message.send_many": {"messages": [{"to": "bob", "body": "x"}]},
    "message.ask": {"to": "bob", "body": "x", "wait_s": 0},
    "agent.check_in": {},
    "agent.heartbeat": {},
    "agent.check_out": {},
    "message.withdraw": {"id": "MESSAGE"},
    "agent.dismiss": {"name": "nobody"},
    "task.create": {"title": "t"},
    "task.claim": {},
    "task.update": {"id": "TASK"},
    "task.assign": {"id": "TASK", "to": "bob"},
    "task.depend": {"id": "TASK"},
    "task.finish_many": {"only_look": True},
    "inbox.check": {"mark": "read", "limit": 1},
    "inbox.wait": {"mark": "read", "limit": 1, "wait_s": 0},
    "receipt.mark": {"mark": "delivered", "ids": ["MESSAGE"]},
    "schedule.add": {"cron": "@yearly", "to": "bob", "body": "x"},
    "schedule.remove": {"id": "nothing"},
    "note.add": {"text": "x"},
    "note.supersede": {"id": "NOTE"},
    "note.append": {"title": "t", "text": "x"},
    "note.move": {"id": "NOTE"},
    "note.archive": {"id": "NOTE"},
    "note.tidy": {},
    "note.unlink": {"id": "nothing"},
    "note.remove": {"id": "nothing"},
    "task.create_many": {"tasks": [{"title": "t"}]},
    "note.link": {"id": "NOTE", "relation": "supports", "to": "OTHER"},
    "session.start": {},
    "session.checkpoint": {},
    "session.end": {"session": "SESSION"},
    "turn.submit": {"summary": "s"},
    "review.open": {"to": "bob", "body": "x"},
    "review.comment": {"id": "REVIEW", "body": "x"},
    "review.resolve": {"id": "REVIEW"},
    "webhook.add": {"to": "bob"},
    "webhook.remove": {"id": "nothing"},
    "webhook_out.add": {"url": "https://example.com/"},
    "webhook_out.remove": {"id": "nothing"},
    "webhook_out.test": {"id": "nothing"},
    "webhook_out.retry": {"id": "nothing"},
    "key.create": {"name": "key-holder"},
    "key.revoke": {"id": "nothing"},
    "key.rotate": {"id": "nothing"},
    "agent.set_kind": {"name": "nobody", "kind": "agent"},
    "agent.quiet": {},
    "mute.start": {"of": "MESSAGE"},
    "mute.end": {"of": "MESSAGE"},
    "pause.start": {"of": "MESSAGE"},
    "pause.end": {"of": "MESSAGE"},
    "invite.create": {"name": "guest"},
    "invite.redeem": {},
    "program.report": {"program": "claude", "program_session": "s", "moment": "prompt"},
    "program.shown": {"program": "claude", "program_session": "s", "offer": "nothing"},
    "program.wake": {"program": "claude", "way": "monitor"},
    "program.signalled": {
        "program": "claude",
        "program_session": "s",
        "way": "monitor",
        "ids": [],
    },
    "roster.append": {"record": {"body": "e30=", "signature": "e30="}},
    "share.add": {"shares": [{"seq": 1, "body": "e30=", "signature": "e30="}]},
    "text.put": {
        "sealed": {
            "header": "e30=",
            "wraps": [{"member": "0" * 64, "wrap": "e30="}],
            "content": "e30=",
            "signature": "e30=",
        }
    },
    "roster.request": {"request": "e30=", "member": "0" * 64},
    "workspace.settings": {},
    "workspace.create": {"name": "elsewhere"},
    "workspace.import": {"part": "message", "records": [], "upto": 0, "only_look": True},
    "login.link": {},
    "login.redeem": {},
    "login.end": {},
}
# Signed, with bodies of bytes: tests/faces/test_webhook.py; what it writes is a message as any
# other.
APART = {"webhook.receive"}
# On a line of facts these are tokens of a caller's: quoted, cut short.
TOKENS = {"from", "instance", "intent", "creator", "assignee"}
READS: dict[str, dict[str, Any]] = {
    "message.get": {"id": "MESSAGE"},
    "message.status": {"id": "MESSAGE"},
    "thread.get": {"id": "MESSAGE"},
    "task.get": {"id": "TASK"},
    "note.get": {"id": "NOTE"},
    "review.get": {"id": "REVIEW"},
    "message.search": {"query": "canary*"},
    "task.search": {"query": "canary*"},
    "note.search": {"query": "canary*"},
    "note.explore": {"query": "canary*"},
    "message.preview": {"to": f"bob,{CANARY}"},
    "agent.list": {"name": CANARY},
    "session.conflicts": {"area": CANARY, "files": [CANARY]},
}

# What of this is taken with the canary in it, at least, and which answers show it in a fence.
WRITTEN = {
    "message.send refs",
    "message.send metadata",
    "message.send intent",
    "agent.check_in summary",
    "agent.check_in files",
    "task.create tags",
    "note.add tags",
    "session.start area",
    "receipt.mark evidence",
    "message.send instance",
    "task.update note",
}
HELD = {
    "inbox inbox.check",
    "wait inbox.wait",
    "thread thread.get",
    "history message.history",
    "who agent.list",
    "task task.list",
    "checkin",
    "more mailbox.list",
    "more note.list",
    "more session.list",
    "more thread.list",
    "ackbox://inbox",
    "ackbox://agents",
    "catch_up",
    "reply",
    "kavi",
    "message_status message.status",
}


def filled(kind: msgspec.inspect.Type) -> Iterator[Any]:
    """Values of a type with the canary in each place that takes text, one place at a time."""
    match kind:
        case msgspec.inspect.Metadata():
            yield from filled(kind.type)
        case msgspec.inspect.UnionType():
            for each in kind.types:
                yield from filled(each)
        case msgspec.inspect.StrType() | msgspec.inspect.AnyType():
            yield CANARY
        case msgspec.inspect.ListType():
            yield from ([each] for each in filled(kind.item_type))
        case msgspec.inspect.DictType():
            yield {CANARY: CANARY}
        case msgspec.inspect.StructType():
            least = {
                field.encode_name: next(filled(field.type), first(field.type))
                for field in kind.fields
                if field.required
            }
            for field in kind.fields:
                yield from ({**least, field.encode_name: each} for each in filled(field.type))


def first(kind: msgspec.inspect.Type) -> Any:
    """Return a value of a type that takes no free text."""
    return (
        first(kind.type)
        if isinstance(kind, msgspec.inspect.Metadata)
        else next(iter(getattr(kind, "values", [1])))
    )


class Talk:
    """Everything a caller can write, written with the canary; then everything a model can read."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.made: dict[str, str] = {}
        self.written: set[str] = set()

    async def core(self, operation: str, **params: Any) -> Any:
        return await self.served.app.call(
            operation, {"agent": "eve", **params}, credential=self.served.key
        )

    def real(self, value: Any) -> Any:
        """Return parameters with ids in place of their words."""
        if isinstance(value, dict):
            return {name: self.real(each) for name, each in value.items()}
        return (
            [self.real(each) for each in value]
            if isinstance(value, list)
            else self.made.get(value, value)
            if isinstance(value, str)
            else value
        )

    async def write(self) -> None:
        self.made = {
            "MESSAGE": (await self.core("message.send", to="bob", body=CANARY)).id,
            "TASK": (await self.core("task.create", title=CANARY)).id,
            "NOTE": (await self.core("note.add", text=CANARY)).id,
            "REVIEW": (await self.core("review.open", to="bob", body=CANARY)).id,
            "OTHER": (await self.core("note.add", text="other")).id,
        }
        await self.core(
            "receipt.mark",
            agent="bob",
            instance=CANARY,
            mark="delivered",
            ids=[self.made["MESSAGE"]],
            evidence=CANARY,
        )
        for operation, base in WRITES.items():
            shape = msgspec.inspect.type_info(OPERATIONS[operation].params)
            assert isinstance(shape, msgspec.inspect.StructType)
            for field in shape.fields:
                if field.encode_name != "workspace":
                    for value in filled(field.type):
                        await self._try(
                            operation, field.encode_name, {**base, field.encode_name: value}
                        )

    async def _try(self, operation: str, field: str, params: dict[str, Any]) -> None:
        # The same words again and again are held as a loop.
        if params.get("body") == "x":
            params = {**params, "body": f"x{len(self.written)} {field}"}
        if operation == "session.end":
            self.made["SESSION"] = (await self.core("session.start")).token
        try:
            await self.core(operation, **self.real(params))
            self.written.add(f"{operation} {field}")
        except AckboxError:
            return


def client(served: Addressed, path: str, agent: str) -> Client:
    headers = {"Authorization": f"Bearer {served.key}", "Ackbox-Agent": quote(agent)}
    return Client(
        streamable_http_client(
            f"{served.url}{path}", http_client=httpx2.AsyncClient(headers=headers, timeout=60)
        ),
        mode="2026-07-28",
    )


def stray(text: str) -> str | None:
    """Return what of an answer has the canary outside a fence, beyond a short token in quotes.

    Null when nothing has.
    """
    left = outside(text)
    for line in re.findall(r"^[^{\n]*(\{.*\})$", left, re.MULTILINE):
        told = json.loads(line)
        if all(len(str(told.get(name, ""))) <= 40 for name in TOKENS):
            left = left.replace(
                line,
                json.dumps({name: value for name, value in told.items() if name not in TOKENS}),
            )
    left = re.sub(r'"[^"\n]{0,40}"', '""', left)
    return left if "canary" in left else None


async def by_tools(it: Client, talk: Talk) -> dict[str, str]:
    """Return what a model reads from each operation that reads, through its own tool."""
    texts = {}
    for tool in TOOLS:
        for operation in tool.operations:
            if OPERATIONS[operation].writes is False or operation in ("inbox.check", "inbox.wait"):
                given = talk.real(READS.get(operation, {})) | (
                    {"wait_s": 0} if operation == "inbox.wait" else {}
                )
                long = {"max_length": 40_000} if operation != "agent.whoami" else {}
                told = await it.session.call_tool(
                    tool.name, tool.arguments(operation, given) | long
                )
                assert told.structured_content is None or told.is_error
                texts[f"{tool.name} {operation}"] = text_of(told)
    return texts


async def by_name(it: Client, message: str) -> dict[str, str]:
    """Return what a model reads from writing tools, resources and prompts."""
    calls: dict[str, dict[str, Any]] = {
        "send": {"to": f"bob,{CANARY}x,{CANARY}", "body": CANARY},
        "ask": {"to": f"{CANARY}z", "body": CANARY, "wait_s": 0},
        "checkin": {"area": CANARY, "files": [CANARY]},
        "mark": {"mark": "read", "ids": [CANARY]},
        "task": {"action": "claim"},
        "thread": {"id": message, "offset": 3},
    }
    texts = {
        name: text_of(await it.session.call_tool(name, arguments))
        for name, arguments in calls.items()
    }
    for uri in ("ackbox://inbox", "ackbox://agents", f"ackbox://thread/{message}"):
        texts[uri] = text_of(await it.read_resource(uri))
    for prompt, given in {"catch_up": {}, "reply": {"id": message}}.items():
        texts[prompt] = text_of(await it.get_prompt(prompt, given))
    return texts


@pytest.mark.timeout(900)
async def test_a_canary_in_every_string_is_found_in_fences_alone() -> None:
    assert set(WRITES) | APART == {
        name for name, operation in OPERATIONS.items() if operation.writes is not False
    }
    async with serving("sqlite://:memory:") as served:
        talk = Talk(served)
        await talk.write()
        assert talk.written >= WRITTEN
        async with client(served, "/mcp", "bob") as it:
            texts = await by_tools(it, talk) | await by_name(it, talk.made["MESSAGE"])
        async with client(served, "/mcp/kavi", "bob") as it:
            answer = json.loads(text_of(await it.call_tool("render_inbox", {"limit": 50})))
            texts["kavi"] = answer["text"]
    assert {name: found for name, text in texts.items() if (found := stray(text))} == {}
    assert {
        name
        for name, text in texts.items()
        if any("canary" in each["text"] for each in items(text))
    } >= HELD
