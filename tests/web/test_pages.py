"""Every page with something on it: no barriers in either theme, nothing refused by the page's
own policy, and its plain twins.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import pytest
from playwright.async_api import Browser, Page, expect

from ackbox.faces.web.views import CSP
from tests.serving import Served, serving
from tests.web.browsing import barriers, sign_in
from tests.web.scene import PERSON, PLACE, Clock, Scene

pytestmark = pytest.mark.anyio
# Each page, and what stands on it once it is drawn.
PAGES = {
    "needs": ".need",
    "live": ".list [role=option]",
    "live?q=intent:blocked": ".chips .chip",
    "live?m={blocked}": ".pane .receipts",
    "threads": ".threads li",
    "t/{blocked}": ".post",
    "a/claude": ".view",
    "a/claude?box=receipts": "table",
    "agents": ".spark",
    "tasks": ".card",
    "tasks?view=list": "table.rows",
    "tasks?task={task}": ".pane .moves",
    "flow": "canvas",
    "flow?view=matrix": "table.pairs",
    "health": ".plot canvas",
    "search": "table.plain",
    "search?q=profile": ".hit mark",
    "connect": "[role=tab]",
    "settings": "fieldset",
    "schedules": ".entry",
    "webhooks": ".entry",
    "sessions": ".entry",
    "notes": ".entry",
}
# Pages with a plain twin that are no list of messages.
TWINS = (
    "agents",
    "facets",
    "flow",
    "health",
    "search",
    "tasks",
    "connect",
    "settings",
    "schedules",
    "webhooks",
    "sessions",
    "notes",
)


@pytest.fixture(scope="module")
async def shop(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Served, dict[str, str]]]:
    """A server with the scene played on it, and ids worth pointing at."""
    clock = Clock()
    async with serving(
        f"sqlite:///{tmp_path_factory.mktemp('shop')}/ackbox.db", clock=clock
    ) as served:
        scene = Scene(served.app, served.key, clock)
        ids = await scene.play()
        await scene.automate()
        task = (
            await served.app.call("task.list", {"workspace": PLACE}, credential=served.key)
        ).tasks[0]
        yield served, {**ids, "task": task.id}


def path(name: str, ids: dict[str, str]) -> str:
    return f"/w/{PLACE}/{name.format(**ids)}"


@pytest.fixture
async def still(browser: Browser, shop: tuple[Served, dict[str, str]]) -> AsyncIterator[Page]:
    """A page where nothing moves, for looking at what stands in the way of whom."""
    context = await browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="light",
        bypass_csp=True,
        reduced_motion="reduce",
    )
    yield await sign_in(shop[0], context, workspace=PLACE, name=PERSON, as_owner=True)
    await context.close()


async def test_no_page_has_a_serious_barrier_in_either_theme(
    still: Page, shop: tuple[Served, dict[str, str]]
) -> None:
    (served, ids), page = shop, still
    found = {}
    for name, stands in PAGES.items():
        await page.emulate_media(color_scheme="light")
        await page.goto(served.url + path(name, ids))
        await page.locator(stands).first.wait_for()
        found[name] = await barriers(page)
        await page.emulate_media(color_scheme="dark")
        found[f"{name} in the dark"] = await barriers(page, only_colours=True)
    assert {name: each for name, each in found.items() if each} == {}


async def test_the_matrix_fits_a_narrow_screen(
    browser: Browser, shop: tuple[Served, dict[str, str]]
) -> None:
    served, _ = shop
    context = await browser.new_context(
        viewport={"width": 390, "height": 844}, bypass_csp=True, reduced_motion="reduce"
    )
    page = await sign_in(served, context, "a/planner?box=receipts", workspace=PLACE, name=PERSON)
    row = page.locator("table.matrix tbody tr").first
    at = "each => { const { left, right } = each.getBoundingClientRect(); return [left, right]; }"

    async def columns() -> tuple[list[float], list[float], list[float]]:
        return (
            await row.locator("th").evaluate(at),
            await row.locator("td.is-at").evaluate(at),
            await row.locator("td").last.evaluate(at),
        )

    for key in ("ArrowRight", "ArrowLeft"):
        for _ in range(9):
            await page.locator("table.matrix").press(key)
        await expect(row.locator("td").nth(9 if key == "ArrowRight" else 0)).to_have_class("is-at")
        first, cell, done = await columns()
        assert 0 <= first[0] < first[1] <= cell[0] < cell[1] <= done[0] < done[1] <= 390
    assert await barriers(page) == []
    await context.close()


async def press(page: Page, *does: str) -> None:
    """Press keys; what begins with a dot is waited for: what a key needs may still be fetched."""
    for each in does:
        if each.startswith("."):
            await page.locator(each).first.wait_for()
        else:
            await page.keyboard.press(each)


# Where what somebody does shows; the pages around it are looked at above.
MEANWHILE = "dialog[open], .many, .find, .found, .picked, .compose"
# What only shows while somebody does something: on which page, what is done there one after the
# other, and what must be there then.
BESIDE: dict[str, list[tuple[str, str, Callable[[Page], Awaitable[object]]]]] = {
    "live": [
        ("the bar under what is selected", ".many", lambda page: press(page, "k", "x")),
        ("what can be done with it", ".doings button:focus", lambda page: press(page, "Period")),
        ("the question before it", ".doings .primary", lambda page: press(page, "Enter")),
        (
            "what a filter can say",
            ".offers .is-at",
            lambda page: press(page, "Escape", "/", ".offers li", "f", "r", "Tab", "ArrowDown"),
        ),
        (
            "names in the box",
            ".names:not([hidden]) .is-at",
            lambda page: press(
                page, "Escape", "Escape", ".list:focus", "c", ".compose :focus", "@", "c"
            ),
        ),
        (
            "tasks and conversations in the box",
            ".names:not([hidden]) .is-at",
            lambda page: press(page, "Enter", "#", "p"),
        ),
    ],
    "search?q=profile": [
        (
            "a search that is kept",
            ".found aside .kept",
            lambda page: page.get_by_role("button", name="Save", exact=True).click(),
        ),
        (
            "a filter that there is not",
            ".offers .problem",
            lambda page: page.locator("#search-box").fill("form:x"),
        ),
    ],
    "search": [("searches that are kept", ".hits .kept", lambda page: page.locator("h1").click())],
    "needs": [("to whom something is handed", "dialog .is-at", lambda page: press(page, "j", "h"))],
    "a/planner?box=receipts": [
        (
            "a nudge from the matrix",
            ".picked .primary",
            lambda page: page.locator("table.matrix").press("n"),
        )
    ],
}


async def test_what_shows_only_meanwhile_has_no_serious_barrier_in_either_theme(
    still: Page, shop: tuple[Served, dict[str, str]]
) -> None:
    (served, ids), page = shop, still
    found = {}
    for name, steps in BESIDE.items():
        await page.goto(served.url + path(name, ids))
        await page.locator(PAGES[name.replace("planner", "claude")]).first.wait_for()
        for what, stands, act in steps:
            await page.emulate_media(color_scheme="light")
            await act(page)
            await page.locator(stands).first.wait_for()
            found[what] = await barriers(page, within=MEANWHILE)
            await page.emulate_media(color_scheme="dark")
            found[f"{what} in the dark"] = await barriers(page, only_colours=True, within=MEANWHILE)
    assert {what: each for what, each in found.items() if each} == {}


async def test_no_page_breaks_its_own_policy_or_fails(
    browser: Browser, shop: tuple[Served, dict[str, str]]
) -> None:
    served, ids = shop
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await sign_in(served, context, workspace=PLACE, name=PERSON, as_owner=True)
    said = heard(page)
    for name, stands in PAGES.items():
        await page.goto(served.url + path(name, ids))
        await page.locator(stands).first.wait_for()
    # Leaving a page ends what it still asked for; that is no failure.
    assert [each for each in said if "ERR_ABORTED" not in each] == []
    await context.close()


def heard(page: Page) -> list[str]:
    """Everything a page complains of, from now on."""
    said: list[str] = []
    page.on(
        "console",
        lambda message: said.append(message.text) if message.type in ("error", "warning") else None,
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda request: (
            said.append(f"asked {request.url}")
            if not request.url.startswith(("http://127.0.0.1", "data:"))
            else None
        ),
    )
    return said


@pytest.fixture(scope="module")
async def ask(shop: tuple[Served, dict[str, str]]) -> AsyncIterator[httpx2.AsyncClient]:
    """A person's requests without a browser."""
    served, _ = shop
    made = await served.app.call(
        "key.create", {"workspace": PLACE, "name": PERSON, "kind": "owner"}, credential=served.key
    )
    async with httpx2.AsyncClient(
        base_url=served.url, headers={"Authorization": f"Bearer {made.key}"}
    ) as client:
        yield client


