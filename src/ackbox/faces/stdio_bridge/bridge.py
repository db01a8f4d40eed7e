"""The stdio bridge: passes an agent program's lines to the MCP endpoint, and returns the replies.

Thin: it knows JSON-RPC and HTTP, not MCP, and imports neither the SDK nor the server. It names the
agent and its instance, keeps it online, starts the server if none is running, and reopens the
session after the server was restarted.
Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import json
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any, TextIO

from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.staying import Staying
from ackbox.config import BadSettings
from ackbox.errors import AckboxError
from ackbox.faces.stdio_bridge.identity import Identity
from ackbox.faces.stdio_bridge.line import as_rpc, half_in, header, id_in, messages
from ackbox.faces.stdio_bridge.waking import Waker, Ways

MODERN_META = "io.modelcontextprotocol/protocolVersion"
CLIENT_META = "io.modelcontextprotocol/clientInfo"
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
# Fields that the bridge adds to a message for internal use and does not send.
OWN = frozenset({"_key"})
HEARTBEAT_S = 60.0
CONNECT_S = 10.0
LONGEST_S = 120.0
LAST_WORDS_S = 10.0

Message = dict[str, Any]


class Bridge:
    """One agent program's connection."""

    def __init__(
        self,
        server: HttpCaller,
        find: Callable[[], HttpCaller],
        identity: Identity,
        out: TextIO,
        *,
        path: str = "/mcp",
        seek: Callable[[], HttpCaller] | None = None,
        ways: Callable[[Callable[[], None]], Ways | None] = lambda _: None,
        endpoint: HttpCaller | None = None,
    ) -> None:
        self._server = server
        # Where MCP is served, if not by the server: it reads no sealed messages.
        self._endpoint = endpoint
        self._find = find
        self._seek = seek or (lambda: self._server)
        self._identity = identity
        self._out = out
        self._path = path
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._session: str | None = None
        self._version: str | None = None
        self._hello: list[Message] = []
        self._going: dict[Any, HTTPConnection] = {}
        # Cancelled requests: not repeated when their connection ends.
        self._cancelled: set[Any] = set()
        self._workers: set[threading.Thread] = set()
        self._closing = threading.Event()
        self._staying: Staying | None = None
        self._is_here = False
        self._program: str | None = None
        self._waker: Waker | None = None
        self._ways = ways(self._ring)

    def take(self, line: str) -> None:
        """Pass on one line; requests run in parallel."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self._answer(
                {
                    "jsonrpc": "2.0",
                    "id": id_in(line),
                    "error": {"code": -32700, "message": "The line is not valid JSON."},
                }
            )
            return
        if not isinstance(message, dict):
            self._answer(
                {
                    "jsonrpc": "2.0",
                    "id": None,
                    "error": {"code": -32600, "message": "The line is not a JSON object."},
                }
            )
            return
        method = message.get("method")
        place = half_in(message)
        if place is not None:
            self._refuse_half(message, place)
        elif method == "notifications/cancelled":
            self._cancel(message)
        elif (
            method == "initialize"
            or method == "notifications/initialized"
            or "id" not in message
            or method is None
        ):
            # In order, because a session must be open before it is used.
            self._carry(message)
            if method == "notifications/initialized":
                self._hello = [*self._hello[:1], message]
                self._begin(self._hear)
                self._come(self._hello[0].get("params"))
        else:
            params = message.get("params")
            meta = params.get("_meta") if isinstance(params, dict) else None
            if isinstance(meta, dict):
                self._meet(meta)
            self._begin(self._carry, message)
            if isinstance(meta, dict) and MODERN_META in meta:
                # The newest era has no initialize: each message names its program.
                self._come({"clientInfo": meta.get(CLIENT_META)})

    def _meet(self, meta: Message) -> None:
        """Become the instance of the session that a call comes from, where programs share a
        process.
        """
        session = self._ways.session_of(meta) if self._ways is not None else None
        if session is not None and self._identity.become(self._server, session):
            staying = self._staying
            if staying is not None:
                staying.go()

    def _refuse_half(self, message: Message, place: str) -> None:
        """Answer a request with text that is not Unicode, which no server could read."""
        field = place.removeprefix("params.").removeprefix("arguments.")
        if message.get("id") is not None and half_in(message["id"]) is None:
            text = (
                f"`{field}` holds half of a surrogate pair (half an emoji) or an invalid byte. Send"
                " valid Unicode text as UTF-8."
            )
            self._answer(
                {
                    "jsonrpc": "2.0",
                    "id": message["id"],
                    "error": {"code": -32602, "message": text, "data": {"field": field}},
                }
            )

    def close(self) -> None:
        """Wait briefly for pending calls, then check out."""
        for worker in list(self._workers):
            if worker.name == "carry":
                worker.join(LAST_WORDS_S)
        self._closing.set()
        for connection in list(self._going.values()):
            _hang_up(connection)
        self.leave(wait=True)

    def leave(self, *, wait: bool = False) -> None:
        """Check out by ending the stay, or by a call if there is no stay."""
        self._closing.set()
        if self._waker is not None:
            self._waker.close()
        staying = self._staying
        if staying is not None:
            staying.go(wait=wait)
        else:
            self._identity.leave(self._server)

    def _come(self, hello: Any) -> None:
        """Keep the agent online from now on, with the program's name."""
        if self._is_here or "agent" not in self._identity.params:
            return
        self._is_here = True
        client = hello.get("clientInfo") if isinstance(hello, dict) else None
        self._program = (
            (str(client.get("name") or "")[:200] or None) if isinstance(client, dict) else None
        )
        self._begin(self._be_here, None)
        if self._ways is not None:
            self._waker = Waker(
                self._ways, lambda: self._endpoint or self._server, lambda: self._identity.headers
            )
            self._begin(self._waker.run)

    def _ring(self) -> None:
        if self._waker is not None:
            self._waker.ring()

    def _begin(self, work: Any, *arguments: Any) -> None:
        def working() -> None:
            try:
                work(*arguments)
            except (
                Exception
            ) as error:  # the edge of a thread: the program needs a reply, not a traceback
                if arguments and "jsonrpc" in arguments[0]:
                    self._fail(
                        arguments[0], f"The bridge failed on this request ({type(error).__name__})."
                    )
            finally:
                self._workers.discard(threading.current_thread())

        worker = threading.Thread(
            target=working, daemon=True, name="carry" if work == self._carry else "beside"
        )
        self._workers.add(worker)
        worker.start()

    def _carry(self, message: Message) -> None:
        """Send one message to the server and return its replies; retry once when the session or the
        server was gone.
        """
        if message.get("method") == "initialize":
            self._hello = [message]
        if message.get("method") == "tools/call":
            # With this key a send is stored only once, so it can be repeated after a lost reply.
            message["_key"] = uuid.uuid4().hex
        # A program may reuse an id.
        self._cancelled.discard(
            message.get("id") if isinstance(message.get("id"), int | str) else None
        )
        for is_last in (False, True):
            if message.get("method") != "initialize":
                self._identity.settle(self._server, self._program)
            session = self._session
            try:
                self._post(message)
                return
            except (_SessionGone, NoServer, OSError, HTTPException, ValueError) as error:
                if self._closing.is_set() or message.get("id") in self._cancelled:
                    return
                if is_last or not self._again(session):
                    self._fail(message, f"The server does not answer ({type(error).__name__}).")
                    return

    def _again(self, lost: str | None) -> bool:
        """Find the server again and reopen the session of the older eras; false when that fails."""
        with self._opening:
            try:
                self._server = self._find()
                if lost is not None and self._session == lost and self._hello:
                    self._session = None
                    for message in self._hello:
                        self._post(message, is_quiet=True)
                    self._begin(self._hear)
            except (
                NoServer,
                BadSettings,
                AckboxError,
                OSError,
                HTTPException,
                ValueError,
                _SessionGone,
            ):
                return False
        return True

    def _post(self, message: Message, *, is_quiet: bool = False) -> None:
        sent = {name: value for name, value in message.items() if name not in OWN}
        connection = self._connection(LONGEST_S)
        id = message.get("id")
        if id is not None and not is_quiet:
            self._going[id] = connection
        try:
            connection.request(
                "POST",
                (self._endpoint or self._server).path(self._path),
                json.dumps(sent).encode(),
                self._headers(message),
            )
            answer = connection.getresponse()
            if answer.status == 404 and self._session is not None:
                raise _SessionGone
            self._session = answer.headers.get("mcp-session-id") or self._session
            is_answered = id is None or "method" not in message
            for reply in messages(answer):
                self._learn(message, reply)
                is_answered = is_answered or "method" not in reply
                if not is_quiet:
                    self._answer(reply if "jsonrpc" in reply else as_rpc(id, reply))
            if not is_answered:
                # A stream of a killed server ends like a complete one.
                raise ConnectionResetError("the response was cut off")
        finally:
            self._going.pop(id, None)
            connection.close()

    def _learn(self, asked: Message, reply: Message) -> None:
        if asked.get("method") == "initialize" and isinstance(reply.get("result"), dict):
            self._version = reply["result"].get("protocolVersion")

    def _headers(self, message: Message) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
            **self._own_headers(),
        }
        if "_key" in message:
            headers["Ackbox-Idempotency-Key"] = message["_key"]
        params = message.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        if isinstance(meta, dict) and MODERN_META in meta:
            # The newest era has no session; headers carry the method for proxies.
            headers |= {
                "MCP-Protocol-Version": str(meta[MODERN_META]),
                "Mcp-Method": str(message.get("method")),
            }
            name = (
                params.get(NAMED.get(str(message.get("method")), ""))
                if isinstance(params, dict)
                else None
            )
            if isinstance(name, str):
                headers["Mcp-Name"] = header(name)
        elif message.get("method") != "initialize":
            headers |= self._session_headers()
        return headers

    def _own_headers(self) -> dict[str, str]:
        return {
            **self._identity.headers,
            **({"Authorization": f"Bearer {self._server.key}"} if self._server.key else {}),
        }

    def _session_headers(self) -> dict[str, str]:
        headers = {"Mcp-Session-Id": self._session} if self._session else {}
        return {**headers, **({"MCP-Protocol-Version": self._version} if self._version else {})}

    def _hear(self) -> None:
        """Pass on the server's notifications in a session of the older eras."""
        session = self._session
        while session is not None and session == self._session and not self._closing.is_set():
            connection = self._connection(None)
            try:
                headers = {
                    "Accept": "text/event-stream",
                    **self._own_headers(),
                    **self._session_headers(),
                }
                connection.request(
                    "GET", (self._endpoint or self._server).path(self._path), headers=headers
                )
                answer = connection.getresponse()
                if answer.status in (404, 405):
                    self._again(session)
                if answer.status != 200:
                    return
                self._going[f"hear {id(connection)}"] = connection
                for reply in messages(answer):
                    self._answer(reply)
            except (OSError, HTTPException, AttributeError, ValueError):
                pass
            finally:
                self._going.pop(f"hear {id(connection)}", None)
                connection.close()
            self._closing.wait(1)

    def _be_here(self, _: None) -> None:
        """Keep a socket open to keep the agent online.

        If that is not possible, as with an older server or a proxy, send heartbeats.
        """
        while not self._closing.is_set():
            try:
                staying = Staying(self._server)
                self._identity.stay(staying, self._program)
                self._staying = staying
                if self._closing.is_set():
                    staying.go()
                if self._waker is not None:
                    staying.follow(self._identity.params)
                    self._ring()
                staying.hold(self._ring)
            except NoServer:
                # The server may be back at another address; only a request starts it again.
                with suppress(NoServer, BadSettings, AckboxError):
                    self._server = self._seek()
            except AckboxError as error:
                if error.status not in (401, 403):
                    self._beat()
                return
            finally:
                self._staying = None
            self._closing.wait(1)

    def _beat(self) -> None:
        """Send a heartbeat every minute."""
        while not self._closing.is_set():
            try:
                self._identity.be_here(self._server, self._program)
            except NoServer:
                pass
            except AckboxError:
                return
            self._closing.wait(HEARTBEAT_S)

    def _cancel(self, message: Message) -> None:
        """Cancel a request: by a message in a session, else by closing its connection."""
        if self._session is not None:
            self._carry(message)
            return
        params = message.get("params")
        id = params.get("requestId") if isinstance(params, dict) else None
        connection = self._going.get(id) if isinstance(id, int | str) else None
        if connection is not None:
            self._cancelled.add(id)
            _hang_up(connection)

    def _connection(self, timeout_s: float | None) -> HTTPConnection:
        connection = (self._endpoint or self._server).connection(CONNECT_S)
        connection.connect()
        connection.sock.settimeout(timeout_s)
        return connection

    def _answer(self, message: Message) -> None:
        with self._writing:
            self._out.write(json.dumps(message, ensure_ascii=False) + "\n")
            self._out.flush()

    def _fail(self, message: Message, text: str) -> None:
        if message.get("id") is not None and "method" in message:
            self._answer(
                {
                    "jsonrpc": "2.0",
                    "id": message["id"],
                    "error": {"code": -32000, "message": f"{text} Check it with: ackbox status"},
                }
            )


class _SessionGone(Exception):
    """The server does not know the session, as after a restart."""


def _hang_up(connection: HTTPConnection) -> None:
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
        return
