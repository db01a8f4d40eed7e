"""A stand-in for the models: an HTTP server on the loopback address whose answers a test writes as
a generator.

A test gives a *mind* for each agent. It is sent each request of that agent that offers tools, and
yields what the model answers: a text, or a call of a tool of ackbox. Every request is kept.
Explained in CONTRIBUTING.md, "Agent programs".
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.programs.apis import MODEL, Api, Json, Shown, Tool, Turn, api_of, strings

MAX_SEARCHES = 20


class Call(NamedTuple):
    """The model's wish to call a tool of ackbox."""

    tool: str
    arguments: Json = {}


class Own(NamedTuple):
    """The model's wish to call a tool of the program, by the first of these names that is offered;
    each name with its arguments.
    """

    tools: dict[str, Json]


class Asked(NamedTuple):
    """One request to the model."""

    api: Api
    body: Json

    @property
    def tools(self) -> dict[str, Tool]:
        """The tools of ackbox that the request offers, by the names that ackbox gives them."""
        named = {
            re.sub(r"^.*ackbox_+", "", each.full): each
            for each in self.api.tools(self.body)
            if "ackbox_" in each.full
        }
        return dict(sorted(named.items()))

    @property
    def shown(self) -> list[Shown]:
        """The texts of the request, in order."""
        return list(self.api.shown(self.body))

    @property
    def result(self) -> str:
        """What the latest call of a tool gave, as the model reads it."""
        found = [text for role, text in self.shown if role == "tool"]
        return found[-1] if found else ""

    def count(self, text: str) -> int:
        """How often a text stands in the request, wherever that is."""
        return sum(each.count(text) for each in strings(self.body))

    def roles(self, text: str) -> list[str]:
        """Return as whose each occurrence of a text is shown."""
        return [each.role for each in self.shown for _ in range(each.text.count(text))]

    def turn(self, wanted: Wish) -> tuple[Turn, bool]:
        """Return the answer that does what is wanted, and whether it does.

        A tool that is hidden is looked for first, as models do.
        """
        if isinstance(wanted, str):
            return Turn(text=wanted), True
        if isinstance(wanted, Own):
            return self._own(wanted), True
        offered = self.tools.get(wanted.tool)
        search = next(
            (each for each in self.api.tools(self.body) if each.full == "ToolSearch"), None
        )
        # A plugin's tools have its name before theirs.
        before = next((each.full.removesuffix(name) for name, each in self.tools.items()), "")
        query = f"select:{before}{wanted.tool}" if before else f"ackbox {wanted.tool}"
        tried = sum(each == query for each in strings(self.body))
        # A first request may come before the server of the tools has started.
        if offered is None and search is not None and tried < (1 if before else MAX_SEARCHES):
            return Turn(tool=search, arguments={"query": query, "max_results": 1}), False
        assert offered is not None, (
            f"no tool {wanted.tool} is offered; there are {list(self.tools)}"
        )
        return Turn(tool=offered, arguments=wanted.arguments), True

    def _own(self, wanted: Own) -> Turn:
        tools = {each.full: each for each in self.api.tools(self.body)}
        name = next((name for name in wanted.tools if name in tools), None)
        assert name is not None, f"none of {list(wanted.tools)} is offered; there are {list(tools)}"
        return Turn(tool=tools[name], arguments=wanted.tools[name])


Wish = Call | Own | str
Mind = Generator[Wish, Asked, None]


@dataclass
class Lane:
    """One agent's model: its mind, its wish that is not done yet, what it was asked, and what
    went wrong in it.
    """

    mind: Mind
    asked: list[Asked] = field(default_factory=list)
    wanted: Wish | None = None
    has_begun: bool = False
    has_ended: bool = False
    fault: BaseException | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: Asked) -> Turn:
        with self.lock:
            if not asked.api.tools(asked.body):
                return Turn(text="ok")  # a title, a summary
            self.asked.append(asked)
            try:
                if self.wanted is None:
                    self.wanted = self.mind.send(asked) if self.has_begun else next(self.mind)
                    self.has_begun = True
                turn, is_done = asked.turn(self.wanted)
            except StopIteration:
                self.has_ended = True
                return Turn(text="done")
            except BaseException as error:
                # Raised again where the test waits for the program.
                self.fault = self.fault or error
                return Turn(text="failed")
            # A text ends the turn, and with it a program that was given one prompt.
            self.has_ended = isinstance(self.wanted, str)
            self.wanted = None if is_done else self.wanted
            return turn


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Programs that end leave their connections open; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class StandIn:
    """The server. A context manager; `addresses` holds what programs wanted to reach elsewhere."""

    def __init__(self) -> None:
        self.lanes: dict[str, Lane] = {}
        self.elsewhere: list[str] = []
        handler = type("Handler", (_Handler,), {"standin": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> StandIn:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def think(self, agent: str, mind: Mind) -> str:
        """Give an agent's model its mind; returns the base URL of that model."""
        self.lanes[agent] = Lane(mind)
        return f"{self.url}/{agent}"


class _Handler(BaseHTTPRequestHandler):
    standin: StandIn
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_CONNECT(self) -> None:
        self.standin.elsewhere.append(self.path)
        self._reply(403, {"error": "only the loopback address"})

    def do_GET(self) -> None:
        if not self.path.startswith("/"):
            self.do_CONNECT()
            return
        model = {
            "id": MODEL,
            "slug": MODEL,
            "object": "model",
            "type": "model",
            "display_name": MODEL,
            "name": f"models/{MODEL}",
        }
        self._reply(200, {"object": "list", "data": [model], "models": [], "has_more": False})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("content-encoding") == "gzip":
            raw = gzip.decompress(raw)
        path = urlsplit(self.path).path
        api, lane = api_of(path), self.standin.lanes.get(path.split("/")[1])
        if path.endswith(("count_tokens", ":countTokens")):
            self._reply(200, {"input_tokens": len(raw) // 4, "totalTokens": len(raw) // 4})
        elif api is None or lane is None:
            self._reply(200, {})
        else:
            body = json.loads(raw)
            events, whole = api.answer(body, lane.answer(Asked(api, body)))
            if body.get("stream") or "streamGenerateContent" in path:
                self._stream(events)
            else:
                self._reply(200, whole)

    def _reply(self, status: int, body: Any) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _stream(self, events: list[tuple[str, Any]]) -> None:
        lines = []
        for name, data in events:
            text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
            lines.append((f"event: {name}\n" if name else "") + f"data: {text}\n\n")
        whole = "".join(lines).encode()
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(whole)))
        self.end_headers()
        self.wfile.write(whole)
