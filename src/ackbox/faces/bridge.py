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
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, TextIO
from urllib.parse import quote

from ackbox import config
from ackbox.client.discovery import caller, read_server
from ackbox.client.http import HttpCaller, NoServer
from ackbox.errors import AckboxError
from ackbox.faces.bridge_copy import Copy

MODERN_META = "io.modelcontextprotocol/protocolVersion"
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
# What the bridge notes on a message and does not send.
OWN = frozenset({"_cancelled", "_key"})
HEARTBEAT_S = 60.0
CONNECT_S = 10.0
LONGEST_S = 120.0
LAST_WORDS_S = 10.0

Message = dict[str, Any]


def run(*, data_dir: str | None = None, url: str | None = None, key: str | None = None, workspace: str | None = None, agent: str | None = None,
        instance: str | None = None, dialect: str | None = None) -> int:
    """Carry messages between standard input and the server until input ends; returns the exit code."""
    theirs = _environment(dialect) if dialect else {}
    given = {"url": url, "key": key, "workspace": workspace, "agent": agent}
    url, key, workspace, agent = (config.get(name, value) or theirs.get(name) for name, value in given.items())

    def find() -> HttpCaller:
        return _server(data_dir, url, key)

    try:
        server = find()
    except NoServer as error:
        print(f"ackbox mcp: {error} Start one with: ackbox up", file=sys.stderr)
        return 3
    # Who was named here is who speaks; a system's own variable, and the key's name, say only who speaks where a call names nobody.
    only_as = config.get("agent", given["agent"])
    agent = agent or (None if dialect else _own_name(server))
    said = {"workspace": workspace, "agent": agent, "instance": instance if agent else None, "session": theirs.get("session")}
    card = {"machine": (theirs.get("machine") or socket.gethostname())[:200], "platform": platform.system()}
    copy = Copy({name: value for name, value in said.items() if value}, card, only_as=only_as, wants_instance=bool(agent and not instance))
    bridge = Bridge(server, find, copy, sys.stdout, path=f"/mcp/{quote(dialect, safe='')}" if dialect else "/mcp")
    try:
        for line in sys.stdin:
            if line.strip():
                bridge.take(line)
    except KeyboardInterrupt:
        pass
    bridge.close()
    return 0


def _environment(dialect: str) -> dict[str, str]:
    """Return what a system's own environment variables say."""
    # Only here: who speaks the native tools needs none of it.
    from ackbox.dialects import DIALECTS

    names = next((each.environment for each in DIALECTS if each.name == dialect), {})
    said = {name: os.environ[variable] for name, variable in names.items() if os.environ.get(variable)}
    # A key of that system itself, left where it was, opens nothing here; the server's own machine needs none.
    return {name: value for name, value in said.items() if name != "key" or value.startswith("abx_")}


def _own_name(server: HttpCaller) -> str | None:
    """Return the name in the key, so that presence works without saying it again; null when it has none."""
    try:
        name: str | None = server.call("agent.whoami", {}, timeout_s=5)["agent"]
    except (NoServer, AckboxError):
        return None
    return name


