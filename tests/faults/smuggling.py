"""Requests that two readers might read differently: each must get one refusal and the end of
its connection.
"""

from __future__ import annotations

from tests.faults.wires import Aim

SMUGGLED = b"GET /v1/me HTTP/1.1\r\nHost: smuggled\r\n\r\n"


def corpus(aim: Aim) -> dict[str, bytes]:
    """Return the raw requests by what is odd about them."""
    host = f"{aim.host}:{aim.port}"
    return _bodies(aim, host) | _heads(aim, host) | _targets(aim, host)


def _post(host: str, *lines: str, body: bytes = b"", key: str = "") -> bytes:
    own = ["POST /v1/messages HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    own += [f"Authorization: Bearer {key}"] if key else []
    return "\r\n".join([*own, *lines, "", ""]).encode("latin-1") + body


def _bodies(aim: Aim, host: str) -> dict[str, bytes]:
    """Where the body ends is said twice, or in a way that not everybody reads."""
    body, chunks = (
        b'{"to":"bob","body":"x"}',
        b"17\r\n" + b'{"to":"bob","body":"x"}' + b"\r\n0\r\n\r\n",
    )
    size = f"Content-Length: {len(body)}"
    framed = {
        "length and chunks": (
            ["Content-Length: 4", "Transfer-Encoding: chunked"],
            b"0\r\n\r\n" + SMUGGLED,
        ),
        "chunks and length": (
            ["Transfer-Encoding: chunked", "Content-Length: 4"],
            chunks + SMUGGLED,
        ),
        "two lengths that differ": ([size, "Content-Length: 3"], body),
        "two lengths that agree": ([size, size], body),
        "a list of lengths": ([f"{size}, {len(body)}"], body),
        "a length with a sign": ([f"Content-Length: +{len(body)}"], body),
        "a negative length": (["Content-Length: -1"], body),
        "a length in hex": (["Content-Length: 0x17"], body),
        "an empty length": (["Content-Length: "], body),
        "a length with an underscore": (["Content-Length: 2_3"], body),
        "a length beyond 64 bits": (["Content-Length: 99999999999999999999999"], body),
        "gzip, then chunks": (["Transfer-Encoding: gzip, chunked"], chunks),
        "chunks, then gzip": (["Transfer-Encoding: chunked, gzip"], chunks),
        "chunked twice": (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], chunks),
        "chunked twice in one line": (["Transfer-Encoding: chunked, chunked"], chunks),
        "identity": (["Transfer-Encoding: identity", size], body),
        "a strange encoding": (["Transfer-Encoding: xchunked"], chunks),
        "an empty encoding": (["Transfer-Encoding: ", size], body),
        "chunked with a tab": (["Transfer-Encoding:\x0bchunked"], chunks),
        "chunked with a space before the colon": (["Transfer-Encoding : chunked"], chunks),
        "chunk size with a sign": (
            ["Transfer-Encoding: chunked"],
            b"+17\r\n" + body + b"\r\n0\r\n\r\n",
        ),
        "chunk size 0x": (["Transfer-Encoding: chunked"], b"0x17\r\n" + body + b"\r\n0\r\n\r\n"),
        "chunk size beyond 64 bits": (
            ["Transfer-Encoding: chunked"],
            b"1" + b"0" * 16 + b"17\r\n" + body + b"\r\n0\r\n\r\n",
        ),
        "chunk with a bare line feed": (
            ["Transfer-Encoding: chunked"],
            b"17\n" + body + b"\n0\n\n",
        ),
        "chunk longer than said": (
            ["Transfer-Encoding: chunked"],
            b"3\r\n" + body + b"\r\n0\r\n\r\n",
        ),
        "a trailer that is a header": (["Transfer-Encoding: chunked"], b"0\r\nbad header\r\n\r\n"),
        "a trailer with a NUL": (["Transfer-Encoding: chunked"], b"0\r\nX: a\x00b\r\n\r\n"),
    }
    return {
        name: _post(host, *lines, body=sent, key=aim.key) for name, (lines, sent) in framed.items()
    }


def _heads(aim: Aim, host: str) -> dict[str, bytes]:
    """Headers given twice, folded, or with bytes that do not belong there."""
    key, other = f"Authorization: Bearer {aim.key}", f"Authorization: Bearer {aim.read_only}"
    lines = {
        "two hosts": [f"Host: {host}", "Host: other", key],
        "the same host twice": [f"Host: {host}", f"Host: {host}", key],
        "a list of hosts": [f"Host: {host}, {host}", key],
        "no host": [key],
        "an empty host": ["Host:", key],
        "a host with a user": [f"Host: me@{host}", key],
        "two keys": [f"Host: {host}", key, other],
        "the same key twice": [f"Host: {host}", key, key],
        "a folded header": [f"Host: {host}", "X: a", " b", key],
        "a header without a colon": [f"Host: {host}", "X", key],
        "a header with an empty name": [f"Host: {host}", ": x", key],
        "a space in a name": [f"Host: {host}", "X Y: a", key],
        "a NUL in a value": [f"Host: {host}", "X: a\x00b", key],
        "a bare carriage return": [f"Host: {host}", "X: a\rY: b", key],
        "a control character": [f"Host: {host}", "X: a\x01b", key],
        "two origins": [
            f"Host: {host}",
            f"Origin: http://{host}",
            "Origin: http://evil.example",
            key,
        ],
    }
    return {
        name: "\r\n".join(["GET /v1/me HTTP/1.1", *given, "", ""]).encode("latin-1")
        for name, given in lines.items()
    }


def _targets(aim: Aim, host: str) -> dict[str, bytes]:
    """First lines that are none, or that name another place."""
    rest = f"\r\nHost: {host}\r\nAuthorization: Bearer {aim.key}\r\n\r\n"
    lines = {
        "an absolute target of another host": "GET http://evil.example/v1/me HTTP/1.1",
        "an absolute target of another port": f"GET http://{aim.host}:1/v1/me HTTP/1.1",
        "an absolute target with a user": f"GET http://me@{host}/v1/me HTTP/1.1",
        "a target of another scheme": f"GET ftp://{host}/v1/me HTTP/1.1",
        "a tunnel": f"CONNECT {host} HTTP/1.1",
        "a tunnel to another host": "CONNECT evil.example:443 HTTP/1.1",
        "a star": "OPTIONS * HTTP/1.1",
        "a target with a space": "GET /v1/me x HTTP/1.1",
        "a target with a NUL": "GET /v1/me\x00 HTTP/1.1",
        "a target with a tab": "GET /v1/\tme HTTP/1.1",
        "a target with no slash": "GET v1/me HTTP/1.1",
        "no target": "GET  HTTP/1.1",
        "a version of the future": "GET /v1/me HTTP/2.0",
        "a version of two digits": "GET /v1/me HTTP/1.10",
        "a version of old": "GET /v1/me HTTP/0.9",
        "no version": "GET /v1/me",
        "another protocol": "GET /v1/me ICY/1.0",
        "a lower-case method": "get /v1/me HTTP/1.1",
        "an unknown method": "BREW /v1/me HTTP/1.1",
    }
    preface = {
        "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "a greeting of TLS": bytes.fromhex("16030100f1010000ed0303") + b"\x00" * 64,
        "noise": bytes(range(256)) * 4,
    }
    return {name: (line + rest).encode("latin-1") for name, line in lines.items()} | preface
