"""Export of a filter from the dashboard: complete messages, in a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
import json

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio

BODIES = ['=HYPERLINK("http://e.example","x")', "+1", "-1, @x", "@cy", "\tx", 'a "b"\nc, é', "7"]


async def exported(page: Page, form: str) -> str:
    """Return the text of the file that the page saves."""
    async with page.expect_download() as saving:
        await page.get_by_role("dialog", name="Export").get_by_role("button", name=form).click()
    download = await saving.value
    assert download.suggested_filename == f"default-messages.{form.lower()}"
    return (await download.path()).read_bytes().decode()


async def test_a_filter_is_exported_complete_and_no_cell_is_a_formula(
    served: Served, context: BrowserContext
) -> None:
    messages = [
        {"agent": "bob", "to": "cy", "body": body, "subject": "=1+1", "intent": "status"}
        for body in [*BODIES, "long " * 9000]
    ] + [{"agent": "bob", "to": "cy", "body": f"number {number}"} for number in range(250)]
    for first in range(0, len(messages), 100):
        await served.app.call(
            "message.send_many",
            {"messages": messages[first : first + 100]},
            credential=served.key,
        )
    page = await sign_in(served, context, "live?q=intent:status")
    await expect(page.locator(".list [role=option]")).to_have_count(len(BODIES) + 1)
    # By keyboard: the dialog has the focus, and gives it back.
    button = page.get_by_role("button", name="Export", exact=True)
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="CSV")).to_be_focused()
    await page.emulate_media(reduced_motion="reduce")
    assert await barriers(page, within="dialog") == []
    rows = list(csv.DictReader(io.StringIO(await exported(page, "CSV"), newline="")))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(button).to_be_focused()
    shown = [row["body"] for row in reversed(rows)]
    assert shown == [
        *(body if body in ("7", BODIES[5]) else f"'{body}" for body in BODIES),
        "long " * 9000,
    ]
    assert {row["subject"] for row in rows} == {"'=1+1"}
    assert (rows[0]["sender"], rows[0]["to"], rows[0]["recipients"]) == ("bob", "cy", "1")
    # Without a filter: every message, page after page.
    await page.goto(f"{served.url}/w/default/live")
    await button.click()
    found = json.loads(await exported(page, "JSON"))
    assert [each["body"] for each in reversed(found)] == [each["body"] for each in messages]
