"""What a client that shows text alone reads: the native tools' answers, taken apart again."""

from __future__ import annotations

import json
import re
from typing import Any

from mcp_types import (
    CallToolResult,
    GetPromptResult,
    ReadResourceResult,
    TextContent,
    TextResourceContents,
)

FENCED = re.compile(
    r"^(\w+) (\{.*\})\nbegin ([0-9a-f]{16})\n((?:\| .*\n)*?)end \3$(?:\n\(characters [\d,]+ to"
    r" [\d,]+ of [\d,]+; read on with (.*) and offset (\d+)\))?",
    re.MULTILINE,
)


def text_of(result: CallToolResult | GetPromptResult | ReadResourceResult) -> str:
    """Return the first text of what a tool, a prompt or a resource gave."""
    if isinstance(result, ReadResourceResult):
        contents = result.contents[0]
        assert isinstance(contents, TextResourceContents), contents
        return contents.text
    content = (
        result.messages[0].content if isinstance(result, GetPromptResult) else result.content[0]
    )
    assert isinstance(content, TextContent), content
    return content.text


def texts_of(result: CallToolResult) -> list[str]:
    """Return every text that a tool gave."""
    return [each.text for each in result.content if isinstance(each, TextContent)]


def items(text: str) -> list[dict[str, Any]]:
    """Return each framed item: its kind and facts, its text, and where it goes on if it was cut."""
    return [
        {
            "kind_of": kind,
            **json.loads(facts),
            "text": "\n".join(line[2:] for line in lines.splitlines()),
            "rest": rest or None,
            "offset": int(offset) if offset else None,
        }
        for kind, facts, _, lines, rest, offset in FENCED.findall(text)
    ]


def outside(text: str) -> str:
    """Return an answer without what stands in its fences."""
    return FENCED.sub(lambda found: f"{found[1]} {found[2]}\n(fenced)", text)


def messages(text: str) -> list[dict[str, Any]]:
    """Return the messages of an answer: facts, and subject and body as their sender wrote them."""
    return [
        {
            **each,
            "sender": each["from"],
            "thread": each.get("thread", each["id"]),
            **parts(each["text"]),
        }
        for each in items(text)
        if each["kind_of"] == "message"
    ]


def parts(text: str) -> dict[str, Any]:
    """Return subject, body and what stands below the body of a message's whole text."""
    subject = re.match(r"Subject: (.*)\n\n", text)
    above, _, below = text.removeprefix(subject[0] if subject else "").rpartition("\n\n")
    return {"subject": subject[1] if subject else None, "body": above, "below": below}


def facts(text: str) -> dict[str, Any]:
    """Return the facts on the first line of an answer."""
    return dict(json.loads(text[text.index("{") :].split("\n")[0]))


def data(text: str) -> Any:
    """Return an answer that is JSON in its fence."""
    return json.loads(items(text)[0]["text"])


def result(operation: str, text: str) -> Any:
    """Return what an operation's answer says, under the names of its result, as far as the text
    says it.
    """
    if operation == "message.send":
        line = r'^"(\w+)" is (\w+).*?(?: \(last call (\S+)\))?\.$'
        known = re.findall(line, text, re.MULTILINE)
        return {
            **facts(text),
            "recipients": [
                {
                    "agent": name,
                    "known": True,
                    "presence": "away" if state == "offline" else state,
                    "last_seen": seen,
                }
                for name, state, seen in known
            ],
        }
    if operation in ("message.status", "agent.check_in"):
        return data(text)
    if operation == "receipt.mark":
        return text
    counted = re.search(r"Unread in the mailbox: (\d+) of (\d+)\.", text)
    cursor = re.search(r"call again with cursor (\S+)", text)
    return {
        "messages": messages(text),
        "unread": int(counted[1]) if counted else 0,
        "total": int(counted[2]) if counted else None,
        "cursor": cursor[1] if cursor else None,
    }
