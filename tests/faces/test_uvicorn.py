"""What ackbox relies on inside uvicorn and does not find in its documentation.

Our lines extend uvicorn's protocols, so an upgrade can take something away without a word. Each
attribute is a test with its name, held against a real connection.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.asyncio.client import connect

FACES = Path(__file__).parent.parent.parent / "src/ackbox/faces"
# Our class, where it is, and what it uses of uvicorn's class that it extends.
USED = {
    ("Line", "ws/line.py"): """
        app_state client close_sent close_timeout close_timer conn conn.data_to_send
        conn.handshake_exc conn.max_message_size conn.send_close connection_lost connection_made
        curr_msg_data_type data_received disconnected frames handle_close handle_connect handle_cont
        handle_parser_exception handle_ping handle_pong handshake_complete handshake_initiated loop
        pause_writing queue response response.status_code resume_writing scope send
        send_receive_event_to_app transport writable
    """,
    ("Head", "server/request_head.py"): """
        _unset_keepalive_if_required app_state client connection_lost connection_made cycle
        cycle.body cycle.disconnected cycle.keep_alive cycle.message_event cycle.response_complete
        cycle.response_started cycle.transport data_received flow flow.pause_reading
        flow.resume_reading handle_websocket_upgrade headers loop on_body on_header
        on_headers_complete on_message_begin on_message_complete on_response_complete on_url parser
        parser.get_http_version pause_writing pipeline resume_writing scope send_400_response
        transport transport.max_size url
    """,
    ("_Server", "server/run.py"): "capture_signals handle_exit should_exit started",
}
INSIDE = ("uvicorn", "websockets", "httptools")


class Meeting:
    """An application that holds its first request until `go_on` is set."""

    def __init__(self) -> None:
        self.met, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        self.met.set()
        await self.go_on.wait()
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})


def attributes_of(state: ServerState) -> SimpleNamespace:
    (protocol,) = state.connections
    return SimpleNamespace(**{name: getattr(protocol, name) for name in dir(protocol)})


async def connected(protocol: type[Any]) -> SimpleNamespace:
    """Return what uvicorn's protocol has in the middle of a request, without ours around it."""
    meeting, state = Meeting(), ServerState()
    config = uvicorn.Config(meeting, lifespan="off", log_config=None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        if protocol is HttpToolsProtocol:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx")
            await meeting.met.wait()
            found = attributes_of(state)
            meeting.go_on.set()
            assert (await reader.readline()).startswith(b"HTTP/1.1 204")
            writer.close()
        else:
            async with connect(f"ws://127.0.0.1:{port}/", proxy=None):
                await meeting.met.wait()
                found = attributes_of(state)
                meeting.go_on.set()
    return found


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """Uvicorn's objects, by the name of our class that extends theirs."""
    return {
        "Line": asyncio.run(connected(WebSocketsSansIOProtocol)),
        "Head": asyncio.run(connected(HttpToolsProtocol)),
        "_Server": uvicorn.Server(uvicorn.Config(Meeting)),
    }


@pytest.mark.parametrize(
    ("ours", "attribute"),
    [(ours, each) for (ours, _), text in USED.items() for each in text.split()],
)
def test_uvicorn_has_what_we_use_of_it(theirs: dict[str, Any], ours: str, attribute: str) -> None:
    found = theirs[ours]
    for name in attribute.split("."):
        assert hasattr(found, name), f"uvicorn {uvicorn.__version__} has no {attribute}"
        found = getattr(found, name)


def chains(path: Path, name: str) -> Iterator[list[str]]:
    """Every `self.a.b` and `super().a` in a class of ours, as its names."""
    (ours,) = [
        node
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    for node in ast.walk(ours):
        names, inner = list[str](), node
        while isinstance(inner, ast.Attribute):
            names.insert(0, inner.attr)
            inner = inner.value
        is_super = isinstance(inner, ast.Call) and ast.unparse(inner) == "super()"
        if (
            names
            and names != ["__init__"]
            and (is_super or (isinstance(inner, ast.Name) and inner.id == "self"))
        ):
            yield names


@pytest.mark.parametrize(("ours", "where"), USED)
def test_what_we_use_of_uvicorn_is_listed(theirs: dict[str, Any], ours: str, where: str) -> None:
    found = set()
    for first, *rest in chains(FACES / where, ours):
        if hasattr(theirs[ours], first):
            found.add(first)
            owner = getattr(theirs[ours], first)
            if rest and type(owner).__module__.partition(".")[0] in INSIDE:
                found.add(f"{first}.{rest[0]}")
    assert found <= set(USED[ours, where].split())
