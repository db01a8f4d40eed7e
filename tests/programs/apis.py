"""The four model APIs that agent programs speak: how a request is read and how an answer is
written.

Anthropic Messages, OpenAI Responses, OpenAI Chat Completions and Gemini generateContent, with and
without streaming. What a model answers is not decided here. Explained in CONTRIBUTING.md, "Agent
programs".
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]
Events = list[tuple[str, Any]]
MODEL = "stand-in"
_NUMBERS = itertools.count(1)


class Tool(NamedTuple):
    """A tool that a request offers; some programs put the tools of one server into a namespace."""

    name: str
    definition: Json
    namespace: str = ""

    @property
    def full(self) -> str:
        return f"{self.namespace}__{self.name}" if self.namespace else self.name


class Shown(NamedTuple):
    """A text that the model is shown, and as whose; `tool` for the result of a call."""

    role: str
    text: str


class Turn(NamedTuple):
    """What the model answers: a text, a call of one tool, or both."""

    text: str = ""
    tool: Tool | None = None
    arguments: Json = {}


class Api(NamedTuple):
    """One API: the ending of its path, the tools and texts of a request, and an answer as
    events and as a whole.
    """

    ending: str
    tools: Any
    shown: Any
    answer: Any


def strings(value: Any) -> Iterator[str]:
    """Return every string inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


def _texts(role: str, value: Any) -> Iterator[Shown]:
    """Return the texts of a content: a string, or parts that each have a `text`."""
    if isinstance(value, str):
        yield Shown(role, value)
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, dict):
                yield from _texts(role, part.get("text", part.get("content")))


def _id(kind: str) -> str:
    return f"{kind}_{next(_NUMBERS):016d}"


