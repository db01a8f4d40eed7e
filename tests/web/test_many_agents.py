"""A workspace with hundreds of agents: what is listed, what is only counted, and how the rest is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio
AGENTS = 230
ROLES = ("builder", "planner", "reviewer")


@pytest.fixture
async def crowd(context: BrowserContext, served: Served) -> AsyncIterator[Page]:
    """A page in a workspace with hundreds of agents, of whom one of each role has written to the next."""
    async def do(operation: str, agent: str, **params: object) -> None:
        await served.app.call(operation, {"agent": agent, **params}, credential=served.key)

    page = await sign_in(served, context)
    await asyncio.gather(*(do("agent.check_in", f"agent-{n:03}", role=ROLES[n % 3], machine=f"m-{n % 2}") for n in range(AGENTS)))
    for n in range(3):
        await do("message.send", f"agent-{n:03}", to=f"agent-{n + 1:03}", body="hello")
    yield page


async def both_themes(page: Page) -> list[object]:
    found: list[object] = [*await barriers(page)]
    await page.emulate_media(color_scheme="dark")
    return [*found, *await barriers(page, only_colours=True)]


async def test_those_here_are_listed_the_others_counted_and_found_by_their_letters(crowd: Page, served: Served) -> None:
    await crowd.goto(f"{served.url}/w/default/agents")
    await expect(crowd.locator(".left h2 .num")).to_have_text(f"{AGENTS + 1}/{AGENTS + 1}")
    await expect(crowd.locator(".left .agents li")).to_have_count(101)
    await expect(crowd.locator(".left .agents li").last).to_have_text(f"and {AGENTS + 1 - 100} more")
    await expect(crowd.locator("table.rows tr:not(.group)")).to_have_count(101)
    assert await both_themes(crowd) == []
    await crowd.get_by_role("link", name="Next 100").click()
    await expect(crowd.locator(".pages")).to_contain_text(f"101 to 200 of {AGENTS + 1}")
    await crowd.get_by_role("link", name="Next 31").click()
    await expect(crowd.locator(".pages")).to_contain_text(f"201 to {AGENTS + 1} of {AGENTS + 1}")
    await crowd.get_by_placeholder("find an agent").fill("T-00")
    await expect(crowd.locator("table.rows tbody th a")).to_have_count(10)
    await expect(crowd).to_have_url(f"{served.url}/w/default/agents?like=T-00")
    await crowd.get_by_placeholder("find an agent").fill("nobody-of-that-name")
    await expect(crowd.locator(".empty")).to_contain_text("nobody-of-that-name")


async def test_the_palette_and_the_box_find_an_agent_that_is_not_listed(crowd: Page, served: Served) -> None:
    listed = await crowd.evaluate("call => fetch('/v1/call/agent.list', call).then(answer => answer.json())", {
        "method": "POST", "headers": {"Content-Type": "application/json"}, "body": '{"present_first": true, "limit": 200}'})
    known = {each["agent"] for each in listed["agents"]}
    name = next(name for n in range(AGENTS) if (name := f"agent-{n:03}") not in known)
    await crowd.goto(f"{served.url}/w/default/needs")
    await crowd.locator("h1").wait_for()
    await crowd.keyboard.press("Control+k")
    await crowd.get_by_role("combobox").fill(name)
    await expect(crowd.locator("#found li").first).to_contain_text(name)
    await crowd.keyboard.press("Enter")
    await expect(crowd.locator("h1")).to_have_text(name)
    await crowd.goto(f"{served.url}/w/default/live")
    await crowd.get_by_label("Message", exact=True).fill(f"@{name[:-1]}")
    await expect(crowd.locator(".names [role=option]").filter(has_text=name)).to_be_visible()


async def test_more_than_forty_are_grouped_by_role_in_the_ring_and_in_the_matrix(crowd: Page, served: Served) -> None:
    await crowd.goto(f"{served.url}/w/default/flow")
    await expect(crowd.locator(".grouped")).to_have_text(f"Grouped by role: {AGENTS + 1} agents in 4 places.")
    await crowd.locator("canvas").focus()
    await crowd.keyboard.press("ArrowRight")
    await expect(crowd.locator(".beside")).to_contain_text("builder → planner")
    await crowd.keyboard.press("Enter")
    await expect(crowd.locator(".list [role=option]")).to_have_count(1)
    await crowd.goto(f"{served.url}/w/default/flow?view=matrix")
    await expect(crowd.locator("table.pairs tbody th")).to_have_text(list(ROLES))
    await expect(crowd.locator("table.busiest tbody tr")).to_have_count(3)
    assert await both_themes(crowd) == []
    await crowd.locator("table.pairs tbody a").first.click()
    await expect(crowd.locator(".list [role=option]")).to_have_count(1)


async def test_the_counts_of_a_broadcast_to_hundreds_are_of_all_of_them(crowd: Page, served: Served) -> None:
    sent = await served.app.call("message.send", {"agent": "agent-000", "to": "*", "body": "to all"}, credential=served.key)
    await served.app.call("receipt.mark", {"agent": "agent-001", "mark": "acknowledged", "ids": [sent.id]}, credential=served.key)
    await crowd.goto(f"{served.url}/w/default/a/agent-000?box=receipts")
    row = crowd.locator("table.matrix tbody tr").filter(has_text="to all")
    await expect(row.locator(".counts span")).to_have_text([str(AGENTS - 1), "1"])
    await expect(row.locator("td").last).to_contain_text(f"1/{AGENTS}")
    await expect(crowd.locator(".scroll")).to_contain_text("Of more than 50 recipients 50 are told one by one")
