"""Narrowing: what a filter could say next, searches that are kept, and runs that fold while too
much comes.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from ackbox.app.limits import Limits, Rate
from tests.serving import Served, serving
from tests.web.browsing import barriers, sign_in
from tests.web.payloads import PAYLOADS

pytestmark = pytest.mark.anyio


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def crew(served: Served) -> None:
    for name in ("claude", "codex", "Mac CLI"):
        await do(served, "agent.check_in", agent=name, instance="x", machine="mbp", reach="hook")
    for sender, to, intent, body in (
        ("claude", "codex", "blocked", "the auth types"),
        ("claude", "codex", "blocked", "the auth flow"),
        ("claude", "Mac CLI", "status", "green"),
        ("codex", "claude", "blocked", "the tunnel"),
        ("Mac CLI", "claude", "question", "which auth?"),
    ):
        await do(served, "message.send", agent=sender, to=to, body=body, intent=intent)


async def offers(page: Page) -> list[str]:
    return [text.replace("\n", " ") for text in await page.locator(".offers li").all_inner_texts()]


async def test_a_filter_is_completed_by_keyboard_with_counts_of_what_fits_the_rest(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "live")
    await page.keyboard.press("/")
    await expect(page.locator(".offers li")).to_have_count(9)
    box = page.get_by_role("combobox", name="Filter", exact=True)
    await page.keyboard.type("fr")
    await expect(page.locator(".offers li")).to_have_count(1)
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("from:")
    await expect(page.locator(".offers li").first).to_contain_text("3")
    assert [each.split()[0] for each in await offers(page)] == ["claude", "codex", "Mac", "ana"]
    await expect(page.locator(".offers")).to_contain_text("Counts from the 5 messages")
    await page.keyboard.press("ArrowDown")
    await expect(box).to_have_attribute("aria-activedescendant", "filter-0")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("from:claude ")
    await page.keyboard.type("intent:")
    await expect(page.locator(".offers")).to_contain_text("Counts from the 3 messages")
    assert (await offers(page))[:2] == ["blocked 2", "status 1"]
    assert await barriers(page) == []
    await page.keyboard.type("bl")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".list .row")).to_have_count(2)
    await expect(page.locator(".list")).to_be_focused()
    assert page.url == f"{served.url}/w/default/live?q=from%3Aclaude+intent%3Ablocked"
    # Chips and text are one thing.
    await expect(page.locator(".chip")).to_have_text(["from claude ×", "intent blocked ×"])
    await page.get_by_role("button", name="intent blocked").click()
    await expect(box).to_have_value("from:claude")
    await expect(page.locator(".list .row")).to_have_count(3)


async def test_a_filter_is_completed_by_mouse_and_a_name_with_a_space_is_quoted(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "search")
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    box = page.get_by_role("combobox", name="Search")
    await box.click()
    await page.locator(".offers li", has_text="from:").click()
    await page.locator(".offers li", has_text="Mac CLI").click()
    await expect(box).to_have_value('from:"Mac CLI" ')
    await box.press_sequentially("thread:")
    await expect(page.locator(".offers li")).to_have_text(["which auth?1"])
    assert await barriers(page) == []
    await page.locator(".offers li").click()
    await page.get_by_role("button", name="Search").click()
    await expect(page.locator("a.hit")).to_have_count(1)
    await expect(
        page.get_by_role("status").filter(has_text="1 message, 1 conversation")
    ).to_have_count(1)


async def test_a_key_that_is_not_there_is_said_while_it_is_typed(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "live")
    await page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Filter", exact=True)
    await page.keyboard.type("form:codex")
    await expect(
        page.get_by_role("alert").filter(has_text="Unknown filter 'form'. Did you mean from?")
    ).to_be_visible()
    await page.keyboard.press("Enter")
    assert page.url == f"{served.url}/w/default/live"
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("from:codex")
    await page.keyboard.press("Enter")
    await expect(page.locator(".list .row")).to_have_count(1)


async def test_what_is_searched_again_and_again_is_kept(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await sign_in(served, context, "search?q=auth+intent:blocked")
    await expect(
        page.get_by_role("status").filter(has_text="2 messages, 2 conversations")
    ).to_have_count(1)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("button", name="Saved", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.get_by_role("button", name="Copy link").click()
    assert (
        await page.evaluate("navigator.clipboard.readText()")
        == f"{served.url}/w/default/search?q=auth+intent%3Ablocked"
    )
    assert await barriers(page) == []
    await page.goto(f"{served.url}/w/default/search")
    await expect(page.get_by_role("list", name="Saved searches").get_by_role("link")).to_have_text(
        "auth intent:blocked"
    )
    # By keyboard alone: from anywhere, by the palette.
    await page.goto(f"{served.url}/w/default/live")
    await page.locator(".list .row").first.wait_for()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("auth int")
    await expect(page.locator(".palette li").first).to_contain_text("saved search")
    await page.keyboard.press("Enter")
    await expect(page.locator("a.hit")).to_have_count(2)
    await page.get_by_role("button", name="Remove auth intent:blocked").click()
    await expect(page.get_by_role("list", name="Saved searches")).to_have_count(0)


def run(many: int, sender: str, to: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"agent": sender, "to": to, "body": f"{sender} {number}", "intent": "status", **more}
        for number in range(many)
    ]


async def test_runs_fold_while_too_much_comes_and_urgent_and_human_ones_never(
    browser: Browser, tmp_path: Any
) -> None:
    free = Rate(1e9, 1e9)
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free)
    ) as served:
        await crew(served)
        await do(served, "workspace.settings", repeats_limit=0)
        ana = (await do(served, "key.create", name="ana", kind="human")).key
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        page = await sign_in(served, context, "live")
        await expect(page.locator(".list .row")).to_have_count(5)

        await do(
            served,
            "message.send_many",
            messages=[
                *run(20, "codex", "claude"),
                *run(4, "codex", "claude", priority=5),
                *run(20, "claude", "codex"),
            ],
        )
        await served.app.call(
            "message.send_many",
            {"messages": [{"to": "codex", "body": f"person {number}"} for number in range(4)]},
            credential=ana,
        )

        async def flood() -> None:
            while True:
                await do(served, "message.send_many", messages=run(20, "Mac CLI", "codex"))
                await asyncio.sleep(0.2)

        flooding = asyncio.create_task(flood())
        try:
            await expect(page.locator(".list .row .is-fold")).to_have_count(3)
            assert (await page.locator(".list .row .line").all_inner_texts())[-11:-1] == [
                "20 messages; the latest: codex 19",
                "codex 0",
                "codex 1",
                "codex 2",
                "codex 3",
                "20 messages; the latest: claude 19",
                "person 0",
                "person 1",
                "person 2",
                "person 3",
            ]
            await page.keyboard.press("j")
            for _ in range(5):
                await page.keyboard.press("k")
            await expect(page.locator(".list .row.is-selected .is-fold")).to_have_count(1)
            await page.keyboard.press("Enter")
            await expect(page.locator(".list .row.is-selected .line")).to_have_text("claude 0")
            await expect(page.locator(".list .row", has_text="claude 7")).to_be_visible()
        finally:
            flooding.cancel()
        await context.close()


async def test_what_is_offered_and_kept_is_text(browser: Browser, tmp_path: Any) -> None:
    free = Rate(1e9, 1e9)
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free)
    ) as served:
        for number, text in enumerate(PAYLOADS[:9]):
            await do(
                served,
                "message.send",
                agent=f"a&lt{number}",
                to="ana",
                subject=text[:200],
                body=text,
                intent=text[:32],
            )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        page = await sign_in(served, context, "live")
        for typed in ("from:", "intent:", "thread:"):
            await page.locator("#filter").fill(typed)
            await expect(page.locator(".offers li")).to_have_count(9)
            assert await page.evaluate(
                "[window.hit, document.querySelectorAll('.offers li bdi *, .offers script, .offers"
                " img').length]"
            ) == [None, 0]
        await page.goto(f"{served.url}/w/default/search?q=%3Cimg%20src=x%20onerror=window.hit=1%3E")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("list", name="Saved searches")).to_contain_text(
            "<img src=x onerror=window.hit=1>"
        )
        assert await page.evaluate("[window.hit, document.querySelectorAll('img').length]") == [
            None,
            0,
        ]
        await context.close()
