"""Every route of every REST interface answers bad requests in the system's own shape, and stores
nothing.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ackbox.dialects import RESTS
from ackbox.dialects.engine.rest import Rest, Route
from ackbox.errors import Invalid
from tests.serving import serving

pytestmark = pytest.mark.anyio
ROUTES = [(rest, route, rest.prefixes[-1]) for rest in RESTS for route in rest.routes]
BODIES = [
    b"{",
    b"[]",
    b"3",
    b"null",
    b"\xff\xfe",
    b'{"a": NaN}',
    b'{"nonsense": 1}',
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b'{"content": "\\u0000"}',
    b'{"content": "\\ud800"}',
]


@pytest.mark.parametrize(
    ("rest", "route", "prefix"),
    ROUTES,
    ids=lambda part: getattr(part, "name", None) or getattr(part, "path", part),
)
async def test_a_bad_request_is_answered_in_the_systems_shape(
    tmp_path: Path, rest: Rest, route: Route, prefix: str
) -> None:
    shape = shape_of(rest.refuse(route, Invalid("x"))[1])
    async with serving(f"sqlite:///{tmp_path}/a.db") as served:
        agent = await served.app.call(
            "key.create", {"kind": "agent", "name": "ana"}, credential=served.key
        )
        async with httpx2.AsyncClient(base_url=served.url + prefix, timeout=30) as http:
            good = {"Authorization": f"Bearer {agent.key}"}
            asks: list[dict[str, Any]] = (
                [{"headers": good, "content": body} for body in BODIES]
                if route.method != "GET"
                else [
                    {"headers": good, "params": [("nonsense", "1")]},
                    {"headers": good, "params": [("a", "1"), ("a", "2")]},
                ]
            )
            told = [await http.request(route.method, route.path, **ask) for ask in asks]
            wrong = [
                await http.request(route.method, route.path, headers=headers)
                for headers in ({}, {"Authorization": "Bearer abx_wrong"})
            ]
            nowhere = await http.get(f"{route.path}/nowhere", headers=good)
            other = [
                await http.request(method, route.path, headers=good)
                for method in ("DELETE", "PATCH")
            ]
        if route.method != "GET":
            status, body = await declare(
                served.url, f"{route.method} {prefix}{route.path}", agent.key, size=(1 << 20) + 1
            )
            assert (status in (400, 413), shape_of(body) & shape) == (True, shape)
        assert [
            (each.status_code in (400, 413), shape_of(each.json()) & shape) for each in told
        ] == [(True, shape)] * len(told)
        assert [(each.status_code, shape_of(each.json()) & shape) for each in wrong] == [
            (401, shape)
        ] * 2
        assert (nowhere.status_code, shape_of(nowhere.json()) & shape) == (404, shape)
        allow = ", ".join(each.method for each in rest.routes if each.path == route.path)
        assert [
            (each.status_code, each.headers["allow"], shape_of(each.json()) & shape)
            for each in other
        ] == [(405, allow, shape)] * 2
        assert (await served.app.call("message.history", {}, credential=served.key)).messages == []


async def declare(url: str, asked: str, key: str, *, size: int) -> tuple[int, dict[str, Any]]:
    """Say how long a body will be, send none of it, and return the answer."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"{asked} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {key}\r\nContent-Length:"
        f" {size}\r\n\r\n".encode()
    )
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).decode().lower()
    body = await reader.readexactly(int(head.partition("content-length: ")[2].partition("\r\n")[0]))
    writer.close()
    return int(head.split(" ")[1]), json.loads(body)


def shape_of(body: dict[str, Any]) -> frozenset[str]:
    """The names of the fields in a refusal, without their values."""
    return frozenset(body)
