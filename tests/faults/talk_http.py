"""How slow, broken and greedy clients talk over HTTP, each on one raw connection.

A talk ends when the server closes (Gone), or when it has done what it does.
"""

from __future__ import annotations

import asyncio
import json

from tests.faults.wires import Aim, Gone, Wire, handshake

MIB = 1 << 20
INITIALIZE = json.dumps(
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "flood", "version": "1"},
        },
    }
).encode()


# --- slow ---


async def silent(wire: Wire, aim: Aim) -> None:
    await wire.silence()


async def slow_head(wire: Wire, aim: Aim) -> None:
    for byte in aim.request("GET", "/v1/me", "X-Slow: " + "a" * 500):
        await wire.send(bytes((byte,)))
        await asyncio.sleep(0.3)


async def head_then_end(wire: Wire, aim: Aim) -> None:
    """Half a head, and the end of the client's side of the stream."""
    await wire.send(b"GET /v1/me HTTP/1.1\r\nHos")
    wire.sock.shutdown(1)
    await wire.silence()


async def slow_body(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=100_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def slow_body_without_key(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", length=100_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def slow_login(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/login", length=1_000))
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def slow_mcp_body(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request(
            "POST",
            "/mcp",
            "Accept: application/json, text/event-stream",
            key=aim.key,
            length=100_000,
        )
    )
    while True:
        await wire.send(b" ")
        await asyncio.sleep(0.5)


async def promise(wire: Wire, aim: Aim) -> None:
    """Announce a body, ask whether it may come, and send nothing."""
    await wire.send(
        aim.request("POST", "/v1/messages", "Expect: 100-continue", key=aim.key, length=1000)
    )
    await wire.silence()


async def reads_nothing(wire: Wire, aim: Aim) -> None:
    """Ask for far more than the buffers hold, and read none of it."""
    for _ in range(400):
        await wire.send(aim.request("GET", "/openapi.json"))
    await wire.silence()


async def reads_a_trickle(wire: Wire, aim: Aim) -> None:
    asking = asyncio.create_task(reads_nothing(wire, aim))
    try:
        while True:
            try:
                data = await asyncio.get_running_loop().sock_recv(wire.sock, 500)
            except OSError:
                raise Gone from None
            if not data:
                raise Gone
            await asyncio.sleep(0.5)
    finally:
        asking.cancel()


# --- bodies without an end ---


async def pour(wire: Wire, piece: bytes) -> None:
    while True:
        await wire.send(piece)
        await asyncio.sleep(0)


async def endless_trailers(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request("POST", "/v1/messages", key=aim.key, length=-1)
        + b"17\r\n"
        + b'{"to":"bob","body":"x"}'
        + b"\r\n0\r\n"
    )
    await pour(wire, b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(60)))


async def endless_trailers_to_another_host(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request("POST", "/v1/messages", host="evil.example", length=-1) + b"1\r\nx\r\n0\r\n"
    )
    await pour(wire, b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(60)))


async def one_endless_trailer(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/hooks/in/x", length=-1) + b"1\r\nx\r\n0\r\nX: ")
    await pour(wire, b"y" * 60_000)


async def slow_trailers(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request("POST", "/v1/messages", key=aim.key, length=-1)
        + b"17\r\n"
        + b'{"to":"bob","body":"x"}'
        + b"\r\n0\r\nX: "
    )
    while True:
        await wire.send(b"y")
        await asyncio.sleep(0.5)


async def endless_extension(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1) + b"17;")
    await pour(wire, b"y" * 60_000)


async def endless_extension_without_key(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", length=-1) + b"17;")
    await pour(wire, b"y" * 60_000)


async def many_extensions(wire: Wire, aim: Aim) -> None:
    """Chunks of a byte, each with an extension that is within every limit."""
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1))
    await pour(wire, (b"1;" + b"y" * 1000 + b"\r\n \r\n") * 50)


async def slow_extension(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1) + b"17;")
    while True:
        await wire.send(b"y")
        await asyncio.sleep(0.5)


async def endless_zeros(wire: Wire, aim: Aim) -> None:
    """A chunk's size that never gets to its first digit."""
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1))
    await pour(wire, b"0" * 60_000)