def _encoded(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _messages_tools(body: Json) -> list[Tool]:
    return [Tool(each["name"], each) for each in body.get("tools") or []]


def _messages_shown(body: Json) -> Iterator[Shown]:
    yield from _texts("system", body.get("system"))
    for message in body["messages"]:
        content = message["content"]
        for block in [{"text": content}] if isinstance(content, str) else content:
            if block.get("type") == "tool_result":
                yield from _texts("tool", block.get("content"))
            else:
                yield from _texts(message["role"], block.get("text"))


def _messages_answer(body: Json, turn: Turn) -> tuple[Events, Json]:
    blocks: list[Json] = [{"type": "text", "text": turn.text}] if turn.text or not turn.tool else []
    if turn.tool:
        blocks.append(
            {
                "type": "tool_use",
                "id": _id("toolu"),
                "name": turn.tool.full,
                "input": turn.arguments,
            }
        )
    usage = {
        "input_tokens": 1000,
        "output_tokens": 10,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }
    end = {"stop_reason": "tool_use" if turn.tool else "end_turn", "stop_sequence": None}
    head = {
        "id": _id("msg"),
        "type": "message",
        "role": "assistant",
        "model": body.get("model", MODEL),
        "usage": usage,
    }
    empty: Json = {"content": [], "stop_reason": None, "stop_sequence": None}
    events: list[tuple[str, Json]] = [("message_start", {"message": head | empty})]
    for index, block in enumerate(blocks):
        is_text = block["type"] == "text"
        start = {"type": "text", "text": ""} if is_text else block | {"input": {}}
        delta = (
            {"type": "text_delta", "text": block["text"]}
            if is_text
            else {"type": "input_json_delta", "partial_json": _encoded(block["input"])}
        )
        events += [
            ("content_block_start", {"index": index, "content_block": start}),
            ("content_block_delta", {"index": index, "delta": delta}),
            ("content_block_stop", {"index": index}),
        ]
    events += [("message_delta", {"delta": end, "usage": usage}), ("message_stop", {})]
    return [(name, {"type": name, **data}) for name, data in events], head | {
        "content": blocks
    } | end


def _responses_tools(body: Json) -> list[Tool]:
    found = []
    for each in body.get("tools") or []:
        inner = each.get("tools") if each.get("type") == "namespace" else None
        found += (
            [Tool(one["name"], one, each["name"]) for one in inner]
            if inner
            else [Tool(each.get("name") or each["type"], each)]
        )
    return found


def _responses_shown(body: Json) -> Iterator[Shown]:
    yield from _texts("system", body.get("instructions"))
    for item in body["input"]:
        if str(item.get("type", "")).endswith("_output"):
            yield from _texts("tool", item.get("output"))
        elif item.get("type", "message") == "message":
            yield from _texts(item["role"], item.get("content"))


RESPONSES_USAGE: Json = {
    "input_tokens": 1000,
    "output_tokens": 10,
    "total_tokens": 1010,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


def _responses_items(turn: Turn) -> list[Json]:
    """Return the output of an answer: its text, its call, or both."""
    items: list[Json] = []
    if turn.text or not turn.tool:
        content = [{"type": "output_text", "text": turn.text, "annotations": []}]
        items.append(
            {
                "type": "message",
                "id": _id("msg"),
                "role": "assistant",
                "status": "completed",
                "content": content,
            }
        )
    if turn.tool:
        space = {"namespace": turn.tool.namespace} if turn.tool.namespace else {}
        items.append(
            {
                "type": "function_call",
                "id": _id("fc"),
                "call_id": _id("call"),
                "status": "completed",
                "name": turn.tool.name,
                "arguments": _encoded(turn.arguments),
                **space,
            }
        )
    return items


def _responses_answer(body: Json, turn: Turn) -> tuple[Events, Json]:
    items = _responses_items(turn)
    head = {
        "id": _id("resp"),
        "object": "response",
        "created_at": 0,
        "model": body.get("model", MODEL),
    }
    whole = head | {"status": "completed", "output": items, "usage": RESPONSES_USAGE}
    events: list[tuple[str, Json]] = [
        ("response.created", {"response": head | {"status": "in_progress", "output": []}})
    ]
    for index, item in enumerate(items):
        started = {"output_index": index, "item": item | {"status": "in_progress"}}
        events.append(("response.output_item.added", started))
        if item["type"] == "message":
            delta = {
                "item_id": item["id"],
                "output_index": index,
                "content_index": 0,
                "delta": turn.text,
            }
            events.append(("response.output_text.delta", delta))
        events.append(("response.output_item.done", {"output_index": index, "item": item}))
    events.append(("response.completed", {"response": whole}))
    return [
        (name, {"type": name, "sequence_number": number, **data})
        for number, (name, data) in enumerate(events)
    ], whole


def _chat_tools(body: Json) -> list[Tool]:
    return [Tool(each["function"]["name"], each) for each in body.get("tools") or []]


def _chat_shown(body: Json) -> Iterator[Shown]:
    for message in body["messages"]:
        yield from _texts(message["role"], message.get("content"))


def _chat_answer(body: Json, turn: Turn) -> tuple[Events, Json]:
    message: Json = {"role": "assistant", "content": turn.text or None}
    if turn.tool:
        function = {"name": turn.tool.full, "arguments": _encoded(turn.arguments)}
        message["tool_calls"] = [
            {"index": 0, "id": _id("call"), "type": "function", "function": function}
        ]
    end = "tool_calls" if turn.tool else "stop"
    usage = {"prompt_tokens": 1000, "completion_tokens": 10, "total_tokens": 1010}
    head = {"id": _id("chatcmpl"), "created": 0, "model": body.get("model", MODEL)}
    part = head | {"object": "chat.completion.chunk"}
    events: Events = [
        ("", part | {"choices": [{"index": 0, "delta": message, "finish_reason": None}]}),
        ("", part | {"choices": [{"index": 0, "delta": {}, "finish_reason": end}]}),
        ("", part | {"choices": [], "usage": usage}),
        ("", "[DONE]"),
    ]
    return events, head | {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": end}],
        "usage": usage,
    }


def _gemini_tools(body: Json) -> list[Tool]:
    return [
        Tool(one["name"], one)
        for each in body.get("tools") or []
        for one in each.get("functionDeclarations") or []
    ]


def _gemini_shown(body: Json) -> Iterator[Shown]:
    yield from _texts("system", (body.get("systemInstruction") or {}).get("parts"))
    for content in body["contents"]:
        for part in content["parts"]:
            if "functionResponse" in part:
                yield from (
                    Shown("tool", text)
                    for text in strings(part["functionResponse"].get("response"))
                )
            else:
                yield from _texts(
                    {"model": "assistant"}.get(content["role"], content["role"]), part.get("text")
                )


def _gemini_answer(body: Json, turn: Turn) -> tuple[Events, Json]:
    parts: list[Json] = [{"text": turn.text}] if turn.text or not turn.tool else []
    if turn.tool:
        parts.append(
            {"functionCall": {"id": _id("call"), "name": turn.tool.full, "args": turn.arguments}}
        )
    whole = {
        "candidates": [
            {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
        ],
        "usageMetadata": {
            "promptTokenCount": 1000,
            "candidatesTokenCount": 10,
            "totalTokenCount": 1010,
        },
        "modelVersion": MODEL,
        "responseId": _id("resp"),
    }
    return [("", whole)], whole


APIS = (
    Api("/messages", _messages_tools, _messages_shown, _messages_answer),
    Api("/responses", _responses_tools, _responses_shown, _responses_answer),
    Api("/chat/completions", _chat_tools, _chat_shown, _chat_answer),
    Api("enerateContent", _gemini_tools, _gemini_shown, _gemini_answer),
)


def api_of(path: str) -> Api | None:
    """Return the API that a path belongs to, or null."""
    return next((each for each in APIS if path.endswith(each.ending)), None)
