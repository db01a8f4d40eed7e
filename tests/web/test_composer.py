"""The message box: its height, its code button, its preview and the drafts of this browser."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Locator, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio

FITS = "box => box.scrollHeight <= box.clientHeight && box.clientHeight"


async def height(box: Locator) -> int:
    """Return the height of a box in which all of its text is visible."""
    found = await box.evaluate(FITS)
    assert found
    return int(found)


async def test_the_box_grows_marks_code_shows_the_message_and_lists_drafts(
    served: Served, context: BrowserContext
) -> None:
    for name in ("claude", "codex"):
        await served.app.call("agent.check_in", {"agent": name}, credential=served.key)
    page = await sign_in(served, context, "a/claude?box=inbox")
    box = page.get_by_label("Message", exact=True)
    small = await height(box)
    await box.fill("one\ntwo\nthree\nfour")
    tall = await height(box)
    assert tall > small + 40
    await page.reload()
    await expect(box).to_have_value("one\ntwo\nthree\nfour")
    assert await height(box) == tall
    # Code: a selected part, and a block where a line is empty. By keyboard, so without the mouse.
    await page.goto(f"{served.url}/w/default/live")
    await box.fill("@codex See **run** of x.py")
    await box.evaluate("box => box.setSelectionRange(22, 26)")
    code = page.get_by_role("button", name="Code")
    await code.focus()
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("@codex See **run** of `x.py`")
    await box.press("End")
    await page.keyboard.type("\n")
    await code.click()
    await page.keyboard.type("a = 1")
    text = "@codex See **run** of `x.py`\n```\na = 1\n```\n"
    await expect(box).to_have_value(text)
    await page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("region", name="Preview")
    await expect(preview.locator(".msg")).to_contain_text("codex")
    await expect(preview.locator(".msg .line")).to_have_text("See run of x.py")
    await expect(preview.locator("strong, code")).to_have_text(["run", "x.py", "a = 1"])
    await expect(page.get_by_role("button", name="Send", exact=False)).to_be_in_viewport()
    assert await barriers(page, within=".compose") == []
    # The draft of another place: removed here, or opened where it belongs.
    await page.get_by_role("button", name="Drafts 1").click()
    drafts = page.get_by_role("region", name="Drafts")
    await expect(drafts.locator("li .line")).to_have_text("To claude one two three four")
    assert await barriers(page, within=".compose") == []
    await drafts.get_by_role("button", name="Open").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("claude")
    await expect(box).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".msg", has_text="one")).to_have_count(1)
    assert await height(box) == small
    await page.get_by_role("button", name="Drafts 1").click()
    await drafts.get_by_role("button", name="Remove draft: New message").press("Enter")
    await expect(drafts).to_have_text("No other drafts.")
    await page.goto(f"{served.url}/w/default/live")
    await expect(box).to_have_value("")
    # What is sent stands in its row as plain text.
    await box.fill(text)
    await box.press("Control+Enter")
    row = page.locator(".list .msg:not(.is-sending)", has_text="run")
    await expect(row.locator(".line bdi")).to_have_text("See run of x.py")
    assert await height(box) == small
