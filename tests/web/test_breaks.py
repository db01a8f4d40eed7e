"""What is being written and what is being heard outlive a break: an answer that is lost, a page
that dies, a line that is dead without saying so.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, WebSocketRoute, expect

from tests.serving import Served
from tests.web.browsing import rows, sign_in

pytestmark = pytest.mark.anyio
SEND, HISTORY = "**/v1/call/message.send", "**/v1/call/message.history"


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def bodies(served: Served) -> list[str]:
    return [
        each.body for each in reversed((await do(served, "message.history", limit=50)).messages)
    ]


async def lose(route: Route) -> None:
    """Let the server do it, and let its answer be lost."""
    await route.fetch()
    await route.abort("connectionreset")


async def write(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.keyboard.press("Control+Enter")


async def retried(page: Page) -> None:
    """Let the server be heard again, as after a break of the network."""
    await page.unroute(SEND)
    await page.evaluate("dispatchEvent(new Event('online'))")
    await expect(page.locator(".unsent")).to_have_count(0)


async def test_what_the_server_did_not_confirm_is_sent_again_by_the_page_and_stored_once(
    served: Served, context: BrowserContext
) -> None:
    first = await do(
        served, "message.send", agent="codex", to="claude", body="Which port?", intent="question"
    )
    page = await sign_in(served, context, "live")
    box, row = page.get_by_label("Message", exact=True), page.locator(".unsent")
    waits = "The server does not respond. Retries automatically."
    # Nothing is heard of it any other way either.
    await page.route(HISTORY, lambda route: route.abort())
    await page.route(SEND, lose)
    await write(page, "@codex once, and kept")
    await expect(row).to_contain_text(f"once, and kept{waits}")
    await expect(box).to_have_value("")
    # It waits on every page and in a new document, and can be called back.
    await page.goto(f"{served.url}/w/default/t/{first.id}")
    await expect(row).to_contain_text(waits)
    await retried(page)
    # In a conversation one's own message has come meanwhile, and is what the next one answers.
    await page.route(SEND, lose)
    await write(page, "7717")
    await expect(page.locator(".post")).to_have_count(2)
    await expect(row).to_contain_text(waits)
    await retried(page)
    await page.route(SEND, lambda route: route.abort())
    await write(page, "never mind")
    await row.get_by_role("button", name="Cancel").click()
    await expect(box).to_have_value("never mind")
    await retried(page)
    await box.fill("")
    # What is seen to have come is not offered again.
    await page.unroute(HISTORY)
    await page.goto(f"{served.url}/w/default/live")
    await page.route(SEND, lose)
    await write(page, "@codex and seen")
    await expect(page.locator(".list .msg:not(.is-sending)")).to_have_count(4)
    await expect(box).to_have_value("")
    await expect(row).to_have_count(0)
    assert await bodies(served) == ["Which port?", "once, and kept", "7717", "and seen"]


async def test_what_was_refused_stands_apart_from_what_was_begun_since(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "live")
    box, row = page.get_by_label("Message", exact=True), page.locator(".unsent")
    waiting: asyncio.Queue[Route] = asyncio.Queue()
    await page.route(SEND, waiting.put)
    refusal = {"error": {"code": "loop_guard", "message": "It rests.", "hint": "Ask again."}}

    async def refused(begun_since: str) -> None:
        route = await asyncio.wait_for(waiting.get(), 20)
        await expect(box).to_have_value("")
        await box.fill(begun_since)
        await route.fulfill(status=409, json=refusal)

    await box.fill("@codex !! the first")
    await page.get_by_label("Reason").fill("main is red")
    await box.press("Control+Enter")
    await refused("@codex the second")
    await expect(row).to_contain_text("the firstIt rests. Ask again.")
    await expect(box).to_have_value("@codex the second")
    # Both are there after a reload; either can be gone on with, and why it is urgent goes with its
    # text.
    await page.reload()
    await expect(box).to_have_value("@codex the second")
    await row.get_by_role("button", name="Edit").click()
    await expect(box).to_have_value("@codex !! the first")
    await expect(page.get_by_label("Reason")).to_have_value("main is red")
    await expect(row).to_contain_text("the secondNot sent yet.")
    await page.reload()
    await expect(page.get_by_label("Reason")).to_have_value("main is red")
    await row.get_by_role("button", name="Try again").click()
    await (await asyncio.wait_for(waiting.get(), 20)).fulfill(status=409, json=refusal)
    await expect(row).to_contain_text("the secondIt rests. Ask again.")
    await page.unroute(SEND)
    await row.get_by_role("button", name="Try again").click()
    await expect(row).to_have_count(0)
    await expect(box).to_have_value("@codex !! the first")
    await box.press("Control+Enter")
    await expect(page.locator(".list .msg:not(.is-sending)")).to_have_count(2)
    # An urgency that a menu says is kept as well.
    await box.fill("@codex the third")
    await page.locator(".compose").get_by_label("priority").select_option("urgent")
    await page.get_by_label("Reason").fill("it burns")
    await page.reload()
    await expect(page.get_by_label("Reason")).to_have_value("it burns")
    await box.press("Control+Enter")
    await expect(page.locator(".list .msg:not(.is-sending)")).to_have_count(3)
    await expect(box).to_have_value("")
    stored = [
        (each.body, each.priority, each.metadata)
        for each in reversed((await do(served, "message.history")).messages)
    ]
    assert stored == [
        ("the second", 3, {}),
        ("the first", 5, {"because": "main is red"}),
        ("the third", 5, {"because": "it burns"}),
    ]


async def test_a_text_outlives_a_page_that_dies_while_it_is_sent(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "live")

    async def say_nothing(_: Route) -> None:
        """Leave the page without an answer."""

    await context.route(SEND, say_nothing)
    await write(page, "@codex do not lose this")
    await expect(page.locator(".is-sending")).to_have_count(1)
    await expect(page.get_by_label("Message", exact=True)).to_have_value("")
    async with page.expect_event("crash"):
        crash = asyncio.ensure_future(page.goto("chrome://crash"))
    crash.cancel()
    page = await context.new_page()
    await page.goto(f"{served.url}/w/default/live")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("@codex do not lose this")
    assert await bodies(served) == []


async def test_who_answers_sees_that_somebody_else_has_answered(
    served: Served, browser: Browser, context: BrowserContext
) -> None:
    await do(served, "key.create", name="ben", kind="human")
    page = await sign_in(served, context, "needs")
    asked = await do(
        served, "message.send", agent="claude", to="user", body="May I deploy?", intent="blocked"
    )
    await page.get_by_role("button", name="Reply").click()
    await page.keyboard.type("Yes")
    ben = (await do(served, "key.create", name="ben", kind="human")).key
    await served.app.call(
        "message.send",
        {"to": "claude", "body": "No, wait.", "parent": asked.id, "intent": "answer"},
        credential=ben,
    )
    await expect(page.locator(".compose")).to_contain_text("ben has already answered: No, wait.")
    await expect(page.locator(".need")).to_contain_text("already answered")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("Yes")


async def test_a_line_that_is_dead_without_saying_so_is_noticed_and_nothing_is_missed(
    served: Served, context: BrowserContext
) -> None:
    dead, lines = 0, 0

    def relay(route: WebSocketRoute) -> None:
        nonlocal lines
        lines += 1
        server, own = route.connect_to_server(), lines
        server.on_message(lambda message: None if dead == own else route.send(message))
        route.on_message(server.send)

    await context.route_web_socket("**/ws", relay)
    await context.clock.install()
    page = await sign_in(served, context, "live")
    await do(served, "message.send", agent="claude", to="codex", body="before")
    await expect(page.locator(".list [role=option]")).to_have_count(1)
    dead = lines
    await do(served, "message.send", agent="claude", to="codex", body="while nobody hears")
    # The machine wakes up: the line is asked whether it is there.
    await page.evaluate("dispatchEvent(new Event('online'))")
    await page.clock.fast_forward(11_000)
    await expect(page.locator(".list [role=option]")).to_have_count(2)
    assert (await rows(page), lines) == (["before", "while nobody hears"], dead + 1)
    await expect(page.locator("#linked")).to_contain_text("live")


async def test_a_key_that_marks_what_is_not_one_s_own_mail_says_so(
    served: Served, context: BrowserContext
) -> None:
    await do(served, "message.send", agent="claude", to="codex", body="not ana's")
    page = await sign_in(served, context, "live")
    await page.locator(".list .row").click()
    await page.locator(".pane .body").wait_for()
    await page.keyboard.press("a")
    await expect(page.locator(".refused")).to_have_text(
        "This message is not addressed to you, so nothing was marked."
    )
