"""The stdio bridge: an agent program's lines to the server's MCP endpoint, and its answers back.

Thin: it knows JSON-RPC and HTTP, not MCP's meanings, and imports neither the SDK nor anything of
the server. It names the agent and its instance, says that it is here and when it leaves, starts
the server if none runs, and opens a session again after the server was restarted.
Explained in docs/reference/mcp.md.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
import sys
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Any, TextIO
from urllib.parse import quote

from ackbox import config
from ackbox.client.discovery import caller
from ackbox.client.http import HttpCaller, NoServer
from ackbox.client.staying import Staying
from ackbox.config import BadSettings
from ackbox.errors import AckboxError
from ackbox.faces.stdio_bridge.copy import Copy
from ackbox.faces.stdio_bridge.line import as_rpc, half_in, header, id_in, messages
from ackbox.faces.stdio_bridge.server import address, environment_of, find_server, own_name

MODERN_META = "io.modelcontextprotocol/protocolVersion"
CLIENT_META = "io.modelcontextprotocol/clientInfo"
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
# What the bridge notes on a message and does not send.
OWN = frozenset({"_key"})
HEARTBEAT_S = 60.0
CONNECT_S = 10.0
LONGEST_S = 120.0
LAST_WORDS_S = 10.0

Message = dict[str, Any]


def run(
    *,
    data_dir: str | None = None,
    url: str | None = None,
    key: str | None = None,
    workspace: str | None = None,
    agent: str | None = None,
    instance: str | None = None,
    dialect: str | None = None,
) -> int:
    """Carry messages between standard input and the server until input ends.

    Returns the exit code.
    """
    theirs = environment_of(dialect) if dialect else {}
    url, key = address(url, key, theirs)
    # Who was named here is who speaks; a system's own variable, and the key's name, say only who
    # speaks where a call names nobody.
    only_as = config.get("agent", agent)
    workspace, agent = (
        config.get(name, value) or theirs.get(name)
        for name, value in (("workspace", workspace), ("agent", agent))
    )

    found: list[HttpCaller] = []

    def find() -> HttpCaller:
        found[:] = [find_server(data_dir, url, key, before=found[0] if found else None)]
        return found[0]

    try:
        server = find()
    except NoServer as error:
        print(f"ackbox mcp: {error} Start one with: ackbox up", file=sys.stderr)
        return 3
    agent = agent or (None if dialect else own_name(server))
    identity = {
        "workspace": workspace,
        "agent": agent,
        "instance": instance if agent else None,
        "session": theirs.get("session"),
    }
    card = {
        "machine": (theirs.get("machine") or socket.gethostname())[:200],
        "platform": platform.system(),
    }
    copy = Copy(
        {name: value for name, value in identity.items() if value},
        card,
        only_as=only_as,
        wants_instance=bool(agent and not instance),
    )
    bridge = Bridge(
        server,
        find,
        copy,
        sys.stdout,
        path=f"/mcp/{quote(dialect, safe='')}" if dialect else "/mcp",
        seek=lambda: (
            caller(data_dir=str(server.home), url=url, key=key, face="bridge")
            if server.home is not None
            else server
        ),
    )

    def leave(*_: object) -> None:
        # Programs kill what has not ended within milliseconds of their first signal.
        bridge.leave()
        os._exit(0)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
    for line in sys.stdin:
        if line.strip():
            bridge.take(line)
    bridge.close()
    return 0


class Bridge:
    """One agent program's connection."""

    def __init__(
        self,
        server: HttpCaller,
        find: Callable[[], HttpCaller],
        copy: Copy,
        out: TextIO,
        *,
        path: str = "/mcp",
        seek: Callable[[], HttpCaller] | None = None,
    ) -> None:
        self._server = server
        self._find = find
        self._seek = seek or (lambda: self._server)
        self._copy = copy
        self._out = out
        self._path = path
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._session: str | None = None
        self._version: str | None = None
        self._hello: list[Message] = []
        self._going: dict[Any, HTTPConnection] = {}
        # Requests that the program gave up: they are not asked again when their connection ends.
        self._cancelled: set[Any] = set()
        self._workers: set[threading.Thread] = set()
        self._closing = threading.Event()
        self._staying: Staying | None = None
        self._is_here = False
        self._program: str | None = None

    def take(self, line: str) -> None:
        """Carry one line; what may take time does so beside the others."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self._answer(
                {
                    "jsonrpc": "2.0",
                    "id": id_in(line),
                    "error": {"code": -32700, "message": "This line is not valid JSON."},
                }
            )
            return
        if not isinstance(message, dict):
            self._answer(
                {
                    "jsonrpc": "2.0",
                    "id": None,
                    "error": {"code": -32600, "message": "A message is one JSON object a line."},
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
            # In their order: a session must be open before anything uses it.
            self._carry(message)
            if method == "notifications/initialized":
                self._hello = [*self._hello[:1], message]
                self._begin(self._hear)
                self._come(self._hello[0].get("params"))
        else:
            self._begin(self._carry, message)
            params = message.get("params")
            meta = params.get("_meta") if isinstance(params, dict) else None
            if isinstance(meta, dict) and MODERN_META in meta:
                # The newest era has no greeting: each message says which program it is from.
                self._come({"clientInfo": meta.get(CLIENT_META)})

    def _refuse_half(self, message: Message, place: str) -> None:
        """Answer for text that is no Unicode: no server could read it, and nobody else would
        answer its request.
        """
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
        """Let what is under way finish for a moment, then say goodbye."""
        for worker in list(self._workers):
            if worker.name == "carry":
                worker.join(LAST_WORDS_S)
        self._closing.set()
        for connection in list(self._going.values()):
            _hang_up(connection)
        self.leave(wait=True)

    def leave(self, *, wait: bool = False) -> None:
        """Say goodbye: the end of the stay is that, and goes out at once.

        Where there is none, a call is.
        """
        self._closing.set()
        staying = self._staying
        if staying is not None:
            staying.go(wait=wait)
        else:
            self._copy.leave(self._server)

    def _come(self, hello: Any) -> None:
        """Say from now on that the agent is here, in the program that greeted."""
        if self._is_here or "agent" not in self._copy.identity:
            return
        self._is_here = True
        client = hello.get("clientInfo") if isinstance(hello, dict) else None
        self._program = (
            (str(client.get("name") or "")[:200] or None) if isinstance(client, dict) else None
        )
        self._begin(self._be_here, None)

    def _begin(self, work: Any, *arguments: Any) -> None:
        def working() -> None:
            try:
                work(*arguments)
            except (
                Exception
            ) as error:  # the edge of a thread: a traceback helps no program, an answer does
                if arguments and "jsonrpc" in arguments[0]:
                    self._fail(
                        arguments[0], f"The bridge could not carry this ({type(error).__name__})."
                    )
            finally:
                self._workers.discard(threading.current_thread())

        worker = threading.Thread(
            target=working, daemon=True, name="carry" if work == self._carry else "beside"
        )
        self._workers.add(worker)
        worker.start()

    def _carry(self, message: Message) -> None:
        """Send one message on and its answers back.

        Once more when the session or the server was gone.
        """
        if message.get("method") == "initialize":
            self._hello = [message]
        if message.get("method") == "tools/call":
            # A send is stored once for its key, so it may be repeated when the answer was lost.
            message["_key"] = uuid.uuid4().hex
        # A program may use an id again.
        self._cancelled.discard(
            message.get("id") if isinstance(message.get("id"), int | str) else None
        )
        for is_last in (False, True):
            if message.get("method") != "initialize":
                self._copy.settle(self._server, self._program)
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
        """Find the server again, and open the session of the older eras as it was.

        False when it cannot be had.
        """
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
                self._server.path(self._path),
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
                # A stream whose server was killed ends like one that is complete.
                raise ConnectionResetError("the answer broke off")
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
            # The newest era carries no session; what a proxy may want to know stands in headers.
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
            **self._copy.headers,
            **({"Authorization": f"Bearer {self._server.key}"} if self._server.key else {}),
        }

    def _session_headers(self) -> dict[str, str]:
        headers = {"Mcp-Session-Id": self._session} if self._session else {}
        return {**headers, **({"MCP-Protocol-Version": self._version} if self._version else {})}

    def _hear(self) -> None:
        """Carry what the server says of itself in a session of the older eras."""
        session = self._session
        while session is not None and session == self._session and not self._closing.is_set():
            connection = self._connection(None)
            try:
                headers = {
                    "Accept": "text/event-stream",
                    **self._own_headers(),
                    **self._session_headers(),
                }
                connection.request("GET", self._server.path(self._path), headers=headers)
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
        """Keep a socket open that says that the agent is here.

        Without one, as an older server or a proxy may have it, call now and then.
        """
        while not self._closing.is_set():
            try:
                staying = Staying(self._server)
                self._copy.stay(staying, self._program)
                self._staying = staying
                if self._closing.is_set():
                    staying.go()
                staying.hold()
            except NoServer:
                # Back at another address perhaps; started again only when something is asked of it.
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
        """Say that the agent is here, and again every minute."""
        while not self._closing.is_set():
            try:
                self._copy.be_here(self._server, self._program)
            except NoServer:
                pass
            except AckboxError:
                return
            self._closing.wait(HEARTBEAT_S)

    def _cancel(self, message: Message) -> None:
        """Tell the server of a session; without one, hanging up is how a request is cancelled."""
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
        connection = self._server.connection(CONNECT_S)
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
    """The server does not know the session: it was restarted."""


def _hang_up(connection: HTTPConnection) -> None:
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
        return
