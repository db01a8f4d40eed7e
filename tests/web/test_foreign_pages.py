"""A page of another origin, open in the same browser, learns nothing and changes nothing here."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page

from tests.serving import Served
from tests.web.browsing import barriers

pytestmark = pytest.mark.anyio
ASK = """async ([url, how]) => {
  try {
    const answer = await fetch(url, how);
    return [answer.type, await answer.text()];
  } catch (error) { return [error.name, ""]; }
}"""


async def foreign(context: BrowserContext) -> Page:
    """Open a page that came from elsewhere."""
    page = await context.new_page()
    await page.route(
        "http://elsewhere.example/",
        lambda route: route.fulfill(
            body=(
                "<!doctype html><html"
                " lang=en><title>Elsewhere</title><main><h1>Elsewhere</h1></main>"
            ),
            content_type="text/html",
        ),
    )
    await page.goto("http://elsewhere.example/")
    return page


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"mode": "no-cors"},
        {"method": "POST", "body": "{}"},
        {"method": "POST", "body": "{}", "mode": "no-cors", "credentials": "include"},
        {"headers": {"Authorization": "Bearer x"}},
    ],
    ids=str,
)
async def test_a_foreign_page_reads_no_answer(
    context: BrowserContext, served: Served, how: dict[str, Any]
) -> None:
    page = await foreign(context)
    for path in ("/v1/agents", "/v1/message.send", "/health"):
        kind, text = await page.evaluate(ASK, [served.url + path, how])
        assert text == ""
        assert kind in ("TypeError", "opaque")


async def test_axe_finds_nothing_serious_on_a_page_that_is_whole_and_something_on_one_that_is_not(
    context: BrowserContext,
) -> None:
    page = await foreign(context)
    assert await barriers(page) == []
    await page.evaluate("document.body.append(document.createElement('button'))")
    assert [each["rule"] for each in await barriers(page)] == ["button-name"]
