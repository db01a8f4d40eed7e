"""The edge: nobody without a key makes the server read, hold or work.

Heads that two readers understand in two ways are refused.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route, WebSocketRoute

from ackbox.app.limits import Limits, Rate, network
from ackbox.dialects import DIALECTS
from ackbox.faces.server.asgi import make_web
from ackbox.faces.web.authorize import PATHS
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio
# What is open to everybody, and the one path whose body is the key.
OPEN = {
    "/healthz",
    "/readyz",
    # What clients of other systems ask first; the answer is the same for everybody.
    "/health",
    *(f"/mcp/{dialect.name}/health" for dialect in DIALECTS),
    *PATHS,
    "/openapi.json",
    *(f"/reference{end}" for end in ("", ".css", ".js")),
    "/login",
    "/",
    "/ws",
    "/connection/websocket",
    "/assets/{digest}/{path:path}",
    "/w/{workspace}/{page:path}",
    "/logout",
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as it:
        yield it


async def talk(served: Served, *parts: bytes, patience_s: float = 10.0) -> bytes:
    """Send bytes as they are; return everything until the server closes."""
    reader, writer = await opened(served)
    for part in parts:
        writer.write(part)
    async with asyncio.timeout(patience_s):
        return await ended(reader, writer)


async def opened(served: Served) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = served.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


async def ended(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    try:
        return await reader.read()
    finally:
        writer.close()


def head(served: Served, method: str, path: str, *lines: str) -> bytes:
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", f"Host: {served.url.removeprefix('http://')}", *lines, "", ""]
    ).encode()


def of(answer: bytes) -> tuple[int, dict[str, str], Any]:
    top, _, body = answer.partition(b"\r\n\r\n")
    lines = top.decode().split("\r\n")
    return (
        int(lines[0].split(" ")[1]),
        dict(line.lower().split(": ", 1) for line in lines[1:]),
        json.loads(body) if body else None,
    )


def every_route(app: Any) -> list[tuple[str, str]]:
    web = make_web(app, hosts=[], origins=[])
    found = []
    for route in web.routes:
        if isinstance(route, Route) and route.path not in OPEN:
            found += [
                (method, route.path)
                for method in sorted(route.methods or {"GET", "POST", "DELETE"})
                if method != "HEAD"
            ]
        else:
            assert isinstance(route, Route | WebSocketRoute)
    return sorted(set(found))


async def test_no_body_is_read_before_the_key_is_known_on_any_route(served: Served) -> None:
    wrong = []
    routes = every_route(served.app)
    for method, path in routes:
        served.app.limits = Limits()
        filled = (
            path.replace("{path:path}", "nowhere")
            .replace("{name}", "message.send")
            .replace("{id}", "0" * 32)
        )
        # The body is announced and never sent: only an answer that does not wait for it comes.
        answer = await talk(
            served,
            head(
                served,
                method,
                filled,
                "Content-Length: 700000",
                "Accept: application/json, text/event-stream",
            ),
        )
        status, headers, _ = of(answer)
        if status not in (401, 429) or headers["connection"] != "close":
            wrong.append((method, path, status))
    assert (len(routes) > 100, wrong) == (True, [])


async def test_a_body_of_combining_marks_costs_nothing_without_a_key(served: Served) -> None:
    body = json.dumps(
        {"id": "x" + "\u0301" * 50_000 + "\u0327" * 50_000, "headers": {}, "body": ""},
        ensure_ascii=False,
    ).encode()
    stalls = asyncio.create_task(longest_stall(0.5))
    for path in ("/v1/call/webhook.receive", "/v1/webhook/receive"):
        status, _, told = of(
            await talk(served, head(served, "POST", path, f"Content-Length: {len(body)}"), body)
        )
        assert (status, told["error"]["details"]) == (401, {"reason": "missing"})
    assert await stalls < 2.0


async def longest_stall(seconds: float) -> float:
    loop, longest = asyncio.get_running_loop(), 0.0
    end = last = loop.time()
    end += seconds
    while (now := loop.time()) < end:
        longest, last = max(longest, now - last), now
        await asyncio.sleep(0.001)
    return max(longest, loop.time() - last)


TWICE = [
    "Authorization: Bearer x",
    "Content-Length: 0",
    "Content-Type: text/plain",
    "Ackbox-Agent: eve",
    "Origin: http://x",
    "X-Api-Key: k",
    "Mcp-Session-Id: 1",
    "Webhook-Signature: v1,x",
    "Sec-Fetch-Site: none",
]


@pytest.mark.parametrize("line", TWICE)
async def test_a_header_that_says_who_asks_is_taken_once(served: Served, line: str) -> None:
    status, headers, told = of(await talk(served, head(served, "GET", "/v1/me", line, line)))
    assert (status, headers["connection"], told["error"]["code"]) == (400, "close", "invalid")


async def test_a_host_that_is_given_twice_is_refused_whichever_is_ours(served: Served) -> None:
    told = [
        of(await talk(served, head(served, "GET", path, "Host: evil.example")))
        for path in ("/v1/me", "/healthz")
    ]
    assert [(status, body["error"]["message"]) for status, _, body in told] == [
        (400, "The header host is in the request twice.")
    ] * 2


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/v1/me",
        "https://evil.example:80/healthz",
        "evil.example:80",
        "*",
        "http:///v1/me",
        "ftp://{host}/v1/me",
        "ws://{host}/ws",
        "://{host}/v1/me",
        "http://me@{host}/v1/me",
        "{host}/v1/me",
    ],
)
async def test_a_target_of_another_host_is_refused(served: Served, target: str) -> None:
    filled = target.replace("{host}", served.url.removeprefix("http://"))
    status, headers, told = of(
        await talk(served, head(served, "GET", filled, f"Authorization: Bearer {served.key}"))
    )
    assert (status, headers["connection"], told["error"]["code"]) == (400, "close", "invalid")


@pytest.mark.parametrize(
    "line",
    [
        None,
        "Host:",
        "Host: {host}, {host}",
        "Host: me@{host}",
        "Host: {host}/",
        "Host: a b",
        "Host: [::1",
        "Host: {host}:1",
    ],
)
@pytest.mark.parametrize(
    "upgrade",
    [
        [],
        [
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {'A' * 22}==",
        ],
    ],
)
async def test_a_request_that_does_not_name_one_host_is_refused_and_its_connection_closed(
    served: Served, line: str | None, upgrade: list[str]
) -> None:
    named = [] if line is None else [line.replace("{host}", served.url.removeprefix("http://"))]
    request = "\r\n".join(
        ["GET /v1/me HTTP/1.1", *named, *upgrade, f"Authorization: Bearer {served.key}", "", ""]
    ).encode()
    answer = await talk(served, request, head(served, "GET", "/healthz"))
    status, headers, told = of(answer)
    assert (
        status,
        headers["connection"],
        told["error"]["details"],
        answer.count(b"HTTP/1.1 "),
    ) == (400, "close", {"field": "Host"}, 1)


@pytest.mark.parametrize(
    "version", [" HTTP/2.0", " HTTP/0.9", " HTTP/1.10", " HTTP/3", " HTTP/1.2", ""]
)
async def test_another_version_of_http_is_refused_and_its_connection_closed(
    served: Served, version: str
) -> None:
    request = head(served, "GET", "/v1/me", f"Authorization: Bearer {served.key}").replace(
        b" HTTP/1.1", version.encode()
    )
    answer = await talk(served, request, head(served, "GET", "/healthz"))
    status, headers, _ = of(answer)
    assert (status in (400, 505), headers["connection"], answer.count(b"HTTP/1.1 ")) == (
        True,
        "close",
        1,
    )


async def test_an_older_client_is_served_and_its_connection_closed(served: Served) -> None:
    request = head(served, "GET", "/v1/me", f"Authorization: Bearer {served.key}").replace(
        b" HTTP/1.1", b" HTTP/1.0"
    )
    assert of(await talk(served, request))[0] == 200
    assert of(await talk(served, b"GET /healthz HTTP/1.0\r\n\r\n"))[0] == 200
    assert of(await talk(served, b"GET /v1/me HTTP/1.0\r\n\r\n"))[0] == 403


async def test_a_target_that_names_this_host_is_served(served: Served) -> None:
    assert (
        of(await talk(served, head(served, "GET", f"{served.url}/healthz", "Connection: close")))[0]
        == 200
    )


@pytest.mark.parametrize(
    "lines",
    [
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: gzip"],
        ["Transfer-Encoding: chunked, chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked", "Content-Length: 3"],
        ["Transfer-Encoding : chunked"],
        ["Content-Length: +3"],
        ["Content-Length: 3, 3"],
    ],
)
async def test_an_end_that_two_readers_find_in_two_places_is_refused(
    served: Served, lines: list[str]
) -> None:
    told = await talk(
        served,
        head(served, "POST", "/v1/messages", *lines)
        + b"3\r\nabc\r\n0\r\n\r\n"
        + head(served, "GET", "/healthz"),
    )
    assert (of(told)[0], told.count(b"HTTP/1.1")) == (400, 1)


@pytest.mark.parametrize("path", ["/v1/messages", "/healthz", "/mcp"])
async def test_trailers_and_chunk_extensions_are_counted_and_a_request_that_goes_on_in_them_ends(
    served: Served, path: str
) -> None:
    start = head(
        served, "POST", path, "Transfer-Encoding: chunked", f"Authorization: Bearer {served.key}"
    )
    trailers = b"0\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"y" * 500) for n in range(200))
    for rest in (trailers, b"3;" + b"e" * 100_000, b"0\r\nX: " + b"y" * 100_000):
        answer = await talk(served, start, rest)
        assert (of(answer)[1]["connection"], answer.count(b"HTTP/1.1")) == ("close", 1)


async def test_trailers_are_no_headers(served: Served) -> None:
    start = head(
        served,
        "POST",
        "/v1/agents/check-in",
        "Transfer-Encoding: chunked",
        f"Authorization: Bearer {served.key}",
        "Connection: close",
    )
    answer = of(
        await talk(served, start, b"0\r\nAckbox-Agent: eve\r\nAuthorization: Bearer x\r\n\r\n")
    )
    assert (answer[0], answer[2]["error"]["details"]) == (400, {"field": "agent"})


async def test_line_ends_between_requests_do_not_stop_the_clock(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = await opened(served)
    writer.write(head(served, "GET", "/healthz"))
    await reader.readuntil(b'{"status":"ok"}')
    monkeypatch.setattr("ackbox.faces.server.request_head.HEAD_S", 0.05)
    writer.write(b"\r\n")
    async with asyncio.timeout(10):
        assert await ended(reader, writer) == b""


async def test_line_ends_after_a_request_do_not_cut_its_wait(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = await opened(served)
    body = b'{"agent":"bob","wait_s":0.3}'
    writer.write(
        head(
            served,
            "POST",
            "/v1/inbox/wait",
            f"Authorization: Bearer {served.key}",
            f"Content-Length: {len(body)}",
        )
        + body
    )
    while served.app.bell.waiting < 1:
        await asyncio.sleep(0)
    monkeypatch.setattr("ackbox.faces.server.request_head.HEAD_S", 0.01)
    writer.write(b"\r\n")
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_an_answer_that_came_early_is_not_waited_for_long(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ackbox.faces.server.request_head.LINGER_S", 0.05)
    reader, writer = await opened(served)
    writer.write(head(served, "POST", "/v1/messages", "Content-Length: 1000"))
    await reader.readuntil(b"\r\n\r\n")
    async with asyncio.timeout(10):
        while not reader.at_eof():
            await reader.read(1000)
        with pytest.raises(ConnectionError):
            while True:
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0)


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 5"],
        ["X-Long: " + "a" * 9000],
        ["Transfer-Encoding: chunked"],
        ["Sec-WebSocket-Version: 12"],
        ["Sec-WebSocket-Key: short"],
    ],
)
async def test_a_handshake_that_cannot_be_read_is_answered_and_closed(
    served: Served, lines: list[str]
) -> None:
    own = ["Upgrade: websocket", "Connection: Upgrade", f"Authorization: Bearer {served.key}"]
    answer = await talk(served, head(served, "GET", "/ws", *own, *lines))
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_a_plain_request_to_the_path_of_sockets_says_what_a_proxy_must_pass(
    served: Served,
) -> None:
    for path in ("/ws", "/ws/"):
        status, headers, told = of(
            await talk(served, head(served, "GET", path, "Connection: close"))
        )
        assert (
            status,
            headers["upgrade"],
            "proxy_set_header Upgrade" in told["error"]["hint"],
        ) == (426, "websocket", True)


@pytest.mark.parametrize("path", ["/v1/me", "/mcp", "/api/v1/messages", "/mcp/golemxv"])
async def test_a_path_that_ends_in_a_slash_is_the_path_without_it(
    served: Served, path: str
) -> None:
    lines = (
        f"Authorization: Bearer {served.key}",
        "Connection: close",
        "Accept: application/json, text/event-stream",
    )
    plain, slash = [
        of(await talk(served, head(served, "GET", each, *lines))) for each in (path, f"{path}/")
    ]
    assert (slash[0], slash[2]) == (plain[0], plain[2])


@pytest.mark.parametrize(
    "path", ["/v1/me", "/v1/messages", "/api/v1/messages", "/nowhere", "/healthz", "/hooks/in/x"]
)
async def test_every_answer_says_that_a_browser_makes_nothing_else_of_it(
    served: Served, path: str
) -> None:
    for key in (f"Authorization: Bearer {served.key}", "X-No: key"):
        headers = of(await talk(served, head(served, "GET", path, key, "Connection: close")))[1]
        assert (
            headers["x-content-type-options"],
            headers["referrer-policy"],
            headers["cache-control"],
            headers["content-security-policy"],
        ) == ("nosniff", "no-referrer", "no-store", "default-src 'none'; frame-ancestors 'none'")


def test_an_address_of_ipv6_counts_by_its_network_and_one_of_ipv4_inside_it_as_that() -> None:
    assert [
        network(each)
        for each in (
            "2001:db8::1",
            "2001:db8::ffff",
            "2001:db8:0:1::1",
            "::ffff:10.0.0.7",
            "10.0.0.7",
            "fe80::1%eth0",
            "-",
        )
    ] == [
        "2001:db8::/64",
        "2001:db8::/64",
        "2001:db8:0:1::/64",
        "10.0.0.7",
        "10.0.0.7",
        "fe80::/64",
        "-",
    ]


def test_a_flood_of_wrong_keys_clears_no_other_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ackbox.app.limits.MAX_BUCKETS", 100)
    now = [0.0]
    limits = Limits(key=Rate(1, 1), clock=lambda: now[0])
    limits.take("key", "ana")
    for n in range(1000):
        limits.count_guess(f"10.0.{n // 250}.{n % 250}")
    with pytest.raises(Exception, match="Too many calls"):
        limits.take("key", "ana")
    assert len(limits._buckets["guess"]) <= 100


def test_buckets_that_are_full_again_go_before_those_that_are_empty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ackbox.app.limits.MAX_BUCKETS", 10)
    now = [0.0]
    limits = Limits(guess=Rate(1, 2), clock=lambda: now[0])
    for n in range(9):
        limits.count_guess(f"10.0.0.{n}")
    now[0] = 100.0
    for _ in range(2):
        limits.count_guess("10.1.0.1")
    for n in range(5):
        limits.count_guess(f"10.2.0.{n}")
    with pytest.raises(Exception, match="Too many wrong keys"):
        limits.count_guess("10.1.0.1")
