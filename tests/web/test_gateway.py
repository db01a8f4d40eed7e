"""The gateway of a sealed workspace: a real server, a real gateway process, and a real browser.

The server sees no text; programs with the gateway's key, on this machine, see it opened.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from ast import literal_eval
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, expect
from websockets.asyncio.client import connect

from tests.answers import text_of
from tests.command import Command
from tests.faces.test_canary import client

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
CANARY = "axolotl-that-only-members-read"
# Loaded by every Python process of the gateway: writes down where it connects to.
AUDIT = """
import os, sys
def hook(event, args):
    if event in ("socket.connect", "socket.sendto"):
        with open(os.environ["AUDIT"], "a") as file:
            file.write(repr(args[1]) + "\\n")
    if event == "socket.getaddrinfo":
        with open(os.environ["AUDIT"], "a") as file:
            file.write(repr(tuple(args[:2])) + "\\n")
sys.addaudithook(hook)
"""


@dataclass
class Gateway:
    """A gateway of ana, on the machine of the server; bob is on another one."""

    url: str
    key: str
    facts: dict[str, Any]
    process: subprocess.Popen[str]
    server: dict[str, Any]
    one: Command
    two: Command
    audit: Path

    def ana(self, *words: str) -> Any:
        return self.one.json(*words, "-w", "secret", "--as", "ana")

    async def bob(self, *words: str) -> list[Any]:
        """Run a command of bob; returns its lines."""
        done = await asyncio.to_thread(self.two, *words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def http(self, key: str | None = None, **headers: str) -> httpx2.AsyncClient:
        own = {"Authorization": f"Bearer {key or self.key}", **headers}
        return httpx2.AsyncClient(base_url=self.url, headers=own, timeout=60)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    where = tmp_path_factory.mktemp("gateway")
    one, two = Command(where / "one"), Command(where / "two")
    server = one.up()
    one.json("vault", "create", "secret", "--as", "ana")
    line = one.json("vault", "invite", "bob", "-w", "secret", "--as", "ana")["line"]
    two("vault", "join", line.split("'")[1], "--wait", "0")
    one.json("vault", "members", "-w", "secret", "--as", "ana")
    (where / "audit").mkdir()
    (where / "audit" / "sitecustomize.py").write_text(AUDIT, "utf-8")
    process = subprocess.Popen(
        [*one.argv, "gateway", "-w", "secret", "--as", "ana", "--port", "0", "--no-open"],
        env={
            **one.environment,
            "PYTHONPATH": f"{where / 'audit'}{os.pathsep}{one.environment['PYTHONPATH']}",
            "AUDIT": str(where / "audit" / "connected"),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        key = Path(facts["key_file"]).read_text("utf-8").strip()
        yield Gateway(
            facts["url"], key, facts, process, server, one, two, where / "audit" / "connected"
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        one.stop()


@pytest.fixture
async def page(browser: Browser, gateway: Gateway) -> AsyncIterator[Any]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    page.set_default_timeout(20_000)
    yield page
    await context.close()


async def test_a_browser_signs_in_by_a_link_reads_and_sends_what_the_server_cannot_read(
    gateway: Gateway, page: Any
) -> None:
    await gateway.bob("send", "ana", f"{CANARY} from bob")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    link = (await asyncio.to_thread(gateway.ana, "gateway"))["link"]
    await page.goto(link)
    await page.wait_for_url("**/w/secret/**", wait_until="commit")
    await page.goto(f"{gateway.url}/w/secret/live")
    await page.locator(".view").first.wait_for()
    await expect(page.get_by_text(f"{CANARY} from bob").first).to_be_visible()
    # Pushed while the page is open.
    await gateway.bob("send", "ana", f"{CANARY} again")
    await expect(page.get_by_text(f"{CANARY} again").first).to_be_visible()
    await page.goto(f"{gateway.url}/w/secret/live")
    box = page.get_by_label("Message", exact=True)
    await box.fill(f"@bob {CANARY} from the browser")
    await page.keyboard.press("Control+Enter")
    await expect(
        page.locator(".list .msg:not(.is-sending)", has_text="from the browser")
    ).to_contain_text("bob")
    seen = (await gateway.bob("inbox", "--all"))[0]
    assert (seen["sender"], seen["body"]) == ("ana", f"{CANARY} from the browser")
    assert {httpx2.URL(each).port for each in asked} == {httpx2.URL(gateway.url).port}
    (cookie,) = await page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["value"] != gateway.key


async def test_exovaults_clients_read_and_send_by_its_rest_routes(gateway: Gateway) -> None:
    async with gateway.http() as http:
        sent = await http.post(
            "/api/agent/send-message",
            json={"agentId": "ana", "targetId": "bob", "content": f"{CANARY} by ExoVault"},
        )
        seen = (await gateway.bob("inbox", "--all"))[0]
        await gateway.bob("reply", seen["id"], f"{CANARY} answered")
        read = await http.post("/api/agent/read-messages", json={"agentId": "ana", "limit": 50})
        acknowledged = await http.post(
            "/api/agent/ack-message", json={"agentId": "ana", "messageId": read.json()[-1]["id"]}
        )
    assert (sent.status_code, read.status_code, acknowledged.status_code) == (200, 200, 200), (
        sent.text,
        read.text,
        acknowledged.text,
    )
    assert seen["body"] == f"{CANARY} by ExoVault"
    assert f"{CANARY} answered" in [each["content"] for each in read.json()]


async def test_mcp_tools_and_waits_see_opened_text(gateway: Gateway) -> None:
    async with client(gateway, "/mcp", "ana") as it:
        async with gateway.http() as http:
            marked = await http.post("/v1/inbox/check", json={"mark": "read", "limit": 100})
        waiting = asyncio.create_task(it.session.call_tool("wait", {"wait_s": 30}))
        await gateway.bob("send", "ana", f"{CANARY} awaited")
        shown = text_of(await waiting)
        listed = text_of(await it.session.call_tool("inbox", {}))
    assert marked.status_code == 200 and marked.json()["messages"]
    # What was marked does not come back.
    assert (shown.count(CANARY), listed.count(CANARY)) == (1, 1)
    assert f"{CANARY} awaited" in shown


async def test_a_socket_is_told_of_news_and_keeps_its_member_online(gateway: Gateway) -> None:
    url = f"{gateway.url.replace('http', 'ws')}/ws"
    async with connect(url, additional_headers={"Authorization": f"Bearer {gateway.key}"}) as line:

        async def say(frame: dict[str, Any]) -> Any:
            await line.send(json.dumps(frame))
            return json.loads(await line.recv())

        came = await say(
            {"id": 1, "op": "agent.check_in", "stay": True, "params": {"summary": CANARY}}
        )
        await say({"id": 2, "subscribe": {"of": "inbox", "agent": "ana"}})
        (sent,) = await gateway.bob("send", "ana", f"{CANARY} pushed")
        pushed = json.loads(await line.recv())
        online = await asyncio.to_thread(gateway.ana, "who", "--online")
    me = came["result"]["me"]
    assert (me["presence"], me["summary"]) == ("online", CANARY)
    assert CANARY not in json.dumps(pushed) and sent["id"] in json.dumps(pushed)
    assert "ana" in json.dumps(online)


async def test_tasks_and_notes_are_sealed_on_their_way_through(gateway: Gateway) -> None:
    async with gateway.http() as http:
        task = await http.post("/v1/tasks", json={"title": f"{CANARY} task"})
        note = await http.post("/v1/notes", json={"title": "note", "text": f"{CANARY} note"})
        listed = await http.get("/v1/tasks")
        found = await http.get(f"/v1/notes/{note.json()['id']}")
    assert (task.status_code, note.status_code) == (201, 201), (task.text, note.text)
    assert [each["title"] for each in listed.json()["tasks"]] == [f"{CANARY} task"]
    assert f"{CANARY} note" in found.text
    (seen,) = await gateway.bob("task", "list")
    assert seen["title"] == f"{CANARY} task"


async def test_only_its_own_keys_its_member_and_its_workspace_are_accepted(
    gateway: Gateway,
) -> None:
    operator = (gateway.one.data / "operator.key").read_text("utf-8").strip()
    async with gateway.http(operator) as http:
        foreign = await http.get("/v1/me")
    async with gateway.http() as http:
        me = (await http.get("/v1/me")).json()
        answers = [
            await http.post("/v1/messages", json={"to": "bob", "body": CANARY, **other})
            for other in ({"agent": "bob"}, {"workspace": "default"}, {"to": "bob", "session": "x"})
        ]
        about_keys = await http.post("/v1/keys", json={"name": "eve"})
        text = (await http.get("/v1/keys")).text
        spaces = (await http.get("/v1/workspaces")).json()["workspaces"]
    async with gateway.http(Origin="http://evil.example") as http:
        origin = await http.get("/v1/me")
    async with gateway.http(Host="evil.example") as http:
        host = await http.get("/v1/me")
    assert (foreign.status_code, foreign.json()["error"]["message"]) == (
        401,
        "This is not a key of this gateway.",
    )
    assert (me["role"], me["agent"], me["workspace"]) == ("human", "ana", "secret")
    assert [each.status_code for each in answers] == [403, 404, 404]
    assert about_keys.status_code == 403 and operator[:20] not in text
    assert [each["name"] for each in spaces] == ["secret"]
    assert (origin.status_code, host.status_code) == (403, 403)


async def test_the_gateway_contacts_its_server_alone_which_holds_no_text(gateway: Gateway) -> None:
    own = (gateway.one.data / "operator.key").read_text("utf-8").strip()
    places = {literal_eval(each) for each in gateway.audit.read_text("utf-8").splitlines()}
    assert {place[1] for place in places} == {httpx2.URL(gateway.server["url"]).port}
    assert {place[0] for place in places} <= {"127.0.0.1"}
    files = {
        path.name: path.read_bytes()
        for path in gateway.one.data.iterdir()
        if path.is_file() and path.suffix != ".json"
    }
    assert [name for name, raw in files.items() if CANARY.encode() in raw] == []
    assert gateway.key != own
    assert Path(gateway.facts["key_file"]).stat().st_mode & 0o777 == 0o600
    assert gateway.key.encode() not in b"".join(files.values())


def test_the_gateway_ends_its_key_of_the_server_when_it_stops(gateway: Gateway) -> None:
    def keys() -> list[tuple[str, bool]]:
        found = gateway.one.json("key", "list", "-w", "secret")
        return [
            (each["kind"], each["revoked_at"] is None)
            for each in found
            if each["label"] == "gateway"
        ]

    before = keys()
    gateway.process.send_signal(signal.SIGTERM)
    gateway.process.wait(20)
    assert (before, keys()) == ([("human", True)], [("human", False)])
    assert not Path(gateway.facts["key_file"]).with_name("gateway.json").exists()
