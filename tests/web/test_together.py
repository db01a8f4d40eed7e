"""Several at once, and breaks: two people and three agents, a second tab, a hidden tab, a
server that is killed and comes back.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

import ackbox
from ackbox.client.http import HttpCaller
from ackbox.client.running import is_held
from tests.command import Command
from tests.serving import Served
from tests.web.browsing import rows, sign_in

pytestmark = pytest.mark.anyio
AGENTS = ("claude", "codex", "tester")


async def live(page: Page, url: str) -> Page:
    await page.goto(f"{url}/w/default/live")
    await expect(page.locator("#linked")).to_contain_text("live")
    return page


async def write(page: Page, text: str) -> None:
    """Send a message from the box, by keyboard."""
    await page.keyboard.press("c")
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    await page.keyboard.type(text)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("")
    await page.keyboard.press("Escape")


async def test_two_people_and_three_agents_at_once_see_the_same_in_one_order(
    browser: Browser, served: Served
) -> None:
    contexts = [
        await browser.new_context(viewport={"width": 1440, "height": 1200}) for _ in range(2)
    ]
    pages = [
        await live(await sign_in(served, context, name=name), served.url)
        for context, name in zip(contexts, ("ana", "ben"), strict=True)
    ]

    async def agent(name: str) -> None:
        for number in range(4):
            await served.app.call(
                "message.send",
                {"agent": name, "to": "*", "body": f"{name} {number}"},
                credential=served.key,
            )

    await asyncio.gather(
        *map(agent, AGENTS), write(pages[0], "ana is here"), write(pages[1], "ben is here")
    )
    for page in pages:
        await expect(page.locator(".list [role=option]")).to_have_count(14)
        await expect(page.locator(".is-sending")).to_have_count(0)
    first, second = [await rows(page) for page in pages]
    assert first == second
    assert sorted(first) == sorted(
        [f"{name} {number}" for name in AGENTS for number in range(4)]
        + ["ana is here", "ben is here"]
    )
    for context in contexts:
        await context.close()


async def test_a_second_tab_shows_the_same_and_what_one_sends_the_other_has_once(
    context: BrowserContext, served: Served
) -> None:
    first = await live(await sign_in(served, context), served.url)
    second = await context.new_page()
    await live(second, served.url)
    await write(first, "from the first")
    await expect(second.locator(".list [role=option]")).to_have_count(1)
    await write(second, "from the second")
    for page in (first, second):
        await expect(page.locator(".list [role=option]")).to_have_count(2)
        assert await rows(page) == ["from the first", "from the second"]


HIDE = """() => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => window.isAway });
  const state = () => window.isAway ? 'hidden' : 'visible';
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: state });
  window.turn = (away) => {
    window.isAway = away;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  window.turn(true);
}"""


async def test_a_hidden_tab_fetches_no_rows_and_has_them_all_when_it_is_seen(
    context: BrowserContext, served: Served
) -> None:
    page = await live(await sign_in(served, context), served.url)
    await page.evaluate(HIDE)
    asked: list[str] = []
    heard: asyncio.Queue[Any] = asyncio.Queue()
    page.on(
        "request",
        lambda request: asked.append(request.url) if "message.history" in request.url else None,
    )
    # The socket goes on telling; what it tells is counted, not fetched.
    watching = await context.new_cdp_session(page)
    await watching.send("Network.enable")
    watching.on(
        "Network.webSocketFrameReceived",
        lambda frame: heard.put_nowait(json.loads(frame["response"]["payloadData"])),
    )
    for number in range(5):
        await served.app.call(
            "message.send",
            {"agent": "claude", "to": "*", "body": f"word {number}"},
            credential=served.key,
        )
    told = 0
    async with asyncio.timeout(20):
        while told < 5:
            told += sum(
                event["kind"] == "message.sent" for event in (await heard.get()).get("events", [])
            )
    assert asked == []
    await page.evaluate("window.turn(false)")
    await expect(page.locator(".list [role=option]")).to_have_count(5)
    assert await rows(page) == [f"word {number}" for number in range(5)]
    assert len(asked) == 1


class Outside:
    """A server in a process of its own, that can be killed and started again on the same port."""

    def __init__(self, where: Path) -> None:
        self.command = Command(where)
        self._start("0")
        self.url = self.command.json("status")["url"]
        self.key = (self.command.data / "operator.key").read_text().strip()

    def _start(self, port: str) -> None:
        self.command.json("up", "--port", port, "--detach", "--no-open")

    def kill(self) -> None:
        os.kill(json.loads((self.command.data / "server.json").read_text())["pid"], signal.SIGKILL)

    def again(self) -> None:
        self._start(self.url.rpartition(":")[2])

    def call(self, name: str, /, **params: Any) -> Any:
        return HttpCaller(self.url, self.key).call(name, params)


@pytest.fixture
async def outside(tmp_path: Path) -> AsyncIterator[Outside]:
    server = await asyncio.to_thread(Outside, tmp_path)
    yield server
    await asyncio.to_thread(server.command.stop)


async def test_after_the_server_was_killed_nothing_is_missed_and_nothing_comes_twice(
    context: BrowserContext, outside: Outside
) -> None:
    async def say(text: str) -> None:
        await asyncio.to_thread(outside.call, "message.send", agent="claude", to="*", body=text)

    link = await asyncio.to_thread(outside.call, "login.link", name="ana")
    page = await context.new_page()
    await page.goto(outside.url + link["path"])
    await page.wait_for_url("**/w/**")
    await live(page, outside.url)
    await say("before")
    await expect(page.locator(".list [role=option]")).to_have_count(1)
    await asyncio.to_thread(outside.kill)
    await expect(page.locator("#linked")).to_contain_text("reconnecting", timeout=20_000)
    async with asyncio.timeout(20):
        while is_held(outside.command.data):
            await asyncio.sleep(0.01)
    # Sent before the page can find the server again, and after: it makes no difference.
    async with ackbox.open(f"sqlite:///{outside.command.data}/ackbox.db", agent="claude") as away:
        for number in range(3):
            await away.message.send(to="*", body=f"after {number}")
    await asyncio.to_thread(outside.again)
    for number in range(3, 6):
        await say(f"after {number}")
    await expect(page.locator("#linked")).to_contain_text("live", timeout=30_000)
    await expect(page.locator(".list [role=option]")).to_have_count(7, timeout=20_000)
    assert await rows(page) == ["before", *(f"after {number}" for number in range(6))]
    await write(page, "and I am still signed in")
    await expect(page.locator(".list [role=option]")).to_have_count(8)
