"""The text of a message stays text: nothing of it acts, and the browser asks no other
place for anything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, Page

from ackbox.app.limits import Limits, Rate
from tests.serving import Served, serving
from tests.web.browsing import sign_in
from tests.web.payloads import PAYLOADS

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]
ACTIVE = (
    "script:not([src]):not([type='application/json']), iframe, object, embed,"
    " img:not([src^='/assets']), base, form[action^='javascript'], [onerror], [onload], [onfocus],"
    " a[href^='javascript' i]"
)


@dataclass
class Watched:
    """A page under its real policy, and all that went wrong on it."""

    page: Page
    served: Served
    wrong: list[str] = field(default_factory=list)

    async def look(self, path: str, row: str) -> None:
        """Open a page, wait until its rows are there, and note what acts."""
        await self.page.goto(f"{self.served.url}/w/default/{path}")
        await self.page.locator(row).first.wait_for()
        await self.check(path)

    async def check(self, path: str) -> None:
        if await self.page.evaluate("window.hit !== undefined"):
            self.wrong.append(f"{path}: a text acted")
        self.wrong += [
            f"{path}: {each}"
            for each in await self.page.locator(ACTIVE).evaluate_all(
                "found => found.map(each => each.outerHTML.slice(0, 120))"
            )
        ]


@pytest.fixture
async def watched(browser: Browser, tmp_path: Any) -> AsyncIterator[Watched]:
    free = Rate(1e9, 1e9)
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free)
    ) as served:
        await fill(served)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        page = await sign_in(served, context)
        watched = Watched(page, served)
        page.on("dialog", lambda dialog: watched.wrong.append(f"dialog {dialog.message}"))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((served.url, served.url.replace("http", "ws")))
                else watched.wrong.append(request.url)
            ),
        )
        yield watched
        await context.close()


async def fill(served: Served) -> None:
    """Put every payload wherever a caller's text is shown."""

    async def do(name: str, /, **params: Any) -> Any:
        return await served.app.call(name, params, credential=served.key)

    await do("key.create", name="ana", kind="human")
    for number, text in enumerate(PAYLOADS[:8]):
        await do(
            "agent.check_in",
            agent=f"a&lt{number}",
            instance=f"b&gt{number}",
            summary=text,
            machine=text[:200],
            program=text[:200],
            area=text[:200],
        )
    first = await do("message.send", agent="a&lt0", to="ana", subject=PAYLOADS[0], body=PAYLOADS[0])
    messages = [
        {
            "agent": "a&lt0",
            "to": ["ana", "a&lt1"],
            "subject": text[:200],
            "body": text,
            "intent": text[:32],
            "parent": first.id,
            "priority": 3 + number % 3,
            "refs": [{"kind": "file", "target": text, "note": text, "lines": text[:64]}],
            "metadata": {"because": text},
        }
        for number, text in enumerate(PAYLOADS[1:])
    ]
    for number, text in enumerate(PAYLOADS[:40]):
        task = await do(
            "task.create",
            agent="a&lt0",
            title=text,
            description=text,
            tags=[text[:60]],
            project=text[:60],
            mission=text[:60],
            done_when=text,
            to="a&lt1",
        )
        await do(
            "task.update", agent="a&lt1", id=task.id, status="blocked", note=text, blocked_by=text
        )
        await do(
            "note.add",
            agent="a&lt0",
            title=text if number % 2 else None,
            text=f"remember {text}",
            tags=[text[:60]],
        )
        await do("key.create", name="a&lt1", label=text)
    outcomes = await do("message.send_many", messages=messages)
    assert outcomes.refused == 0, next(each.error for each in outcomes.outcomes if each.error)


