"""A workspace with hundreds of agents: what is listed, what is only counted, and how the rest
is found.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, Page, expect

from ackbox.faces.web import views
from tests.serving import Served
from tests.web.browsing import barriers, sign_in

pytestmark = pytest.mark.anyio
AGENTS = 230
ROLES = ("builder", "planner", "reviewer")


@pytest.fixture
async def crowd(context: BrowserContext, served: Served) -> AsyncIterator[Page]:
    """A page in a workspace with hundreds of agents, of whom one of each role has written to
    the next.
    """

    async def do(operation: str, agent: str, **params: object) -> None:
        await served.app.call(operation, {"agent": agent, **params}, credential=served.key)

    page = await sign_in(served, context)
    await asyncio.gather(
        *(
            do("agent.check_in", f"agent-{n:03}", role=ROLES[n % 3], machine=f"m-{n % 2}")
            for n in range(AGENTS)
        )
    )
    for n in range(3):
        await do("message.send", f"agent-{n:03}", to=f"agent-{n + 1:03}", body="hello")
    yield page


async def both_themes(page: Page) -> list[object]:
    found: list[object] = [*await barriers(page)]
    await page.emulate_media(color_scheme="dark")
    return [*found, *await barriers(page, only_colours=True)]


async def test_those_here_are_listed_the_others_counted_and_found_by_their_letters(
    crowd: Page, served: Served
) -> None:
    await crowd.goto(f"{served.url}/w/default/agents")
    await expect(crowd.locator(".left h2 .num")).to_have_text(f"{AGENTS + 1}/{AGENTS + 1}")
    await expect(crowd.locator(".left .agents li")).to_have_count(101)
    await expect(crowd.locator(".left .agents li").last).to_have_text(
        f"and {AGENTS + 1 - 100} more"
    )
    await expect(crowd.locator("table.rows tr:not(.group)")).to_have_count(101)
    # What is sorted is the page, and that is what the menu says.
    await expect(crowd.locator("label.choice").last).to_contain_text("Sort this page")
    assert await both_themes(crowd) == []
    await crowd.get_by_role("link", name="Next 100").click()
    await expect(crowd.locator(".pages")).to_contain_text(f"101 to 200 of {AGENTS + 1}")
    await crowd.get_by_role("link", name="Next 31").click()
    await expect(crowd.locator(".pages")).to_contain_text(f"201 to {AGENTS + 1} of {AGENTS + 1}")
    await crowd.get_by_placeholder("Find an agent").fill("T-00")
    await expect(crowd.locator("table.rows tbody th a")).to_have_count(10)
    await expect(crowd).to_have_url(f"{served.url}/w/default/agents?like=T-00")
    await crowd.get_by_placeholder("Find an agent").fill("nobody-of-that-name")
    await expect(crowd.locator(".empty")).to_contain_text("nobody-of-that-name")


async def test_the_palette_and_the_box_find_an_agent_that_is_not_listed(
    crowd: Page, served: Served
) -> None:
    listed = await crowd.evaluate(
        "call => fetch('/v1/call/agent.list', call).then(answer => answer.json())",
        {
            "method": "POST",
            "headers": {"Content-Type": "application/json"},
            "body": '{"present_first": true, "limit": 200}',
        },
    )
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
    await crowd.locator("#filter").fill(f"from:{name.upper()}")
    await expect(crowd.locator(".offers [role=option]")).to_have_text([name])
    await crowd.keyboard.press("Tab")
    await expect(crowd.locator("#filter")).to_have_value(f"from:{name} ")
    # So do the menus in the head of Live and the names a task can be for.
    for key in ("from", "to"):
        menu = crowd.get_by_label(f"Filter by {key}")
        await menu.fill(name)
        await expect(crowd.locator(f"#{key}-names option[value='{name}']")).to_have_count(1)
        await menu.press("Enter")
        await expect(crowd).to_have_url(re.compile(f"{key}%3A{name}$"))
    await crowd.goto(f"{served.url}/w/default/tasks")
    await crowd.get_by_label("Assignee", exact=True).fill(name)
    await expect(crowd.locator(f"#new-task-to-names option[value='{name}']")).to_have_count(1)


async def test_who_is_away_and_has_post_waiting_stands_first_among_hundreds(
    crowd: Page, served: Served
) -> None:
    for name in ("agent-007", "agent-008"):
        await served.app.call("agent.check_out", {"agent": name}, credential=served.key)
    await served.app.call(
        "message.send",
        {"agent": "agent-000", "to": "agent-007", "body": "are you there?"},
        credential=served.key,
    )
    await crowd.reload()
    first = crowd.locator(".left .agents li").first
    await expect(first).to_have_text("agent-0071 unread")
    await expect(crowd.locator(".left .agents li")).to_have_count(101)
    await expect(crowd.locator(".left .agents")).not_to_contain_text("agent-008")
    # What happens later shows without a reload.
    await served.app.call(
        "message.send",
        {"agent": "agent-000", "to": "agent-008", "body": "and you?"},
        credential=served.key,
    )
    await expect(
        crowd.locator(".left .agents li:nth-child(-n+2)").filter(has_text="agent-008")
    ).to_have_text("agent-0081 unread")


# Rings of so many agents on a canvas so wide: the corners of every name that is drawn, and how many
# are left out.
RINGS = """async ([folder, rings]) => {
  const { Painter } = await import(`${folder}/ring.js`);
  const { places } = await import(`${folder}/ring_layout.js`);
  await document.fonts.ready;
  return rings.map(([width, many]) => {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("style", `position: fixed; top: 0; width: ${width}px; height: 640px`);
    document.body.append(canvas);
    const painter = new Painter(canvas, { isStill: () => true });
    const names = ["planner", "integration-tester", "ci", "frontend-builder-of-the-north"];
    const agent = (at) => `${names[at % 4]}-${at}`;
    const one = (_, at) => ({ agent: agent(at), machine: `m-${at % 5}`, presence: "online" });
    painter.measure();
    painter.show(places(Array.from({ length: many }, one), []), new Map());
    painter.draw(0);
    painter.stop();
    painter.pen.font = painter.font(12, 620);
    const drawn = [...painter.names.values(), ...painter.marks].filter(({ text }) => text);
    const corners = drawn.map(({ text, x, y, turn, align, base }) => {
      const wide = painter.pen.measureText(text).width;
      const left = { left: 0, right: -wide, center: -wide / 2 }[align];
      const top = { top: 0, middle: -6, bottom: -12 }[base];
      const cos = Math.cos(turn), sin = Math.sin(turn);
      const box = [[left, top], [left + wide, top], [left + wide, top + 12], [left, top + 12]];
      return box.map(([dx, dy]) => [x + dx * cos - dy * sin, y + dx * sin + dy * cos]);
    });
    canvas.remove();
    const named = [...painter.names.values()].filter(({ text }) => text);
    return { corners, missing: painter.ring.list.length - named.length };
  });
}"""


def apart(one: list[list[float]], other: list[list[float]]) -> bool:
    """Whether a line can be drawn between two boxes, however they are turned."""
    for box in (one, other):
        for at in range(2):
            x, y = box[at + 1][0] - box[at][0], box[at + 1][1] - box[at][1]
            a, b = ([x * corner[0] + y * corner[1] for corner in each] for each in (one, other))
            if max(a) <= min(b) or max(b) <= min(a):
                return True
    return False


async def test_no_two_names_on_the_ring_touch_however_narrow_it_is(
    served: Served, context: BrowserContext
) -> None:
    page = await sign_in(served, context, "flow")
    rings = [(width, many) for width in (390, 600, 720, 1440) for many in (11, 21, 40)]
    told = await page.evaluate(RINGS, [f"/assets/{views.digest()}/widgets", rings])
    wrong = {
        ring: [
            (a, b)
            for a in range(len(one["corners"]))
            for b in range(a)
            if not apart(one["corners"][a], one["corners"][b])
        ]
        for ring, one in zip(rings, told, strict=True)
    }
    assert (
        {ring: pairs for ring, pairs in wrong.items() if pairs},
        [one["missing"] for one in told],
    ) == ({}, [0] * len(rings))
    assert [
        max(x for box in one["corners"] for x, _ in box) <= width
        for (width, _), one in zip(rings, told, strict=True)
    ] == [True] * len(rings)


async def test_more_than_forty_are_grouped_by_role_in_the_ring_and_in_the_matrix(
    crowd: Page, served: Served
) -> None:
    await crowd.goto(f"{served.url}/w/default/flow")
    await expect(crowd.locator(".grouped")).to_have_text(
        f"Grouped by role: {AGENTS + 1} agents in 4 places."
    )
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


async def test_the_counts_of_a_broadcast_to_hundreds_are_of_all_of_them(
    crowd: Page, served: Served
) -> None:
    sent = await served.app.call(
        "message.send", {"agent": "agent-000", "to": "*", "body": "to all"}, credential=served.key
    )
    await served.app.call(
        "receipt.mark",
        {"agent": "agent-001", "mark": "acknowledged", "ids": [sent.id]},
        credential=served.key,
    )
    await crowd.goto(f"{served.url}/w/default/a/agent-000?box=receipts")
    row = crowd.locator("table.matrix tbody tr").filter(has_text="to all")
    await expect(row.locator(".counts span")).to_have_text([str(AGENTS - 1), "1"])
    await expect(row.locator("td").last).to_contain_text(f"1/{AGENTS}")
    await expect(crowd.locator(".scroll")).to_contain_text(
        "Messages to more than 50 recipients list 50; the counts include all."
    )
