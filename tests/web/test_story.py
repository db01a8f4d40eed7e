"""The demo's whole story as a person lives it: by mouse, and again by keyboard alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from ackbox.client.http import HttpCaller
from ackbox.faces.cli.demo import WORKSPACE, YOU, Demo
from tests.serving import Served
from tests.web.browsing import sign_in

pytestmark = pytest.mark.anyio
ANSWER = "Yes, after a backup."
BLOCKED = "May I delete the legacy sessions table?"


class Talk:
    """What the demo calls and prints with."""

    def __init__(self, served: Served) -> None:
        self._caller = HttpCaller(served.url, served.key)
        self.said: list[str] = []

    def attempt(self, name: str, /, **params: Any) -> Any:
        return self._caller.call(name, params)

    def say(self, text: str) -> None:
        self.said.append(text)


@asynccontextmanager
async def playing(served: Served, context: BrowserContext) -> AsyncIterator[tuple[Page, Talk]]:
    """The demo up to its question, and the person it asks, signed in.

    At the end it has played to its last word.
    """
    talk = Talk(served)
    playing = asyncio.create_task(asyncio.to_thread(Demo(talk, pause=0).run, wait=True))
    async with asyncio.timeout(30):
        while not any("codex waits for your reply" in line for line in talk.said):
            assert not playing.done(), playing.exception()
            await asyncio.sleep(0.02)
    here = await served.app.call("agent.list", {"workspace": WORKSPACE}, credential=served.key)
    assert {each.agent: each.presence for each in here.agents if each.kind == "agent"} == {
        "codex": "online",
        "planner": "online",
        "tester": "away",
    }
    yield await sign_in(served, context, workspace=WORKSPACE, name=YOU), talk
    async with asyncio.timeout(60):
        await playing
    assert any("The demo sent" in line for line in talk.said)


async def test_by_mouse(served: Served, context: BrowserContext) -> None:
    async with playing(served, context) as (page, _):
        # The first page is what waits for a person.
        await expect(page.locator("h1")).to_have_text("Needs you")
        await expect(page).to_have_title("(1) Needs you · demo · ackbox")
        need = page.locator(".need").first
        await expect(need).to_contain_text("codex is blocked")
        await expect(need).to_contain_text(BLOCKED)
        # On a telephone the whole question can be read where it is answered.
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await need.locator(".line").last.evaluate(
            "each => [each.scrollWidth - each.clientWidth, each.scrollHeight - each.clientHeight]"
        ) == [0, 0]
        await page.set_viewport_size({"width": 1440, "height": 900})
        await need.get_by_role("button", name="Reply").click()
        await expect(page.locator(".reached")).to_contain_text("codex")
        await page.get_by_label("Message", exact=True).fill(ANSWER)
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator(".need").filter(has_text=BLOCKED)).to_have_count(0)
        await expect(page).to_have_title("Needs you · demo · ackbox")
        await through_the_pages(
            page, lambda name: page.get_by_role("link", name=name, exact=True).first.click()
        )
        row = page.locator(".list [role=option]").filter(has_text=ANSWER)
        await row.click()
        await answered(page)


async def test_by_keyboard_alone(served: Served, context: BrowserContext) -> None:
    async with playing(served, context) as (page, _):
        await expect(page.locator("h1")).to_have_text("Needs you")
        await expect(page.locator(".need.is-at")).to_contain_text(BLOCKED)
        await page.keyboard.press("r")
        await expect(page.get_by_label("Message", exact=True)).to_be_focused()
        await page.keyboard.type(ANSWER)
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".need").filter(has_text=BLOCKED)).to_have_count(0)
        await page.keyboard.press("Escape")

        async def go(name: str) -> None:
            await page.keyboard.press("g")
            await page.keyboard.press(
                {"Agents": "a", "Flow": "f", "Health": "h", "Live": "l", "Tasks": "k"}[name]
            )

        await through_the_pages(page, go)
        # The answer is found with a filter, as letters and Enter.
        await page.keyboard.press("/")
        await page.keyboard.type("is:human")
        await page.keyboard.press("Enter")
        await expect(page.locator(".list [role=option]")).to_have_count(1)
        await page.keyboard.press("j")
        await answered(page)


async def test_an_answer_to_the_question_of_a_run_before_ends_the_demo(served: Served) -> None:
    await asyncio.to_thread(Demo(Talk(served), pause=0).run, wait=False)
    left = (
        await served.app.call(
            "message.history",
            {"workspace": WORKSPACE, "sender": "codex", "intent": "blocked"},
            credential=served.key,
        )
    ).messages[0]
    reply = {"workspace": WORKSPACE, "agent": YOU, "to": "codex", "parent": left.id, "body": ANSWER}
    talk = Talk(served)
    async with asyncio.timeout(60):
        playing = asyncio.create_task(asyncio.to_thread(Demo(talk, pause=0).run, wait=True))
        await served.app.call("message.send", reply, credential=served.key)
        await playing
    assert f"ackbox -w demo thread {left.id}" in talk.said[-1]


async def through_the_pages(page: Page, go: Any) -> None:
    """See the demo's agents and what they did on each page, and end in Live."""
    await go("Agents")
    await expect(page.locator("h1")).to_have_text("Agents")
    await expect(page.locator("table.rows tbody tr").filter(has_text="tester")).to_contain_text(
        "Running the suite on branch pricing"
    )
    await go("Flow")
    await expect(page.locator("canvas")).to_be_visible()
    await go("Health")
    await expect(page.locator(".chart")).to_have_count(4)
    await go("Tasks")
    await expect(page.locator("h1")).to_have_text("Tasks")
    await go("Live")
    await expect(page.locator("h1")).to_have_text("Live")
    await expect(page.locator(".list [role=option]").filter(has_text=ANSWER)).to_have_count(1)


async def answered(page: Page) -> None:
    """The answer's pane: from a person, an answer, and codex has dealt with it."""
    pane = page.locator(".pane")
    await expect(pane).to_contain_text(ANSWER)
    await expect(pane.locator(".human")).to_have_text("HUMAN")
    await expect(pane.locator("header .intent")).to_have_text("answer")
    await expect(
        pane.locator(".receipts tbody tr")
        .filter(has_text="codex")
        .get_by_label(re.compile(r"^acknowledged \S"))
    ).to_have_count(1)