async def test_two_hundred_payloads_act_nowhere_and_nobody_else_is_asked(watched: Watched) -> None:
    assert len(PAYLOADS) == 200
    page = watched.page
    thread = (
        (await watched.served.app.call("thread.list", {}, credential=watched.served.key))
        .threads[0]
        .thread
    )
    await watched.look("live", ".list .row")
    await watched.look(f"t/{thread}", ".post .body")
    # Read as Markdown by now: a heading is one.
    await page.locator(".post .heading").first.wait_for()
    await watched.check("thread")
    assert await page.locator(".post").count() == 200
    await watched.look("needs", ".need")
    await watched.look("threads?all=1", ".threads li")
    for box in ("inbox", "unread"):
        await watched.look(f"a/ana?box={box}", ".letters li")
    await watched.look("a/a%26lt0?box=receipts", ".matrix tbody tr")
    await watched.look("live?q=from:%3Cscript%3Ewindow.hit=1%3C/script%3E", ".empty")
    assert watched.wrong == []


async def test_the_pages_that_count_show_text_as_typed(watched: Watched) -> None:
    page, call = watched.page, watched.served.app.call
    task = (await call("task.list", {}, credential=watched.served.key)).tasks[0]
    for path, row in (
        ("agents", ".spark"),
        ("tasks", ".card"),
        ("tasks?view=list", "table.rows tbody tr"),
        (f"tasks?task={task.id}", ".pane .moves"),
        ("flow", "canvas"),
        ("flow?view=matrix", "table.pairs td a"),
        ("search?q=remember", ".hit"),
        ("search?q=script", "a.hit"),
        ("search?q=%3Cimg%20src=x%20onerror=alert(1)%3E", ".chip"),
    ):
        await watched.look(path, row)
    await watched.look("health", ".bars tr")
    await page.get_by_role("button", name="Table").click()
    await page.locator("table.rows tbody tr").first.wait_for()
    await watched.check("the table of health")
    await watched.look("connect", ".paste")
    await page.get_by_label("Agent name").fill(PAYLOADS[0])
    await watched.check("connect")
    link = await call(
        "login.link", {"name": "ana", "as_owner": True}, credential=watched.served.key
    )
    await page.goto(watched.served.url + link.path)
    await page.wait_for_url("**/w/**")
    await watched.look("settings", "table.rows tbody tr")
    assert watched.wrong == []


async def test_the_right_pane_and_the_palette_show_text_as_typed(watched: Watched) -> None:
    page = watched.page
    await watched.look("live", ".list .row")
    await page.locator(".list").focus()
    for _ in range(12):
        await page.keyboard.press("k")
        await page.locator(".pane .body").wait_for()
        await watched.check("pane")
    await page.keyboard.press("Control+k")
    await page.locator(".palette input").wait_for()
    await page.keyboard.type("a&lt")
    await page.locator(".palette li").first.wait_for()
    await watched.check("palette")
    assert watched.wrong == []


async def test_a_link_shows_its_host_and_leads_only_to_the_web(watched: Watched) -> None:
    served, page = watched.served, watched.page
    sent = await served.app.call(
        "message.send",
        {
            "agent": "bob",
            "to": "ana",
            "body": "[docs](https://example.com/a) [call](tel:1) [mail](mailto:a@b.example)",
        },
        credential=served.key,
    )
    await page.goto(f"{served.url}/w/default/t/{sent.id}")
    await page.locator(".body a").first.wait_for()
    links = await page.locator(".body a").evaluate_all(
        "found => found.map(each => [each.textContent, each.href, each.rel, each.target])"
    )
    assert links == [
        ["docs", "https://example.com/a", "noreferrer noopener nofollow", "_blank"],
        ["mail", "mailto:a@b.example", "noreferrer noopener nofollow", "_blank"],
    ]
    assert (
        "(example.com)" in (await page.locator(".body").inner_text()).replace("\n", "")
        or await page.locator(".body .host").inner_text() == "example.com"
    )


async def test_the_policy_is_strict_on_every_page(watched: Watched) -> None:
    async with httpx2.AsyncClient(
        headers={"Authorization": f"Bearer {watched.served.key}"}
    ) as http:
        told = {
            path: (await http.get(watched.served.url + path)).headers
            for path in ("/login", "/w/default/live", "/w/default/nothing", "/w/default/live.json")
        }
    for headers in told.values():
        assert (
            headers["content-security-policy"]
            == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
            " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self';"
            " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
