"""Choices in the dashboard: one click answers a question, and several are decided at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.serving import serving
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio


async def test_a_person_decides_with_one_click_and_several_at_once(
    browser: Browser, tmp_path: Path
) -> None:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db") as served:

        async def do(name: str, **params: Any) -> Any:
            return await served.app.call(name, params, credential=served.key)

        context = await browser.new_context(
            viewport={"width": 1440, "height": 900}, bypass_csp=True, reduced_motion="reduce"
        )
        page = await sign_in(served, context, "needs")
        for number, choices in enumerate(
            (["yes", "no"], ["yes", "later"], ["<b>red</b>", "green", "yes"])
        ):
            await do(
                "message.send",
                agent=f"agent-{number}",
                to="ana",
                intent="question",
                body=f"May I do {number}?",
                choices=choices,
            )
        first = page.locator(".need", has_text="May I do 0?")
        await expect(first.get_by_role("button", name="no", exact=True)).to_be_visible()
        await expect(page.get_by_role("button", name="<b>red</b>")).to_be_visible()
        assert await barriers(page) == []
        await first.get_by_role("button", name="no", exact=True).click()
        await expect(first).to_have_count(0)
        (answer,) = (await do("inbox.check", agent="agent-0")).messages
        assert (answer.sender, answer.choice, answer.body) == ("ana", "no", "no")

        await page.locator(".need", has_text="May I do 1?").locator(".tick").check()
        await page.locator(".need", has_text="May I do 2?").locator(".tick").check()
        await page.get_by_role("button", name="Actions").click()
        menu = page.get_by_role("dialog")
        await expect(menu.get_by_role("button", name="Answer: yes")).to_be_visible()
        await expect(menu.get_by_role("button", name="Answer: later")).to_have_count(0)
        await menu.get_by_role("button", name="Answer: yes").click()
        await menu.get_by_role("button", name="Answer: yes").click()
        await expect(page.locator(".need")).to_have_count(0)
        for name in ("agent-1", "agent-2"):
            (answer,) = (await do("inbox.check", agent=name)).messages
            assert answer.choice == "yes"

        thread = answer.thread
        await page.goto(f"{served.url}/w/default/t/{thread}")
        group = page.get_by_role("group", name="Choices")
        await expect(group.get_by_text("ana")).to_be_visible()
        await expect(group.get_by_role("button", name="yes")).to_have_attribute(
            "aria-pressed", "true"
        )
        assert await barriers(page) == []
        await context.close()
