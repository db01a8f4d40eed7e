"""Outgoing webhooks in the dashboard: create one, test it, and see what failed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from ackbox.app.sender import Sender
from ackbox.model.outgoing import parse_networks
from tests.engines import Clock
from tests.receiver import receiving
from tests.serving import serving
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio


async def test_an_admin_creates_tests_and_repairs_an_outgoing_webhook(
    browser: Browser, tmp_path: Path
) -> None:
    clock = Clock()
    sender = Sender(parse_networks("127.0.0.1"))
    async with (
        receiving() as receiver,
        serving(f"sqlite:///{tmp_path}/ackbox.db", clock=clock, sender=sender) as served,
    ):
        context = await browser.new_context(
            viewport={"width": 1440, "height": 900}, bypass_csp=True, reduced_motion="reduce"
        )
        page = await sign_in(served, context, "webhooks", as_owner=True)
        await page.get_by_role("button", name="New webhook").click()
        await page.get_by_label("Direction").select_option("out")
        await page.locator("[name=on]").select_option("all")
        await page.get_by_label("URL of the receiver").fill(f"http://127.0.0.1:{receiver.port}/T0")
        assert await barriers(page) == []
        await page.get_by_role("button", name="Create").click()
        secret = await page.locator(".shown-once code").inner_text()
        await page.get_by_role("button", name="Test").click()
        await expect(page.get_by_text("Test accepted (status 204).")).to_be_visible()
        assert receiver.requests[0].is_signed_with(secret)

        receiver.answer("500 Oops")
        operator = {"workspace": "default", "agent": "bob"}
        await served.app.call(
            "message.send", {**operator, "to": "ana", "body": "one"}, credential=served.key
        )
        await expect(page.get_by_text("The receiver refused it (status 500).")).to_be_visible()
        for _ in range(9):
            clock.pass_s(6 * 3600)
            await served.app.outgoing.deliver()
            await served.app.outgoing.settled()
        await expect(page.get_by_text("1 failed")).to_be_visible()
        assert await barriers(page) == []
        receiver.answer("200 OK")
        await page.get_by_role("button", name="Retry").click()
        await expect(page.get_by_text("Sending 1 deliveries again.")).to_be_visible()
        await expect(page.get_by_text("2 delivered")).to_be_visible()
        await page.get_by_role("button", name="Remove").click()
        await page.get_by_role("button", name="Confirm removal").click()
        await expect(page.get_by_text("No webhooks.")).to_be_visible()
        await context.close()