def _server(data_dir: str | None, url: str | None, key: str | None) -> HttpCaller:
    """Return the server, started in the background if it is this machine's and none runs. Raises NoServer."""
    with suppress(NoServer):
        server = caller(data_dir=data_dir, url=url, key=key, face="bridge")
        if server.is_up() or config.get("url", url):
            return server
    where = ["--data-dir", data_dir] if data_dir else []
    started = subprocess.run([sys.executable, "-m", "ackbox", *where, "up", "--detach", "--no-open", "--json"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60, check=False)
    if started.returncode or read_server(config.data_dir(data_dir)) is None:
        raise NoServer(f"No server runs here and none could be started: {started.stderr.strip()[-300:]}")
    return caller(data_dir=data_dir, url=url, key=key, face="bridge")


class Bridge:
    """One agent program's connection."""

    def __init__(self, server: HttpCaller, find: Callable[[], HttpCaller], copy: Copy, out: TextIO, *, path: str = "/mcp") -> None:
        self._server = server
        self._find = find
        self._copy = copy
        self._out = out
        self._path = path
        self._writing = threading.Lock()
        self._opening = threading.Lock()
        self._session: str | None = None
        self._version: str | None = None
        self._hello: list[Message] = []
        self._going: dict[Any, HTTPConnection] = {}
        self._workers: set[threading.Thread] = set()
        self._closing = threading.Event()

    def take(self, line: str) -> None:
        """Carry one line; what may take time does so beside the others."""
        try:
            message = json.loads(line)
        except ValueError:
            self._answer({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "This line is not valid JSON."}})
            return
        if not isinstance(message, dict):
            self._answer({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "A message is one JSON object a line."}})
            return
        method = message.get("method")
        if method == "notifications/cancelled":
            self._cancel(message)
        elif method == "initialize" or method == "notifications/initialized" or "id" not in message or method is None:
            # In their order: a session must be open before anything uses it.
            self._carry(message)
            if method == "notifications/initialized":
                self._hello = [*self._hello[:1], message]
                self._begin(self._hear)
                self._begin(self._be_here)
        else:
            self._begin(self._carry, message)

    def close(self) -> None:
        """Let what is under way finish for a moment, then say goodbye."""
        for worker in list(self._workers):
            if worker.name == "carry":
                worker.join(LAST_WORDS_S)
        self._closing.set()
        for connection in list(self._going.values()):
            _hang_up(connection)
        self._copy.leave(self._server)

    def _begin(self, work: Any, *arguments: Any) -> None:
        def working() -> None:
            try:
                work(*arguments)
            finally:
                self._workers.discard(threading.current_thread())

        worker = threading.Thread(target=working, daemon=True, name="carry" if arguments else "beside")
        self._workers.add(worker)
        worker.start()

    def _carry(self, message: Message) -> None:
        """Send one message on and its answers back; once more when the session or the server was gone."""
        if message.get("method") == "initialize":
            self._hello = [message]
        if message.get("method") == "tools/call":
            # A send is stored once for its key, so it may be repeated when the answer was lost.
            message["_key"] = uuid.uuid4().hex
        if message.get("method") != "initialize":
            self._copy.settle(self._server, self._program)
        for is_last in (False, True):
            session = self._session
            try:
                self._post(message)
                return
            except (_SessionGone, OSError, HTTPException) as error:
                if self._closing.is_set() or message.get("_cancelled"):
                    return
                if is_last or not self._again(session):
                    self._fail(message, f"The server does not answer ({type(error).__name__}).")
                    return

    def _again(self, lost: str | None) -> bool:
        """Find the server again, and open the session of the older eras as it was; false when it cannot be had."""
        with self._opening:
            try:
                self._server = self._find()
                if lost is not None and self._session == lost and self._hello:
                    self._session = None
                    for message in self._hello:
                        self._post(message, is_quiet=True)
                    self._begin(self._hear)
            except (NoServer, OSError, HTTPException, _SessionGone):
                return False
        return True

    def _post(self, message: Message, *, is_quiet: bool = False) -> None:
        sent = {name: value for name, value in message.items() if name not in OWN}
        connection = self._connection(LONGEST_S)
        id = message.get("id")
        if id is not None and not is_quiet:
            self._going[id] = connection
        try:
            connection.request("POST", self._server.path(self._path), json.dumps(sent).encode(), self._headers(message))
            answer = connection.getresponse()
            if answer.status == 404 and self._session is not None:
                raise _SessionGone
            self._session = answer.headers.get("mcp-session-id") or self._session
            for told in _messages(answer):
                self._learn(message, told)
                if not is_quiet:
                    self._answer(told if "jsonrpc" in told else _as_rpc(id, told))
        finally:
            self._going.pop(id, None)
            connection.close()

    def _learn(self, asked: Message, told: Message) -> None:
        if asked.get("method") == "initialize" and isinstance(told.get("result"), dict):
            self._version = told["result"].get("protocolVersion")

    def _headers(self, message: Message) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **self._own_headers()}
        if "_key" in message:
            headers["Ackbox-Idempotency-Key"] = message["_key"]
        params = message.get("params")
        meta = params.get("_meta") if isinstance(params, dict) else None
        if isinstance(meta, dict) and MODERN_META in meta:
            # The newest era carries no session; what a proxy may want to know stands in headers.
            headers |= {"MCP-Protocol-Version": str(meta[MODERN_META]), "Mcp-Method": str(message.get("method"))}
            name = params.get(NAMED.get(str(message.get("method")), "")) if isinstance(params, dict) else None
            if isinstance(name, str):
                headers["Mcp-Name"] = _header(name)
        elif message.get("method") != "initialize":
            headers |= self._session_headers()
        return headers

    def _own_headers(self) -> dict[str, str]:
        return {**self._copy.headers, **({"Authorization": f"Bearer {self._server.key}"} if self._server.key else {})}

    @property
    def _program(self) -> str | None:
        """The name that the agent program gave itself."""
        client = self._hello[0].get("params", {}).get("clientInfo", {}) if self._hello else {}
        return str(client.get("name", ""))[:200] or None

    def _session_headers(self) -> dict[str, str]:
        headers = {"Mcp-Session-Id": self._session} if self._session else {}
        return {**headers, **({"MCP-Protocol-Version": self._version} if self._version else {})}

    def _hear(self) -> None:
        """Carry what the server says of itself in a session of the older eras."""
        session = self._session
        while session is not None and session == self._session and not self._closing.is_set():
            connection = self._connection(None)
            try:
                headers = {"Accept": "text/event-stream", **self._own_headers(), **self._session_headers()}
                connection.request("GET", self._server.path(self._path), headers=headers)
                answer = connection.getresponse()
                if answer.status != 200:
                    return
                self._going[f"hear {id(connection)}"] = connection
                for told in _messages(answer):
                    self._answer(told)
            except (OSError, HTTPException, AttributeError):
                pass
            finally:
                self._going.pop(f"hear {id(connection)}", None)
                connection.close()
            self._closing.wait(1)

    def _be_here(self) -> None:
        """Say that the agent is here, and again every minute."""
        while "agent" in self._copy.said and not self._closing.is_set():
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
        connection = self._going.get(params.get("requestId")) if isinstance(params, dict) else None
        if connection is not None:
            message["_cancelled"] = True
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
            self._answer({"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32000, "message": f"{text} Check it with: ackbox status"}})


class _SessionGone(Exception):
    """The server does not know the session: it was restarted."""


def _as_rpc(id: Any, told: Message) -> Message:
    """Return a refusal of the HTTP face as an error of the protocol."""
    found = told.get("error")
    error = found if isinstance(found, dict) else {}
    text = " ".join(str(part) for part in (error.get("message", "The server refused."), error.get("hint")) if part)
    return {"jsonrpc": "2.0", "id": id, "error": {"code": -32001, "message": text, "data": told}}


def _messages(answer: HTTPResponse) -> Iterator[Message]:
    """Return the messages of an answer: one JSON object, or a stream of events."""
    if answer.headers.get_content_type() != "text/event-stream":
        body = answer.read()
        if body.strip():
            told = json.loads(body)
            yield from told if isinstance(told, list) else [told]
        return
    data: list[str] = []
    for raw in answer:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            text, data = "\n".join(data), []
            if text.strip():
                yield json.loads(text)


def _header(text: str) -> str:
    """Return text as a header's value; what does not fit is written in base64, as the protocol says."""
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    import base64

    return f"=?base64?{base64.b64encode(text.encode()).decode()}?="


def _hang_up(connection: HTTPConnection) -> None:
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
        return
