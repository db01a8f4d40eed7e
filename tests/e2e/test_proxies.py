"""Every face behind nginx and behind Caddy, with TLS, at the top of a name and under a path, as
docs/howto/run-on-a-server.md says.
"""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client as McpClient
from mcp.client.streamable_http import streamable_http_client
from playwright.async_api import Page, expect

from ackbox import Client
from ackbox.client.http import HttpCaller
from ackbox.client.running import read_operator_key
from tests.answers import text_of
from tests.command import Command
from tests.e2e.proxies import NAME, free_port, make_certificate, proxied
from tests.tui.terminal import Terminal
from tests.web.browsing import browsing

pytestmark = pytest.mark.anyio


@dataclass
class Public:
    """A server behind a proxy: its public address, an agent's key, and a way to it that needs
    no proxy.
    """

    url: str
    key: str
    command: Command
    inside: HttpCaller

    def send(self, body: str) -> Any:
        return self.inside.call("message.send", {"agent": "cy", "to": "ana", "body": body})


@pytest.fixture(
    params=[(kind, is_under) for kind in ("nginx", "caddy") for is_under in (False, True)],
    ids=["nginx", "nginx-path", "caddy", "caddy-path"],
)
def public(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Public]:
    kind, is_under = request.param
    port, files, command = free_port(), make_certificate(tmp_path), Command(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
    command.environment["SSL_CERT_FILE"] = str(files.certificate)
    address = command.up("--allow-host", f"{NAME}:{port}")["url"]
    with proxied(kind, tmp_path, port, address, files, is_under=is_under) as url:
        key = command.json("key", "create", "--agent", "ana")["key"]
        yield Public(url, key, command, HttpCaller(address, read_operator_key(command.data)))
    command.stop()


def bodies(page: Any) -> list[str]:
    return [each["body"] for each in page["messages"]]


async def test_rest_mcp_and_the_python_client_work_behind_a_proxy(public: Public) -> None:
    async with httpx2.AsyncClient(
        verify=ssl.create_default_context(),
        headers={"Authorization": f"Bearer {public.key}"},
        timeout=60,
    ) as http:
        sent = await http.post(
            f"{public.url}/v1/messages", json={"to": "bob", "body": "世" * 40_000}
        )
        assert (
            sent.status_code,
            (await http.get(f"{public.url}/v1/messages/{sent.json()['id']}")).json()["body"],
        ) == (201, "世" * 40_000)
        assert (await http.get(f"{public.url}/healthz")).json() == {"status": "ok"}
        for mode in ("legacy", "2026-07-28"):
            async with McpClient(
                streamable_http_client(f"{public.url}/mcp", http_client=http), mode=mode
            ) as mcp:
                assert "inbox" in [tool.name for tool in (await mcp.list_tools()).tools]
                called = await mcp.call_tool("inbox", {})
                assert (called.is_error, text_of(called)) == (False, "No unread messages.")
    async with Client(public.url, public.key) as client:
        public.send("over the socket")
        async for letter in client.letters():
            assert (letter.sender, letter.body) == ("cy", "over the socket")
            break


async def test_the_dashboard_works_behind_a_proxy(public: Public) -> None:
    link = public.inside.call(
        "login.link", {"workspace": "default", "name": "hugo", "as_owner": True}
    )["path"]
    async with browsing() as browser:
        context = await browser.new_context(ignore_https_errors=True)
        page = await context.new_page()
        strays: list[str] = []
        page.on(
            "response",
            lambda answer: (
                strays.append(f"{answer.status} {answer.url}")
                if (answer.status >= 400 and answer.status != 401)
                or not answer.url.startswith(f"{public.url}/")
                else None
            ),
        )
        await page.goto(public.url + link)
        await page.wait_for_url(f"{public.url}/w/default/**")
        await page.locator(".view").first.wait_for()
        await page.goto(f"{public.url}/w/default/live")
        await page.locator(".view").first.wait_for()
        public.send("pushed to the page")
        await expect(page.locator(".list")).to_contain_text("pushed to the page")
        await inside(page, public.url)
        await page.goto(f"{public.url}/w/default/connect")
        await expect(page.locator(".endpoints code").first).to_contain_text(f"{public.url}/mcp/")
        await page.goto(f"{public.url}/reference")
        await inside(page, public.url)
        await page.goto(f"{public.url}/w/default/live")
        await page.locator(".me summary").click()
        await page.get_by_role("button", name="Sign out").click()
        await page.wait_for_url(f"{public.url}/login**")
        await page.goto(f"{public.url}/w/default/tasks?q=x")
        await page.wait_for_url(f"{public.url}/login?next=**")
        assert strays == []


async def inside(page: Page, url: str) -> None:
    """Every link of a page leads to where the proxy serves ackbox, or away from that host."""
    links = await page.evaluate(
        "() => [...document.querySelectorAll('a[href], link[href], form[action]')].map((each) =>"
        " each.href ?? each.action)"
    )
    host = url.split("/ackbox")[0]
    assert [
        each for each in links if each.startswith(host) and not each.startswith(f"{url}/")
    ] == []


def test_the_command_line_and_the_terminal_work_behind_a_proxy(public: Public) -> None:
    there = {"ACKBOX_URL": public.url, "ACKBOX_KEY": public.key}
    assert public.command.json("send", "bob", "from afar", "--json", **there)["sender"] == "ana"
    environment = public.command.environment | there
    with subprocess.Popen(
        [*public.command.argv, "tail", "--since", "start", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as tail:
        assert tail.stdout is not None
        assert json.loads(tail.stdout.readline())["body"] == "from afar"
        public.send("while it listens")
        assert json.loads(tail.stdout.readline())["body"] == "while it listens"
        tail.terminate()
    with Terminal(
        [*public.command.argv, "tui"], environment | {"TERM": "xterm-256color"}
    ) as terminal:
        terminal.see("while it listens")
        public.send("while it is drawn")
        terminal.see("while it is drawn")
