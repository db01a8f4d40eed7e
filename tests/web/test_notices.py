"""The browser's own notification: asked for by the first urgent message, never on load, shown
while the page is not in front; and `#` in the box.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in
from tests.web.payloads import PAYLOADS
from tests.web.test_together import HIDE

pytestmark = pytest.mark.anyio
# A browser without a screen shows no notification: what it would show is written down instead.
NOTIFYING = """
window.shown = []; window.asked = 0;
window.Notification = class {
  static get permission() { return localStorage.getItem("test.permission") ?? "default"; }
  static async requestPermission() {
    window.asked += 1;
    localStorage.setItem("test.permission", window.answer ?? "granted");
    return this.permission;
  }
  constructor(title, more) { window.shown.push([title, more.body, more.tag]); window.last = this; }
  close() {}
};
"""


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def opened(served: Served, context: BrowserContext) -> Page:
    await context.add_init_script(NOTIFYING)
    await do(served, "agent.check_in", agent="docs", instance="x")
    page = await sign_in(served, context, "live")
    await do(served, "message.send", agent="docs", to="*", body="not urgent")
    await expect(page.locator(".list .row")).to_have_count(1)
    return page


async def test_the_first_urgent_message_asks_and_a_page_behind_is_told_from_then_on(
    served: Served, context: BrowserContext
) -> None:
    page = await opened(served, context)
    assert await page.evaluate("window.asked") == 0
    await expect(page.locator(".ask")).to_have_count(0)
    await do(served, "message.send", agent="docs", to="ana", body=PAYLOADS[0], priority=5)
    await expect(page.get_by_role("alert").filter(has_text="Urgent from docs")).to_have_count(1)
    bar = page.get_by_role("region", name="Notifications")
    await expect(bar).to_contain_text("docs sent an urgent message.")
    await page.emulate_media(reduced_motion="reduce")
    assert await barriers(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await barriers(page, only_colours=True) == []
    # It is in nobody's way: what is urgent can be answered by mouse while it stands, in the page's
    # own box and in the one that floats.
    for path in ("needs", None):
        if path is not None:
            await page.get_by_role("link", name="Needs you").first.click()
            await page.locator(".need").get_by_role("button", name="Reply").click()
        else:
            await (
                page.get_by_role("navigation").get_by_role("link", name="Live", exact=True).click()
            )
        await page.get_by_label("Message", exact=True).fill("I look at it.")
        await page.get_by_role("button", name="Send").click()
        if path is not None:
            # An answered question leaves the page, and its box with it.
            await expect(page.locator(".need")).to_have_count(0)
        else:
            box = page.get_by_label("Message", exact=True)
            await expect(box).not_to_have_value("I look at it.")
    await bar.get_by_role("button", name="Turn on").press("Enter")
    await expect(bar).to_have_count(0)
    assert await page.evaluate("[window.asked, window.shown, window.hit]") == [1, [], None]
    # Remembered: after a reload nobody is asked, and a hidden page tells.
    await page.reload()
    await page.locator(".list .row").first.wait_for()
    await page.evaluate(HIDE)
    await do(served, "message.send", agent="docs", to="*", body="also not urgent")
    sent = await do(
        served,
        "message.send",
        agent="docs",
        to="ana",
        body="The build is red\nsince noon",
        priority=5,
    )
    await page.wait_for_function("window.shown.length === 1")
    assert await page.evaluate("[window.asked, window.shown]") == [
        0,
        [["Urgent from docs", "The build is red", sent.id]],
    ]
    await page.evaluate("() => { window.turn(false); window.last.onclick(); }")
    await page.wait_for_url(f"**/t/{sent.thread}#{sent.id}")
    assert await page.evaluate("window.shown.length") == 1


async def test_no_is_remembered_and_settings_turn_it_on_and_off(
    served: Served, context: BrowserContext
) -> None:
    page = await opened(served, context)
    await do(served, "message.send", agent="docs", to="ana", body="urgent", priority=5)
    await page.get_by_role("button", name="No, thanks").click()
    await do(served, "message.send", agent="docs", to="ana", body="urgent again", priority=5)
    await expect(page.locator(".list .row", has_text="urgent again")).to_have_count(1)
    await expect(page.locator(".ask")).to_have_count(0)
    await page.goto(f"{served.url}/w/default/settings")
    box = page.get_by_label("Desktop notifications for urgent messages")
    await expect(box).not_to_be_checked()
    await page.evaluate("window.answer = 'denied'")
    await box.click()
    await expect(page.get_by_role("alert").filter(has_text="blocks notifications")).to_have_count(1)
    await expect(box).not_to_be_checked()
    await page.evaluate("window.answer = 'granted'")
    await box.focus()
    await page.keyboard.press("Space")
    await expect(box).to_be_checked()
    # What else it is told about, and from whom.
    await page.get_by_label("blocked").check()
    await page.get_by_label("Only from").fill("docs, codex")
    await page.keyboard.press("Enter")
    assert await barriers(page) == []
    await page.goto(f"{served.url}/w/default/live")
    await page.locator(".list .row").first.wait_for()
    await page.evaluate(HIDE)
    for agent, intent in (("docs", "status"), ("data", "blocked"), ("docs", "blocked")):
        await do(served, "message.send", agent=agent, to="*", body=intent, intent=intent)
    await page.wait_for_function("window.shown.length === 1")
    assert await page.evaluate("window.shown[0].slice(0, 2)") == ["blocked from docs", "blocked"]
    await page.goto(f"{served.url}/w/default/settings")
    await expect(page.get_by_label("blocked")).to_be_checked()
    await expect(page.get_by_label("Only from")).to_have_value("docs, codex")
    await page.get_by_label("Desktop notifications").press("Space")
    await expect(box).not_to_be_checked()
    assert await page.evaluate("localStorage.getItem('ackbox.notices')") == "off"


async def test_a_hash_completes_tasks_and_conversations_and_they_go_along(
    served: Served, context: BrowserContext
) -> None:
    task = await do(served, "task.create", agent="docs", title="Avatar editor <b>", to="docs")
    first = await do(
        served,
        "message.send",
        agent="claude",
        to="docs",
        subject="Avatar upload",
        body="Which format?",
    )
    await do(served, "message.send", agent="docs", to="claude", body="PNG.", parent=first.id)
    page = await sign_in(served, context, "live")
    await page.keyboard.press("c")
    box = page.get_by_label("Message", exact=True)
    await box.press_sequentially("@docs see #avatar")
    await expect(page.locator(".names li")).to_have_count(2)
    await expect(page.locator(".names li").first).to_contain_text("Avatar editor <b>")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("@docs see #t-1 ")
    await box.press_sequentially("and #upload")
    await page.locator(".names li", has_text="Avatar upload").click()
    await expect(box).to_have_value('@docs see #t-1 and "Avatar upload" ')
    await expect(page.locator(".compose")).to_contain_text(
        "References: Avatar editor <b>, Avatar upload"
    )
    assert await barriers(page) == []
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".list .msg:not(.is-sending)", has_text="see #t-1")).to_have_count(1)
    newest = (await do(served, "message.history", sender="ana")).messages[0]
    assert (newest.body.strip(), [(ref.kind, ref.target, ref.note) for ref in newest.refs]) == (
        'see #t-1 and "Avatar upload"',
        [("task", task.id, "Avatar editor <b>"), ("message", first.id, "Avatar upload")],
    )
    await page.locator(".list .row", has_text="see #t-1").click()
    await page.locator(".pane .refs a", has_text="Avatar editor").click()
    await expect(page.locator("h1")).to_have_text("Tasks")
