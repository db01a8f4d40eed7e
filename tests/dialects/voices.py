"""Voices: what an agent does in each dialect, in one set of verbs, so that one story can be told in
all of them.

Each voice speaks over real MCP as any agent of the workspace. What a dialect has no word for, its
voice says so with None.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.answers import text_of
from tests.serving import Served


class Heard(NamedTuple):
    """A message as one dialect shows it: who wrote it, its text, and the thread it is in."""

    sender: str
    text: str
    thread: str


class Voice:
    """One dialect, spoken as one agent."""

    dialect = ""

    def __init__(self, served: Served, name: str) -> None:
        self._served = served
        self.name = name

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Call one tool, over a connection of its own: as many as there are voices would nest
        too deep.
        """
        headers = {"Authorization": f"Bearer {self._served.key}", "Ackbox-Agent": quote(self.name)}
        # No certificates are looked at here, and none loaded for each of some hundred calls.
        http = httpx2.AsyncClient(headers=headers, timeout=30, verify=False)
        async with Client(
            streamable_http_client(f"{self._served.url}/mcp/{self.dialect}", http_client=http),
            mode="2026-07-28",
        ) as client:
            told = await client.call_tool(tool, arguments)
        assert told.is_error is False, (self.dialect, tool, text_of(told))
        return self.read(text_of(told))

    def read(self, text: str) -> Any:
        """Return what a reply's text says."""
        return json.loads(text)

    async def enter(self) -> None:
        """Be somebody who can be written to."""

    async def send(self, to: str | None, text: str) -> None:
        """Write to one agent, or to everyone."""
        raise NotImplementedError

    async def unread(self) -> list[Heard] | None:
        """Return what waits to be read, and mark nothing.

        Null where the dialect knows no unread.
        """
        raise NotImplementedError

    async def mark(self, text: str) -> bool:
        """Mark a message as read; false where the dialect has no word for it."""
        raise NotImplementedError

    async def everything(self) -> list[Heard] | None:
        """Return every message for this agent, read or not.

        Null where the dialect shows only what is unread.
        """
        raise NotImplementedError

    async def take(self) -> list[Heard] | None:
        """Read what waits the way the dialect reads, which marks it.

        Null where reading marks nothing.
        """
        return None

    async def acknowledged(self) -> list[Heard] | None:
        """Return what this agent has dealt with; null where the dialect knows no such state."""
        return None

    async def counted(self) -> int | None:
        """Return how many are unread, as the dialect counts; null where it does not."""
        return None

    async def readers(self, id: str) -> set[str] | None:
        """Return who has read a message; null where the dialect does not tell."""
        return None


class VantagePeers(Voice):
    dialect = "vantagepeers"

    async def enter(self) -> None:
        await self.call("set_summary", orchestratorId=self.name, summary="at work")

    async def send(self, to: str | None, text: str) -> None:
        await self.call(
            "send_message", **{"from": self.name, "channel": to or "broadcast", "content": text}
        )

    async def _rows(self) -> list[dict[str, Any]]:
        return list(await self.call("check_messages", recipient=self.name, limit=50))

    async def unread(self) -> list[Heard] | None:
        return [
            Heard(row["from"], row["content"], row["_ext"]["thread"]) for row in await self._rows()
        ]

    async def mark(self, text: str) -> bool:
        receipts = [row["receiptId"] for row in await self._rows() if row["content"] == text]
        return bool((await self.call("mark_as_read", receiptIds=receipts))["markedAsRead"] == 1)

    async def everything(self) -> list[Heard] | None:
        return None

    async def readers(self, id: str) -> set[str] | None:
        told = await self.call("list_broadcast_status", messageId=id)
        return {each["recipient"] for each in told["receipts"] if each["readAt"] is not None}


class SuperPortia(Voice):
    dialect = "superportia"

    async def enter(self) -> None:
        await self.call("agent_heartbeat", current_task="at work")

    async def send(self, to: str | None, text: str) -> None:
        await self.call(
            "send_agent_message", to=to or "*", subject="about", body=text, from_agent=self.name
        )

    async def _rows(self, **narrow: Any) -> list[dict[str, Any]]:
        return list(
            (await self.call("check_agent_mailbox", agent_name=self.name, limit=200, **narrow))[
                "messages"
            ]
        )

    async def unread(self) -> list[Heard] | None:
        return [
            Heard(row["from"], row["body"], row["_ext"]["thread"])
            for row in reversed(await self._rows(unread_only=True))
        ]

    async def mark(self, text: str) -> bool:
        ids = [row["msg_id"] for row in await self._rows() if row["body"] == text]
        return bool((await self.call("mark_message", msg_id=ids[0], read=True))["updated"])

    async def everything(self) -> list[Heard] | None:
        return [
            Heard(row["from"], row["body"], row["_ext"]["thread"])
            for row in reversed(await self._rows())
        ]

    async def counted(self) -> int | None:
        return int(
            (await self.call("check_agent_mailbox", agent_name=self.name, limit=1))["unread"]
        )


