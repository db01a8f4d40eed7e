"""Who may knock, and how much they may bring: the guard before every face, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


async def raw(served: Served, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are; return status, headers and body."""
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    writer.close()
    return int(head[0].split(" ")[1]), headers, body


def get(
    served: Served, path: str, *lines: str, host: str | None = None, key: str | None = None
) -> bytes:
    name = host or served.url.removeprefix("http://")
    own = [f"Authorization: Bearer {key}"] if key else []
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {name}", *own, *lines, "", ""]).encode()


def post(served: Served, path: str, *lines: str, key: str | None = None) -> bytes:
    accepts = ("Accept: application/json, text/event-stream", "Content-Type: application/json")
    return get(served, path, *accepts, *lines, key=key).replace(b"GET", b"POST", 1)


async def refused(served: Served, request: bytes) -> tuple[int, str, Any]:
    status, _, body = await raw(served, request)
    error = json.loads(body)["error"]
    return status, error["code"], error["details"]


@pytest.mark.parametrize("path", ["/v1/me", "/mcp", "/openapi.json", "/metrics", "/nowhere"])
async def test_another_host_is_refused_on_every_path(served: Served, path: str) -> None:
    assert await refused(served, get(served, path, host="evil.example:80", key=served.key)) == (
        403,
        "forbidden",
        {"field": "Host"},
    )


@pytest.mark.parametrize("path", ["/v1/me", "/mcp"])
async def test_a_page_of_another_origin_is_refused(served: Served, path: str) -> None:
    request = get(served, path, "Origin: http://evil.example", key=served.key)
    assert await refused(served, request) == (403, "forbidden", {"field": "Origin"})


async def test_our_own_origin_is_answered(served: Served) -> None:
    status, _, _ = await raw(served, get(served, "/v1/me", f"Origin: {served.url}", key=served.key))
    assert status == 200


@pytest.mark.parametrize(
    "lines",
    [
        [f"X-{n}: 1" for n in range(70)],
        ["X-Long: " + "a" * 17_000],
        ["X-Endless: " + "a" * 200_000],
    ],
)
async def test_too_much_head_is_refused(served: Served, lines: list[str]) -> None:
    assert await refused(served, get(served, "/healthz", *lines)) == (
        431,
        "too_long",
        {"limit": 16384},
    )


async def test_a_head_that_does_not_come_is_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.server.request_head.HEAD_S", 0.05)
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: ")
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize(
    "path",
    ["/v1/messages", "/v1/call/message.send", "/v1/webhooks", "/api/v1/messages", "/mcp", "/login"],
)
async def test_a_body_that_does_not_come_is_refused_on_every_path(
    served: Served, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr("ackbox.faces.server.request_head.HEAD_S", 0.05)
    monkeypatch.setattr("ackbox.faces.server.request_head.BODY_S", 0.1)
    status, headers, body = await raw(
        served, post(served, path, "Content-Length: 4000", key=served.key) + b'{"a":'
    )
    error = json.loads(body)["error"]
    assert (status, headers["connection"], error["code"], error["message"]) == (
        408,
        "close",
        "invalid",
        "The request did not arrive in time.",
    )


async def test_an_address_that_guesses_keys_has_to_wait_and_a_right_key_from_there_does_not(
    served: Served,
) -> None:
    wrong = served.key[:-1] + ("A" if served.key[-1] != "A" else "B")
    codes = [(await raw(served, get(served, "/v1/me", key=wrong)))[0] for _ in range(32)]
    assert (set(codes[:30]), codes[-1]) == ({401}, 429)
    assert (await raw(served, get(served, "/v1/me", key=served.key)))[0] == 200


async def test_the_numbers_need_a_key_and_name_nobody(served: Served) -> None:
    await served.app.call(
        "message.send", {"agent": "ana", "to": "bob", "body": "x"}, credential=served.key
    )
    await raw(served, get(served, "/v1/me", key=served.key))
    assert (await raw(served, get(served, "/metrics")))[0] == 401
    status, _, body = await raw(served, get(served, "/metrics", key=served.key))
    text = body.decode()
    assert status == 200
    assert 'ackbox_calls_total{face="rest",operation="agent.whoami",outcome="ok"} 1.0' in text
    assert "ana" not in text


async def test_the_description_covers_every_operation_and_has_a_page(served: Served) -> None:
    from ackbox.ops.table import OPERATIONS

    status, _, body = await raw(served, get(served, "/openapi.json"))
    described = [
        each["operationId"]
        for methods in json.loads(body)["paths"].values()
        for each in methods.values()
    ]
    # Where other systems post to is no operation of its own: it calls webhook.receive.
    assert (status, sorted(described)) == (200, sorted([*OPERATIONS, "webhook.deliver"]))
    status, headers, page = await raw(served, get(served, "/reference"))
    assert (status, headers["content-security-policy"].split(";")[0]) == (200, "default-src 'none'")
    assert all(f'id="{name}"' in page.decode() for name in OPERATIONS)


async def test_a_reader_that_takes_nothing_is_hung_up_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.server.request_head.STALL_S", 0.05)
    host, port = served.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port), limit=1024)
    with pytest.raises(ConnectionError):
        while True:
            writer.write(get(served, "/openapi.json") * 10)
            await writer.drain()