@pytest.mark.parametrize(
    "name", [f"{name}?q=profile" if name in ("facets", "search") else name for name in TWINS]
)
async def test_a_page_has_its_twins(ask: httpx2.AsyncClient, name: str) -> None:
    address, _, query = path(name, {}).partition("?")
    as_json, as_text = (
        await ask.get(f"{address}.json?{query}"),
        await ask.get(f"{address}.txt?{query}"),
    )
    first = re.search(
        r'<script type="application/json" id="first">(.*)</script>',
        (await ask.get(f"{address}?{query}")).text,
    )
    assert first is not None
    assert set(as_json.json()) == {"title", *json.loads(first[1])["data"]} > {"title"}
    assert (as_json.status_code, as_json.headers["content-type"]) == (200, "application/json")
    assert (as_text.status_code, as_text.headers["content-type"]) == (
        200,
        "text/plain; charset=utf-8",
    )
    assert name.partition("?")[0] == as_json.json()["title"].lower()
    assert len(as_text.text.splitlines()) >= 2


@pytest.mark.parametrize("name", TWINS)
async def test_a_page_of_a_workspace_that_is_not_there_is_refused(
    ask: httpx2.AsyncClient, name: str
) -> None:
    assert (await ask.get(f"/w/elsewhere/{name}.json")).status_code == 404


async def test_a_path_that_nobody_knows_is_a_page_for_people_and_the_one_error_for_programs(
    ask: httpx2.AsyncClient,
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for address in ("/any/unknown/page", "/v1/tickets"):
        seen = await ask.get(address, headers=browser)
        assert (seen.status_code, seen.headers["content-type"], seen.headers["cache-control"]) == (
            404,
            "text/html; charset=utf-8",
            "no-store",
        )
        assert "Page not found." in seen.text
        assert '<a href="/">Go to the dashboard</a>' in seen.text
        assert seen.headers["content-security-policy"] == CSP
        for answer in (
            await ask.get(address),
            await ask.request("PATCH", address, headers=browser),
        ):
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
            assert (answer.json()["error"]["code"], answer.json()["error"]["message"]) == (
                "not_found",
                f"Unknown path {address!r}.",
            )