class GolemXV(Voice):
    dialect = "golemxv"
    token = ""

    async def enter(self) -> None:
        self.token = (await self.call("checkin", agent_name=self.name))["session_token"]

    async def send(self, to: str | None, text: str) -> None:
        await self.call(
            "send_message", session_token=self.token, to=to or "broadcast", content=text
        )

    async def unread(self) -> list[Heard] | None:
        return None

    async def mark(self, text: str) -> bool:
        return False

    async def everything(self) -> list[Heard] | None:
        rows = await self.call("get_messages", limit=100)
        return [
            Heard(row["sender_name"], row["content"], row["_ext"]["thread"])
            for row in reversed(rows["messages"])
            if row["type"] != "system"
            and row["sender_name"] != self.name
            and row["recipient_name"] in (None, self.name)
        ]


class Kavi(Voice):
    dialect = "kavi"

    async def enter(self) -> None:
        await self._turn([])

    async def _turn(self, messages: list[dict[str, Any]]) -> None:
        await self.call(
            "submit_turn_envelope", summary="a turn", peerMessages=messages, **{"from": self.name}
        )

    async def send(self, to: str | None, text: str) -> None:
        await self._turn(
            [{"to": to or "*", "intent": "context_share", "subject": "about", "body": text}]
        )

    async def unread(self) -> list[Heard] | None:
        return None

    async def everything(self) -> list[Heard] | None:
        lines: list[dict[str, Any]] = []
        page: dict[str, Any] = {"cursor": None, "hasMore": True}
        while page["hasMore"]:
            page = await self.call("events", limit=200, cursor=page["cursor"])
            lines += [line["payload"] for line in page["events"] if line["type"] == "message.sent"]
        return [
            Heard(of["from"], of["body"], of["_ext"]["thread"])
            for of in lines
            if of["from"] != self.name
            and (of["to"] == "broadcast" or self.name in of["to"].split(","))
        ]

    async def mark(self, text: str) -> bool:
        return False

    async def take(self) -> list[Heard] | None:
        told = await self.call("render_inbox", agent=self.name, limit=50)
        assert all(row["body"] in told["text"] for row in told["messages"])
        return [Heard(row["from"], row["body"], row["_ext"]["thread"]) for row in told["messages"]]


class ExoVault(Voice):
    dialect = "exovault"

    async def enter(self) -> None:
        await self.call("session_start", agentId=self.name)

    async def send(self, to: str | None, text: str) -> None:
        await self.call("send_message", senderId=self.name, targetId=to or "*", content=text)

    async def _read(self, status: str) -> list[Heard]:
        rows = await self.call("read_messages", agentId=self.name, status=status, limit=50)
        return [
            Heard(row["senderId"], row["content"], row["threadId"].replace("-", "")) for row in rows
        ]

    async def unread(self) -> list[Heard] | None:
        return None

    async def everything(self) -> list[Heard] | None:
        # Reading what is pending makes it delivered.
        pending = await self._read("pending")
        delivered = await self._read("delivered")
        assert set(pending) <= set(delivered)
        return delivered + await self._read("acknowledged")

    async def acknowledged(self) -> list[Heard] | None:
        return await self._read("acknowledged")

    async def mark(self, text: str) -> bool:
        rows = await self.call("read_messages", agentId=self.name, status="pending", limit=50)
        rows += await self.call("read_messages", agentId=self.name, status="delivered", limit=50)
        ids = [row["id"] for row in rows if row["content"] == text]
        return bool(
            (await self.call("ack_message", agentId=self.name, messageId=ids[0]))["acknowledged"]
        )


class ClaudePeers(Voice):
    dialect = "claudepeers"

    def read(self, text: str) -> Any:
        return text

    async def enter(self) -> None:
        await self.call("set_summary", summary="at work")

    async def send(self, to: str | None, text: str) -> None:
        await self.call("send_message", to_id=to or "*", message=text)

    async def unread(self) -> list[Heard] | None:
        return None

    async def everything(self) -> list[Heard] | None:
        return None

    async def mark(self, text: str) -> bool:
        return False

    async def take(self) -> list[Heard] | None:
        history = await self._served.app.call(
            "message.history", {"limit": 200}, credential=self._served.key
        )
        # The system has no threads.
        threads = {message.body: message.thread for message in history.messages}
        told = await self.call("check_messages")
        rows = re.findall(r"From (.+) \(\S+\):\n(.+)", told)
        assert told.startswith(f"{len(rows)} new message(s):" if rows else "No new messages.")
        return [Heard(sender, text, threads[text]) for sender, text in rows]


VOICES: tuple[type[Voice], ...] = (
    VantagePeers,
    SuperPortia,
    GolemXV,
    Kavi,
    ExoVault,
    ClaudePeers,
)
