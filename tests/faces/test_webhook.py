"""Webhooks and schedules from outside: what another system meets over HTTP, and what a person types."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.command import Command
from tests.engines import Clock
from tests.serving import serving

pytestmark = pytest.mark.anyio


def signed(secret: str, body: bytes, at: int, id: str = "d1") -> dict[str, str]:
    digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), f"{id}.{at}.".encode() + body, hashlib.sha256)
    return {"Webhook-Id": id, "Webhook-Timestamp": str(at), "Webhook-Signature": f"v1,{base64.b64encode(digest).decode()}"}


async def test_another_system_posts_without_a_key_and_gets_the_one_error_shape(database: str) -> None:
    clock = Clock()
    async with serving(database, clock=clock) as served, httpx2.AsyncClient() as http:
        made = await served.app.call("webhook.add", {"agent": "ana", "to": "bob", "body": "{text}"}, credential=served.key)
        url, at, body = served.url + made.path, clock.now // 1000, '{"text":"größer"}'.encode()
        taken = await http.post(url, content=body, headers={**signed(made.secret, body, at), "Content-Type": "application/json"})
        again = await http.post(url, content=body, headers=signed(made.secret, body, at))
        altered = await http.post(url, content=body + b" ", headers=signed(made.secret, body, at))
        unsigned = await http.post(url, content=body, headers={"Authorization": f"Bearer {served.key}"})
        unknown = await http.post(f"{served.url}/hooks/in/{'0' * 32}", content=body, headers=signed(made.secret, body, at))
        no_json = await http.post(url, content=b"a=b", headers=signed(made.secret, b"a=b", at, "d2"))
        too_long = await http.post(url, content=b" " * ((1 << 20) + 1), headers=signed(made.secret, b"", at, "d3"))
        looked = await http.get(url)
        stored = (await served.app.call("message.history", {}, credential=served.key)).messages
    assert (taken.status_code, taken.json()) == (200, {"id": stored[0].id, "seq": stored[0].seq, "duplicate": False, "missing": []})
    assert (again.status_code, again.json()) == (200, taken.json() | {"duplicate": True})
    assert [each.body for each in stored] == ["größer"]
    assert {(each.status_code, each.text) for each in (altered, unsigned, unknown)} == {(401, altered.text)}
    assert altered.json()["error"] == {
        "code": "unauthenticated", "message": "This is not signed by a webhook that is known here.",
        "hint": "Check the address, the secret, and which headers are signed.", "details": {"reason": "unsigned"}}
    assert [(each.status_code, each.json()["error"]["code"]) for each in (no_json, too_long, looked)] == [
        (400, "invalid"), (413, "too_long"), (404, "not_found")]


async def test_where_webhooks_are_posted_to_is_described_with_its_headers_and_answers(tmp_path: Path) -> None:
    async with serving(f"sqlite:///{tmp_path}/a.db") as served, httpx2.AsyncClient() as http:
        described = (await http.get(f"{served.url}/openapi.json")).json()
        page = (await http.get(f"{served.url}/reference")).text
    each = described["paths"]["/hooks/in/{id}"]["post"]
    assert (each["security"], each["requestBody"]["required"], each["responses"]["200"]["content"]) == (
        [], True, {"application/json": {"schema": {"$ref": "#/components/schemas/Received"}}})
    assert {name for name in ("400", "401", "404", "409", "413", "429", "503") if name in each["responses"]} == {"400", "401", "404", "409", "413", "429", "503"}
    assert [parameter["name"] for parameter in each["parameters"]] == [
        "id", "webhook-signature", "webhook-id", "webhook-timestamp", "x-hub-signature-256", "x-github-delivery", "x-github-event"]
    assert "curl $ACKBOX_URL/hooks/in/{id} -H &#39;webhook-signature: …&#39;" in page


async def test_who_guesses_at_signatures_has_to_wait(database: str) -> None:
    async with serving(database) as served, httpx2.AsyncClient() as http:
        made = await served.app.call("webhook.add", {"agent": "ana", "to": "bob"}, credential=served.key)
        told: list[int] = []
        while 429 not in told and len(told) < 500:
            told.append((await http.post(served.url + made.path, content=b"{}", headers=signed(made.secret, b"x", len(told)))).status_code)
    assert (told[0], told[-1], len(told) > 20, set(told)) == (401, 429, True, {401, 429})


@pytest.fixture
def ackbox(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    command.up()
    yield command
    command.stop()


def test_schedules_and_webhooks_from_the_command_line(ackbox: Command) -> None:
    added = ackbox.json("--as", "ana", "schedule", "add", "@daily", "bob", "Good morning", "--zone", "Asia/Taipei", "--subject", "Day", "--priority", "4")
    assert ackbox.json("--as", "ana", "schedule", "list") == added
    assert (added["cron"], added["zone"], added["to"], added["subject"], added["priority"]) == ("0 0 * * *", "Asia/Taipei", ["bob"], "Day", 4)
    assert ackbox.json("--as", "ana", "schedule", "remove", added["id"]) == added
    refused = ackbox("--as", "ana", "schedule", "add", "daily", "bob", "x", "--text")
    assert (refused.returncode, refused.stdout, refused.stderr) == (
        1, "", "'daily' is no cron expression: it does not have five fields. Write minute, hour, day, month and weekday, such as '0 9 * * MON-FRI', or @daily.\n")
    made: dict[str, Any] = ackbox.json("--as", "ana", "webhook", "add", "bob", "Build {number}", "--form", "github")
    secret, url = made.pop("secret"), made.pop("url")
    digest = hmac.digest(secret.encode(), b'{"number":7}', hashlib.sha256).hex()
    answer = httpx2.post(url, content=b'{"number":7}', headers={"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Delivery": "d1"})
    assert (answer.status_code, ackbox.json("--as", "bob", "inbox")["body"]) == (200, "Build 7")
    listed = ackbox.json("--as", "ana", "webhook", "list")
    assert listed | {"received_at": None, "received": 0} == made
    assert (listed["received"], secret in str(listed)) == (1, False)
    assert ackbox.json("--as", "ana", "webhook", "remove", made["id"]) == listed
    assert ackbox("--as", "ana", "webhook", "list", "--text").stderr == "No webhooks yet. Make one with: ackbox --as ana webhook add bob\n"
