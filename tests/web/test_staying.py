"""Nothing is lost and nothing moves under the hand: a fetch that fails, older pages, the item
one stands on, the way back, the way in.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Route, expect

from tests.serving import Served
from tests.web.browsing import link, rows, sign_in

pytestmark = pytest.mark.anyio


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def many(served: Served, count: int, *, to: str = "codex", begin: int = 0) -> list[str]:
    sent = []
    for first in range(begin, begin + count, 100):
        told = await do(
            served,
            "message.send_many",
            messages=[
                {"agent": "claude", "to": to, "body": f"line {number}"}
                for number in range(first, min(first + 100, begin + count))
            ],
        )
        sent += [each.sent.id for each in told.outcomes]
    return sent


async def test_what_could_not_be_fetched_is_asked_for_again_and_comes_once_in_its_order(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "live")
    asked = 0

    async def fail_at_first(route: Route) -> None:
        nonlocal asked
        asked += 1
        if asked == 1:
            await route.abort("connectionreset")
        elif asked == 2:
            await route.fulfill(
                status=503, json={"error": {"code": "unavailable", "message": "Later."}}
            )
        else:
            await route.continue_()

    await page.route("**/v1/call/message.history", fail_at_first)
    await many(served, 1)
    await expect(page.locator(".list [role=option]")).to_have_count(1)
    assert asked == 3
    await many(served, 2, begin=1)
    await expect(page.locator(".list [role=option]")).to_have_count(3)
    assert await rows(page) == ["line 0", "line 1", "line 2"]


async def test_older_messages_are_not_counted_as_new_and_a_held_stream_says_so_while_more_comes(
    served: Served, context: BrowserContext
) -> None:
    await many(served, 450)
    page = await sign_in(served, context, "live")
    await expect(page.locator(".list .row", has_text="line 449")).to_be_visible()
    await page.locator(".list").evaluate("box => { box.scrollTop = 0; }")
    await expect(page.locator(".list .row").first).to_have_attribute("aria-setsize", "400")
    await expect(page.locator(".pill")).to_have_count(0)
    await many(served, 1, begin=450)
    await expect(page.locator(".pill")).to_contain_text("1 new")
    await page.locator(".list").focus()
    await page.keyboard.press("G")
    await expect(page.locator(".list .row", has_text="line 450")).to_be_visible()
    await page.keyboard.press("Space")
    await many(served, 2, begin=451)
    await expect(page.locator(".pill")).to_contain_text("2 new")
    await expect(page.locator("#linked")).to_contain_text("paused")
    await page.keyboard.press("Space")
    await expect(page.locator(".list .row", has_text="line 452")).to_be_visible()
    await expect(page.locator("#linked")).to_contain_text("live")


async def test_going_back_closes_what_stands_beside_a_list_and_only_then_leaves_it(
    served: Served, context: BrowserContext
) -> None:
    sent = await many(served, 2)
    page = await sign_in(served, context, "threads")
    await page.get_by_role("link", name="Live", exact=True).click()
    asked: list[str] = []
    for number in (1, 0):
        await page.locator(".list .row", has_text=f"line {number}").click()
        await expect(page.locator(".pane .body")).to_have_text(f"line {number}")
    page.on(
        "request", lambda request: asked.append(request.url) if ".json" in request.url else None
    )
    assert page.url == f"{served.url}/w/default/live?m={sent[0]}"
    await page.go_back()
    await expect(page.locator(".pane")).to_have_count(0)
    assert (page.url, asked) == (f"{served.url}/w/default/live", [])
    await page.go_forward()
    await expect(page.locator(".pane .body")).to_have_text("line 0")
    # Closed by key it is the same step back; the next key comes before the browser has taken it.
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.locator(".pane .body")).to_have_text("line 0")
    await page.keyboard.press("Escape")
    await expect(page.locator(".pane")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Threads")
    # A conversation that was opened by its address has nothing behind it.
    await page.goto(f"{served.url}/w/default/t/{sent[0]}")
    await expect(page.locator(".post")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Threads")


async def test_a_list_keeps_its_older_pages_and_the_item_one_stands_on_while_more_comes(
    served: Served, context: BrowserContext
) -> None:
    await many(served, 130, to="ana")
    page = await sign_in(served, context, "a/ana?box=inbox")
    letters, at = page.locator(".letters li"), page.locator(".letters li.is-at .line")
    for box in ("receipts", "inbox"):
        await page.goto(
            f"{served.url}/w/default/a/{'claude' if box == 'receipts' else 'ana'}?box={box}"
        )
        lines = page.locator(".matrix tbody tr") if box == "receipts" else letters
        most = 20 if box == "receipts" else 100
        await expect(lines).to_have_count(most)
        await page.get_by_role("button", name="Older").click()
        await expect(lines).to_have_count(min(2 * most, 130))
    for _ in range(3):
        await page.keyboard.press("j")
    await expect(at).to_have_text("line 126")
    await many(served, 1, to="ana", begin=130)
    await expect(letters).to_have_count(131)
    await expect(at).to_have_text("line 126")
    await page.keyboard.press("e")
    await expect(letters).to_have_count(130)
    # What is put away leaves its place to the next one.
    await expect(at).to_have_text("line 125")
    archived = await do(served, "mailbox.list", of="ana", include_archived=True, limit=10)
    assert [each.body for each in archived.messages if each.archived] == ["line 126"]


async def test_a_person_who_signs_in_comes_back_to_the_filter_and_the_message(
    served: Served, context: BrowserContext
) -> None:
    page = await context.new_page()
    for there in (
        "/w/default/live?q=intent%3Ablocked&m=0199",
        "/w/default/live?q=from%3Aclaude#0199",
    ):
        await context.clear_cookies()
        await page.goto(served.url + there)
        await page.locator("input").first.fill(served.url + await link(served))
        await page.keyboard.press("Enter")
        await page.wait_for_url(served.url + there)


async def test_ages_are_told_by_the_server_s_clock_also_where_the_browser_s_is_three_hours_off(
    served: Served, context: BrowserContext
) -> None:
    await do(served, "message.send", agent="claude", to="ana", body="q?", intent="question")
    await context.add_init_script(
        "{ const now = Date.now; Date.now = () => now() + Number(localStorage.getItem('off') ?? 0)"
        " * 3600_000; }"
    )
    page = await sign_in(served, context, "needs")
    for off in (3, -3):
        await page.evaluate(f"localStorage.setItem('off', '{off}')")
        await page.goto(f"{served.url}/w/default/needs")
        await expect(page.locator(".need .age")).to_have_text(re.compile(r"^([1-9]|[1-5]\d) s$"))
        await page.goto(f"{served.url}/w/default/health")
        await expect(page.locator("main")).to_contain_text(re.compile(r"ana\s*[\d.]+ m?s"))


async def test_with_forced_colours_presence_urgency_and_drawings_can_still_be_told(
    served: Served, context: BrowserContext
) -> None:
    for priority in (3, 4, 5):
        await do(
            served,
            "message.send",
            agent="claude",
            to="codex",
            body=f"priority {priority}",
            priority=priority,
        )
    page = await sign_in(served, context, "live")
    await page.emulate_media(forced_colors="active")
    of = "(each, name) => getComputedStyle(each)[name]"
    await expect(page.locator(".list .msg")).to_have_count(3)
    edges = [
        await each.evaluate(of, "borderLeftColor")
        for each in await page.locator(".list .msg").all()
    ]
    ground = await page.locator("body").evaluate(of, "backgroundColor")
    assert (edges[0], len(set(edges))) == (ground, 3)
    assert await page.locator(".presence.is-online").first.evaluate(of, "backgroundColor") not in (
        ground,
        edges[1],
    )
    await page.goto(f"{served.url}/w/default/flow")
    canvas = page.locator(".ring canvas")
    await canvas.wait_for()
    tones = [
        await canvas.evaluate(
            "(each, token) => { each.style.color = `var(${token})`; return"
            " getComputedStyle(each).color; }",
            token,
        )
        for token in ("--text", "--rule", "--online")
    ]
    assert len(set(tones)) == 3


async def test_a_link_to_what_is_gone_says_so_and_one_to_an_old_task_opens_it(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "live?m=0199")
    await expect(page.locator(".pane")).to_contain_text("There is no such message.")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator(".pane")).to_have_count(0)
    await page.goto(f"{served.url}/w/default/tasks?task=0199")
    await expect(page.locator(".problem")).to_contain_text("There is no such task.")
    tasks = [
        (await do(served, "task.create", agent="claude", title=f"task {number}")).id
        for number in range(60)
    ]
    for id in tasks:
        await do(served, "task.update", agent="claude", id=id, status="done")
    await page.goto(f"{served.url}/w/default/tasks?task={tasks[0]}")
    await expect(page.locator(".pane.one h2")).to_contain_text("task 0")
    # Who only reads is offered nothing that would be refused.
    await context.clear_cookies()
    await page.goto(f"{served.url}/login")
    await page.locator("input").first.fill(
        (await do(served, "key.create", name="eve", kind="read-only")).key
    )
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/w/**")
    await page.goto(f"{served.url}/w/default/tasks?task={tasks[59]}")
    await expect(page.locator(".pane.one h2")).to_contain_text("task 59")
    buttons = page.locator(".pane.one button")
    assert await buttons.evaluate_all("all => all.map((each) => each.ariaLabel)") == ["Close"]


async def test_a_dialog_gives_the_focus_back_to_where_it_came_from(
    served: Served, context: BrowserContext
) -> None:
    await many(served, 3)
    page = await sign_in(served, context, "live")
    await expect(page.locator(".list .row")).to_have_count(3)
    await page.locator(".list").focus()
    for key, name in (("Control+k", "Command palette"), ("?", "Keyboard shortcuts")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog", name=name)).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog", name=name)).to_have_count(0)
        await expect(page.locator(".list")).to_be_focused()
    await page.keyboard.press("?")
    await page.get_by_role("button", name="Close").click()
    await expect(page.locator(".list")).to_be_focused()


async def test_a_board_that_holds_not_all_says_so_on_the_page_and_in_its_text(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "tasks")
    told = "Only 200 unfinished tasks are shown. Use the filter to find the others."

    async def add(many: int) -> None:
        await asyncio.gather(
            *(
                do(served, "task.create", agent="claude", title=f"task {number}")
                for number in range(many)
            )
        )

    async def last_line() -> str:
        return (
            await (await context.request.get(f"{served.url}/w/default/tasks.txt")).text()
        ).splitlines()[-1]

    await add(200)
    assert "task" in await last_line()
    await expect(page.locator(".card").nth(199)).to_be_visible()
    await expect(page.locator(".told")).to_have_count(0)
    await add(1)
    await expect(page.locator(".told")).to_have_text(told)
    assert await last_line() == told
