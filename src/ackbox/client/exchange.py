"""Exchange: one request of HTTP to a server of this machine, over a connection that is open.

For hooks and short commands, to which http.client costs more than the request. It reads what an
ackbox server sends; a proxy may send other forms, which HttpCaller reads with http.client. Imports
the standard library only, and little of it. Explained in docs/why/operations.md.
"""

from __future__ import annotations

import socket
from contextlib import suppress

# Not from typing: a hook imports this at each prompt and tool call.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def connect(host: str, port: int, timeout_s: float | None) -> socket.socket:
    """Open a connection. Raises OSError."""
    if host.replace(".", "").isdecimal():
        # To resolve a name, Python loads its tables of international names first.
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        line.settimeout(timeout_s)
        try:
            line.connect((host, port))
        except BaseException:
            line.close()
            raise
    else:
        line = socket.create_connection((host, port), timeout=timeout_s)
    # The server waits for the whole request anyway.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def exchange(
    line: socket.socket,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes = b"",
) -> tuple[int, dict[str, str], bytes]:
    """Make a request; returns status, headers with names in lower case, and body.

    Raises OSError.
    """
    head = [f"{method} {path} HTTP/1.1"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    if method == "POST":
        head.append(f"Content-Length: {len(body)}")
    request = "\r\n".join([*head, "", ""]).encode("latin-1") + body
    with suppress(BrokenPipeError, ConnectionResetError):
        # A server that rejects a long body stops reading it, but its response is there to be read.
        line.sendall(request)
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(line)
    top, _, rest = received.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    told = {
        name.strip().lower(): value.strip()
        for name, _, value in (each.partition(":") for each in lines)
    }
    status, length = first.split()[1:2], told.get("content-length", "0")
    if not (first.startswith("HTTP/1.") and status and (status[0] + length).isdecimal()):
        raise ConnectionError("the answer is not HTTP")
    while len(rest) < int(length):
        rest += _more(line)
    return int(status[0]), told, rest[: int(length)]


def _more(line: socket.socket) -> bytes:
    part = line.recv(65536)
    if not part:
        raise ConnectionResetError("the server closed the connection")
    return part
