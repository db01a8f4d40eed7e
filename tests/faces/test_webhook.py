"""Webhooks and schedules from outside: what another system meets over HTTP, and what a person
types.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ackbox.app.limits import MAX_OF_ADDRESS
from tests.command import Command
from tests.engines import Clock
from tests.serving import Served, serving

pytestmark = pytest.mark.anyio


def signed(secret: str, body: bytes, at: int, id: str = "d1") -> dict[str, str]:
    digest = hmac.digest(
        base64.b64decode(secret.removeprefix("whsec_")),
        f"{id}.{at}.".encode() + body,
        hashlib.sha256,
    )
    return {
        "Webhook-Id": id,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}",
    }


async def test_another_system_posts_without_a_key_and_gets_the_one_error_shape(
    database: str,
) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served, httpx2.AsyncClient() as http:
        made = await served.app.call(
            "webhook.add", {"agent": "ana", "to": "bob", "body": "{text}"}, credential=served.key
        )
        url, at, body = served.url + made.path, clock.now // 1000, '{"text":"größer"}'.encode()
        taken = await http.post(
            url,
            content=body,
            headers={**signed(made.secret, body, at), "Content-Type": "application/json"},
        )
        again = await http.post(url, content=body, headers=signed(made.secret, body, at))
        altered = await http.post(url, content=body + b" ", headers=signed(made.secret, body, at))
        unsigned = await http.post(
            url, content=body, headers={"Authorization": f"Bearer {served.key}"}
        )
        unknown = await http.post(
            f"{served.url}/hooks/in/{'0' * 32}", content=body, headers=signed(made.secret, body, at)
        )
        no_json = await http.post(
            url, content=b"a=b", headers=signed(made.secret, b"a=b", at, "d2")
        )
        too_long = await http.post(
            url, content=b" " * ((1 << 20) + 1), headers=signed(made.secret, b"", at, "d3")
        )
        looked = await http.get(url)
        stored = (await served.app.call("message.history", {}, credential=served.key)).messages
    assert (taken.status_code, taken.json()) == (
        200,
        {"id": stored[0].id, "seq": stored[0].seq, "duplicate": False, "missing": []},
    )
    assert (again.status_code, again.json()) == (200, taken.json() | {"duplicate": True})
    assert [each.body for each in stored] == ["größer"]
    assert {(each.status_code, each.text) for each in (altered, unsigned, unknown)} == {
        (401, altered.text)
    }
    assert altered.json()["error"] == {
        "code": "unauthenticated",
        "message": "The request is not signed by a known webhook.",
        "hint": "Check the address, the secret, and which headers are signed.",
        "details": {"reason": "unsigned"},
    }
    assert [
        (each.status_code, each.json()["error"]["code"]) for each in (no_json, too_long, looked)
    ] == [(400, "invalid"), (413, "too_long"), (404, "not_found")]


async def test_where_webhooks_are_posted_to_is_described_with_its_headers_and_answers(
    tmp_path: Path,
) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served, httpx2.AsyncClient() as http:
        described = (await http.get(f"{served.url}/openapi.json")).json()
        page = (await http.get(f"{served.url}/reference")).text
    each = described["paths"]["/hooks/in/{id}"]["post"]
    assert (
        each["security"],
        each["requestBody"]["required"],
        each["responses"]["200"]["content"]["application/json"]["schema"],
    ) == ([], True, {"$ref": "#/components/schemas/WebhookResult"})
    assert {
        name
        for name in ("400", "401", "404", "409", "413", "429", "503")
        if name in each["responses"]
    } == {"400", "401", "404", "409", "413", "429", "503"}
    assert [parameter["name"] for parameter in each["parameters"]] == [
        "id",
        "webhook-signature",
        "webhook-id",
        "webhook-timestamp",
        "x-hub-signature-256",
        "x-github-delivery",
        "x-github-event",
    ]
    assert (
        "curl &#34;$ACKBOX_URL/hooks/in/{id}&#34; \\\n  -H &#39;webhook-signature: …&#39;" in page
    )


MIB = 1 << 20


def announced(served: Served, path: str, headers: dict[str, str], length: int = MIB - 1) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {served.url.removeprefix('http://')}",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


async def upload(served: Served, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    return reader, writer


@pytest.mark.parametrize(
    "lacking",
    ["everything", "id", "timestamp", "signature", "version", "length", "alphabet", "time"],
)
@pytest.mark.parametrize("known", [True, False])
async def test_a_delivery_that_cannot_be_signed_is_refused_before_its_body_is_sent(
    tmp_path: Path, lacking: str, known: bool
) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db", clock=Clock()) as served:
        made = await served.app.call(
            "webhook.add", {"agent": "ana", "to": "bob"}, credential=served.key
        )
        right = signed(made.secret, b"", Clock().now // 1000)
        headers = {
            "everything": {},
            "id": right | {"Webhook-Id": ""},
            "timestamp": {name: right[name] for name in right if name != "Webhook-Timestamp"},
            "signature": right | {"Webhook-Signature": ""},
            "version": right | {"Webhook-Signature": right["Webhook-Signature"][3:]},
            "length": right | {"Webhook-Signature": "v1,AAAA"},
            "alphabet": right | {"Webhook-Signature": f"v1,{'*' * 44}"},
            "time": signed(made.secret, b"", Clock().now // 1000 - 301),
        }[lacking]
        reader, writer = await upload(
            served, announced(served, made.path if known else f"/hooks/in/{'0' * 32}", headers)
        )
        async with asyncio.timeout(5):
            answer = await reader.read()
        writer.close()
    reason = "old" if lacking == "time" else "unsigned"
    assert (
        answer.split(b" ", 2)[1],
        json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["details"],
    ) == (b"401", {"reason": reason})


async def test_what_is_held_of_deliveries_not_yet_known_to_be_signed_has_an_end_and_is_given_back(
    tmp_path: Path,
) -> None:
    async with (
        serving(f"sqlite:///{tmp_path}/a.db", clock=Clock()) as served,
        httpx2.AsyncClient() as http,
    ):
        made = await served.app.call(
            "webhook.add", {"agent": "ana", "to": "bob"}, credential=served.key
        )
        guess = signed(made.secret.swapcase(), b"", Clock().now // 1000)
        wires = [
            await upload(served, announced(served, made.path, guess) + b"y" * (MIB - 2))
            for _ in range(MAX_OF_ADDRESS // MIB + 2)
        ]
        async with asyncio.timeout(10):
            done, _ = await asyncio.wait(
                [asyncio.create_task(reader.read()) for reader, _ in wires],
                return_when=asyncio.FIRST_COMPLETED,
            )
            refused = [task.result().split(b" ", 2)[1] for task in done]
        for _, writer in wires:
            writer.close()
        body = b"{}"
        headers = signed(made.secret, body, Clock().now // 1000)
        async with asyncio.timeout(10):
            while (
                answer := await http.post(served.url + made.path, content=body, headers=headers)
            ).status_code == 429:
                await asyncio.sleep(0.05)
    assert (set(refused), answer.status_code) == ({b"429"}, 200)


async def test_who_guesses_at_signatures_has_to_wait(database: str) -> None:
    async with serving(database) as served, httpx2.AsyncClient() as http:
        made = await served.app.call(
            "webhook.add", {"agent": "ana", "to": "bob"}, credential=served.key
        )
        told: list[int] = []
        while 429 not in told and len(told) < 500:
            told.append(
                (
                    await http.post(
                        served.url + made.path,
                        content=b"{}",
                        headers=signed(made.secret, b"x", len(told)),
                    )
                ).status_code
            )
    assert (told[0], told[-1], len(told) > 20, set(told)) == (401, 429, True, {401, 429})


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


def test_schedules_and_webhooks_from_the_command_line(ackbox: Command) -> None:
    added = ackbox.json(
        "--as",
        "ana",
        "schedule",
        "add",
        "@daily",
        "bob",
        "Good morning",
        "--zone",
        "Asia/Taipei",
        "--subject",
        "Day",
        "--priority",
        "4",
    )
    assert ackbox.json("--as", "ana", "schedule", "list") == added
    assert (added["cron"], added["zone"], added["to"], added["subject"], added["priority"]) == (
        "0 0 * * *",
        "Asia/Taipei",
        ["bob"],
        "Day",
        4,
    )
    assert ackbox.json("--as", "ana", "schedule", "remove", added["id"], "--yes") == added
    refused = ackbox("--as", "ana", "schedule", "add", "daily", "bob", "x", "--text")
    assert (refused.returncode, refused.stdout, refused.stderr) == (
        1,
        "",
        (
            "'daily' is not a cron expression: it does not have five fields. Write minute, hour,"
            " day,"
            " month and weekday, such as '0 9 * * MON-FRI', or @daily.\n"
        ),
    )
    made: dict[str, Any] = ackbox.json(
        "--as", "ana", "webhook", "add", "bob", "Build {number}", "--form", "github"
    )
    secret, url = made.pop("secret"), made.pop("url")
    digest = hmac.digest(secret.encode(), b'{"number":7}', hashlib.sha256).hex()
    answer = httpx2.post(
        url,
        content=b'{"number":7}',
        headers={"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Delivery": "d1"},
    )
    assert (answer.status_code, ackbox.json("--as", "bob", "inbox")["body"]) == (200, "Build 7")
    listed = ackbox.json("--as", "ana", "webhook", "list")
    assert listed | {"received_at": None, "received": 0} == made
    assert (listed["received"], secret in str(listed)) == (1, False)
    assert ackbox.json("--as", "ana", "webhook", "remove", made["id"], "--yes") == listed
    assert (
        ackbox("--as", "ana", "webhook", "list", "--text").stderr
        == "No webhooks yet. Create one with: ackbox --as ana webhook create bob\n"
    )