async def crumbs(wire: Wire, aim: Aim) -> None:
    """A body in chunks of one byte."""
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=-1))
    await pour(wire, b"1\r\n \r\n" * 4000)


# --- the answer comes first ---


async def early_answer_then_silence(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", length=MIB - 1) + b'{"to":')
    await wire.silence()


async def early_answer_then_more(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", host="evil.example", length=1 << 40))
    await pour(wire, b"y" * 60_000)


async def early_answer_unread(wire: Wire, aim: Aim) -> None:
    """As the one before, by a client that reads nothing: it cannot know that it was answered."""
    await early_answer_then_silence(wire, aim)


async def too_long(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages", key=aim.key, length=100 * MIB))
    await pour(wire, b"y" * 60_000)


# --- uploads ---


async def upload_and_vanish(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request("POST", "/v1/messages", key=aim.key, length=MIB - 1) + b"y" * (MIB // 2)
    )
    wire.end(reset=True)


async def anonymous_upload(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/v1/messages/many", length=7 * MIB) + b"y" * (7 * MIB - 1))
    await wire.silence()


async def anonymous_upload_by_name(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request("POST", "/v1/call/workspace.import", length=7 * MIB) + b"y" * (7 * MIB - 1)
    )
    await wire.silence()


async def anonymous_numbers(wire: Wire, aim: Aim) -> None:
    """What is quick to send and slow to parse."""
    await wire.send(
        aim.request("POST", "/v1/call/message.send", body=b"[" + b"0," * (MIB // 2 - 2) + b"0]")
    )
    await wire.answer()
    wire.end()


async def anonymous_marks(wire: Wire, aim: Aim) -> None:
    """Combining marks, which are slow to order: as a webhook's id, for which nobody needs a key."""
    text = json.dumps(
        {"id": "x" + "\u0301" * 50_000 + "\u0327" * 50_000, "headers": {}, "body": ""}
    ).encode()
    await wire.send(aim.request("POST", "/v1/call/webhook.receive", body=text))
    await wire.answer(60)
    wire.end()


async def marks_in_headers(wire: Wire, aim: Aim) -> None:
    """The same in what a signature's header and the one who calls are named as."""
    marks = "x" + "%CC%81%CC%A7" * 1000
    await wire.send(
        aim.request(
            "POST",
            "/v1/messages",
            f"Ackbox-Agent: {marks}",
            key=aim.key,
            body=b'{"to":"bob","body":"x"}',
        )
    )
    await wire.answer(60)
    wire.end()


async def deep(wire: Wire, aim: Aim) -> None:
    await wire.send(
        aim.request("POST", "/v1/messages", key=aim.key, body=b'{"metadata":' + b"[" * 100_000)
    )
    await wire.answer()
    wire.end()


async def long_head(wire: Wire, aim: Aim) -> None:
    await wire.send(b"GET /" + b"a" * 200_000)
    await wire.silence()


async def many_headers(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("GET", "/healthz", *(f"X-{n}: 1" for n in range(10_000))))
    await wire.silence()


async def login_upload(wire: Wire, aim: Aim) -> None:
    """A form with a file, to the one page that takes forms from anybody."""
    head = b'--x\r\nContent-Disposition: form-data; name="key"; filename="k"\r\n\r\n'
    await wire.send(
        aim.request("POST", "/login", length=7 * MIB).replace(
            b"application/json", b"multipart/form-data; boundary=x"
        )
        + head
        + b"y" * (7 * MIB - 200)
    )
    await wire.silence()


async def login_fields(wire: Wire, aim: Aim) -> None:
    """A form of half a million fields."""
    body = b"a=&" * (MIB // 3 - 1)
    await wire.send(
        aim.request("POST", "/login", body=body).replace(
            b"application/json", b"application/x-www-form-urlencoded"
        )
    )
    await wire.answer()
    wire.end()


async def webhook_upload(wire: Wire, aim: Aim) -> None:
    """A delivery as long as may be, to a webhook that there is not, without its last byte."""
    await wire.send(aim.request("POST", f"/hooks/in/{'0' * 32}", length=MIB - 1) + b"y" * (MIB - 2))
    await wire.silence()


async def page_with_a_body(wire: Wire, aim: Aim) -> None:
    """A page that needs no body, asked for with one that never ends."""
    await wire.send(aim.request("GET", "/healthz", "Content-Length: 1099511627776"))
    await pour(wire, b"y" * 60_000)


async def no_path_with_a_body(wire: Wire, aim: Aim) -> None:
    await wire.send(aim.request("POST", "/nowhere", length=-1))
    await pour(wire, b"ea60\r\n" + b"y" * 60_000 + b"\r\n")


async def line_feeds(wire: Wire, aim: Aim) -> None:
    """Empty lines before a request that never comes."""
    await pour(wire, b"\r\n" * 5000)


async def line_feeds_slowly(wire: Wire, aim: Aim) -> None:
    """The same after a request that was answered: each byte may start a clock anew."""
    await wire.send(aim.request("GET", "/healthz"))
    await wire.answer()
    wire.start_clock()
    while True:
        await asyncio.sleep(0.5)
        await wire.send(b"\r\n")


async def head_again_slowly(wire: Wire, aim: Aim) -> None:
    """A second request whose head never ends, behind one that waits."""
    await wire.send(aim.request("POST", "/v1/inbox/wait", key=aim.key, body=b'{"wait_s": 1}'))
    for byte in aim.request("GET", "/v1/me", "X-Slow: " + "a" * 500):
        await wire.send(bytes((byte,)))
        await asyncio.sleep(0.3)


async def body_again_slowly(wire: Wire, aim: Aim) -> None:
    """A second request whose body never ends, behind one that waits."""
    await wire.send(aim.request("POST", "/v1/inbox/wait", key=aim.key, body=b'{"wait_s": 1}'))
    await slow_body(wire, aim)


async def upgrade_with_a_body(wire: Wire, aim: Aim) -> None:
    await wire.send(
        handshake(aim).replace(b"\r\n\r\n", b"\r\nContent-Length: 1099511627776\r\n\r\n")
    )
    await pour(wire, b"y" * 60_000)


async def upgrade_elsewhere(wire: Wire, aim: Aim) -> None:
    """A handshake on a path that is no socket."""
    await wire.send(handshake(aim, key=aim.key).replace(b"GET /ws ", b"GET /v1/me "))
    await wire.silence()


# --- floods ---


async def pipeline(wire: Wire, aim: Aim) -> None:
    """Thousands of requests at once, answers unread."""
    for _ in range(100):
        await wire.send(aim.request("GET", "/v1/me") * 200)
    await wire.silence()


async def pipeline_of_posts(wire: Wire, aim: Aim) -> None:
    """Requests with bodies behind one that takes its time."""
    body = json.dumps({"wait_s": 30}).encode()
    await wire.send(aim.request("POST", "/v1/inbox/wait", key=aim.key, body=body))
    for _ in range(64):
        await wire.send(aim.request("POST", "/v1/messages", key=aim.key, body=b"y" * (MIB - 1)))
    await wire.silence()


async def wrong_keys(wire: Wire, aim: Aim) -> None:
    for number in range(200):
        await wire.send(aim.request("GET", "/v1/me", key=f"abx_agt_{number:011d}" + "0" * 49))
        await wire.answer(of=number + 1)
    wire.end()


async def initialize(wire: Wire, aim: Aim) -> None:
    """Open MCP sessions in a loop, with a key that may only read."""
    request = aim.request(
        "POST",
        "/mcp",
        "Accept: application/json, text/event-stream",
        key=aim.read_only,
        body=INITIALIZE,
    )
    for number in range(150):
        await wire.send(request)
        await wire.answer(of=number + 1)
    wire.end()


async def slow_stream(wire: Wire, aim: Aim) -> None:
    """Hold a stream of MCP and read none of it."""
    accept = "Accept: text/event-stream"
    await wire.send(aim.request("GET", "/mcp", accept, key=aim.read_only))
    await asyncio.sleep(3)
    wire.end()


async def waits_with_much(wire: Wire, aim: Aim) -> None:
    """A wait whose request was a megabyte: what it does not need must not stay in memory."""
    await wire.send(
        aim.request(
            "POST", "/v1/inbox/wait", key=aim.key, body=b'{"wait_s":4' + b" " * (MIB - 40) + b"}"
        )
    )
    await wire.answer()
    wire.end()
