"""What a person puts out of sight: hidden under Needs you, read, archived, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def test_a_row_is_hidden_for_a_while_an_agent_is_muted_and_both_are_shown_again(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "needs")
    await page.emulate_media(reduced_motion="reduce")
    for agent, body in (("claude", "one"), ("claude", "two"), ("codex", "three")):
        await do(served, "message.send", agent=agent, to="ana", body=body)
    needs, hidden = page.get_by_label("Items that need you"), page.get_by_label("Hidden")
    await expect(needs.locator("li")).to_have_count(3)
    await page.locator("[data-first]").focus()
    # By keyboard alone.
    await page.keyboard.press("z")
    dialog = page.get_by_role("dialog", name="Hide")
    await expect(dialog.get_by_role("button", name="For 1 hour")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(dialog.get_by_role("button", name="Until tomorrow 9:00")).to_be_focused()
    assert await barriers(page, within="dialog") == []
    await page.keyboard.press("Enter")
    await expect(needs.locator("li .line")).to_have_text(["two", "three"])
    await needs.locator("li").first.get_by_role("button", name="Hide").click()
    await dialog.get_by_role("button", name="Mute claude").click()
    await expect(needs.locator("li .line")).to_have_text(["three"])
    await expect(hidden.locator("li p")).to_contain_text(["09:00", "claude"])
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await barriers(page) == []
    # It holds for the person, so also in another browser; and one row brings it back.
    await page.reload()
    await expect(hidden.locator("li")).to_have_count(2)
    await hidden.get_by_role("button", name="Show again: claude").click()
    await expect(needs.locator("li .line")).to_have_text(["two", "three"])
    await hidden.get_by_role("button", name="Show again").press("Enter")
    await expect(needs.locator("li .line")).to_have_text(["one", "two", "three"])
    await expect(hidden).to_have_count(0)
    # The inbox: everything is read after a question; what is archived comes back.
    await page.goto(f"{served.url}/w/default/a/ana?box=unread")
    await expect(page.locator(".letters li")).to_have_count(3)
    await page.get_by_role("button", name="Mark all as read").click()
    await expect(page.locator(".letters li")).to_have_count(3)
    assert await barriers(page) == []
    await page.get_by_role("button", name="Mark 3 as read").press("Enter")
    await expect(page.get_by_text("No unread messages.")).to_be_visible()
    await page.goto(f"{served.url}/w/default/a/ana?box=inbox")
    await expect(page.locator(".letters li")).to_have_count(3)
    await page.keyboard.press("e")
    await expect(page.locator(".letters li")).to_have_count(2)
    toast = page.locator(".toast")
    await expect(toast).to_contain_text("Archived 1.")
    assert await barriers(page) == []
    await toast.get_by_role("button", name="Undo").press("Enter")
    await expect(page.locator(".letters li")).to_have_count(3)
    await expect(toast).to_be_empty()
