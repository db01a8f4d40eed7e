"""Agents, Tasks, Flow, Health, Search, Connect and Settings as a person uses them, by mouse and
by keys.
"""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from ackbox.errors import BadKey
from tests.serving import Served
from tests.web.browsing import sign_in

pytestmark = pytest.mark.anyio


class Desk:
    """A person at a page, and the others in the workspace."""

    def __init__(self, page: Page, served: Served) -> None:
        self.page, self.served = page, served

    async def do(self, operation: str, agent: str, /, **params: object) -> object:
        return await self.served.app.call(
            operation, {"agent": agent, **params}, credential=self.served.key
        )

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.served.url}/w/default/{path}")
        await self.page.locator("h1").wait_for()


@pytest.fixture
async def desk(context: BrowserContext, served: Served) -> AsyncIterator[Desk]:
    yield Desk(await sign_in(served, context), served)


async def test_who_is_here_is_grouped_by_machine_and_fresh(desk: Desk) -> None:
    await desk.do(
        "agent.check_in", "claude", instance="a", machine="mbp", summary="Migrating", reach="hook"
    )
    await desk.open("agents")
    await expect(desk.page.locator("tr.group")).to_have_text(["mbp", "people"])
    row = desk.page.locator("table.rows tr").filter(has_text="claude")
    await expect(row).to_contain_text("Migrating")
    await expect(row).to_contain_text("hook")
    # What happens later appears without a reload.
    await desk.do("agent.check_in", "codex", instance="b", machine="ci-01", summary="Reviewing")
    await desk.do("message.send", "codex", to="claude", body="hello")
    await expect(desk.page.locator("tr.group")).to_have_text(["ci-01", "mbp", "people"])
    await expect(row).to_contain_text("1 unread")
    await desk.page.get_by_label("Group").select_option("presence")
    await expect(desk.page.locator("tr.group").first).to_have_text("online")
    # Who is here as such, while its copies are not, stands beside them.
    await desk.do("agent.check_out", "codex", instance="b")
    await desk.do("message.send", "codex", to="claude", body="still here")
    await expect(
        desk.page.locator("table.rows tr:not(.group)").filter(has_text="codex")
    ).to_have_count(2)


async def test_without_agents_the_page_teaches_the_first_agent_and_without_messages_the_first_one(
    desk: Desk,
) -> None:
    page = desk.page
    await page.set_viewport_size({"width": 390, "height": 844})
    await desk.open("agents")
    await expect(page.locator("table.rows tbody th a")).to_have_text(re.compile("ana"))
    await expect(page.locator(".empty .title")).to_have_text("No agent has connected yet.")
    await expect(page.get_by_text("ackbox mcp --as claude")).to_be_visible()
    await desk.open("flow")
    await expect(page.get_by_text("ackbox mcp --as claude")).to_be_in_viewport(ratio=1)
    await desk.do("agent.check_in", "claude")
    await desk.open("flow")
    await expect(page.get_by_text('ackbox send claude "hello"')).to_be_in_viewport(ratio=1)
    await desk.open("agents")
    await expect(page.locator("table.rows tbody th a")).to_have_count(2)
    await expect(page.locator(".empty")).to_have_count(0)


async def test_a_task_is_made_claimed_moved_and_given_away_by_mouse(desk: Desk) -> None:
    await desk.do("agent.check_in", "codex")
    page = desk.page
    await desk.open("tasks")
    await page.get_by_label("New task").fill("Write the export")
    await page.get_by_role("button", name="Add").click()
    card = page.locator(".card").filter(has_text="Write the export")
    await expect(page.locator("section[aria-labelledby=column-open] .card")).to_have_count(1)
    await card.click()
    pane = page.locator(".pane")
    await pane.get_by_role("button", name="Claim").click()
    await expect(page.locator("section[aria-labelledby=column-doing] .card")).to_contain_text("ana")
    await pane.get_by_label("Note").fill("needs the schema")
    await pane.get_by_role("button", name="Block").click()
    await expect(page.locator("section[aria-labelledby=column-blocked] .card")).to_contain_text(
        "needs the schema"
    )
    await pane.get_by_label("Assignee", exact=True).fill("codex")
    await pane.get_by_role("button", name="Assign").click()
    await expect(card).to_contain_text("codex")
    await pane.get_by_role("button", name="Close").click()
    await card.drag_to(page.locator("section[aria-labelledby=column-done]"))
    await expect(page.locator("section[aria-labelledby=column-done] .card")).to_have_count(1)
    # What may not be is said in the server's words.
    await card.drag_to(page.locator("section[aria-labelledby=column-review]"))
    await expect(page.get_by_role("alert").first).to_contain_text("Open it again first")
    await expect(page.locator("section[aria-labelledby=column-done] .card")).to_have_count(1)


async def test_a_task_is_taken_moved_and_done_by_keys_alone(desk: Desk) -> None:
    for title in ("First", "Second"):
        await desk.do("task.create", "planner", title=title)
    page = desk.page
    await desk.open("tasks")
    await expect(page.locator(".card")).to_have_count(2)
    await page.locator(".card").first.focus()
    await page.keyboard.press("ArrowDown")
    focused = page.locator(".card:focus")
    title = await focused.locator(".title").inner_text()
    await page.keyboard.press("Enter")
    await expect(page.locator(".pane h2")).to_be_focused()
    claim = page.get_by_role("button", name="Claim")
    for _ in range(8):
        if await claim.evaluate("button => button === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await expect(claim).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("section[aria-labelledby=column-doing] .card")).to_contain_text(title)
    await page.keyboard.press("Escape")
    await expect(page.locator(".pane")).to_have_count(0)
    await expect(focused).to_contain_text(title)
    for name in ("blocked", "review", "done"):
        await page.keyboard.press("]")
        await expect(page.locator(f"section[aria-labelledby=column-{name}] .card")).to_contain_text(
            title
        )
        await expect(focused).to_contain_text(title)


async def test_a_line_of_the_ring_and_a_field_of_the_matrix_open_live_for_that_pair(
    desk: Desk,
) -> None:
    page = desk.page
    for name in ("ben", "claude"):
        await desk.do("agent.check_in", name)
    for text in ("one", "two"):
        await desk.do("message.send", "ben", to="claude", body=text, intent="question")
    await desk.open("flow")
    await page.locator("canvas").focus()
    await page.keyboard.press("ArrowRight")
    beside = page.locator(".beside")
    for _ in range(3):
        if await beside.locator("h2").inner_text() == "ben":
            break
        await page.keyboard.press("ArrowRight")
    await expect(beside).to_contain_text("ben → claude")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/live\?q=from%3Aben\+to%3Aclaude"))
    await expect(page.locator(".list [role=option]")).to_have_count(2)
    await desk.open("flow")
    await page.get_by_role("button", name="Matrix").click()
    field = page.locator("table.pairs a")
    await expect(field).to_have_text(["2"])
    await field.click()
    await expect(page.locator(".list [role=option]")).to_have_count(2)


async def test_the_replay_ends_where_now_begins(desk: Desk) -> None:
    await desk.do("message.send", "ben", to="claude", body="one")
    await desk.do("message.send", "claude", to="ben", body="two")
    await desk.open("flow")
    play = desk.page.get_by_role("button", name="Replay")
    await play.click()
    await expect(play).to_be_visible()
    await expect(desk.page.get_by_role("button", name="now")).to_be_disabled()


async def test_the_colours_of_the_replay_are_explained_as_they_are_by_then(desk: Desk) -> None:
    now = desk.served.app.clock()
    for ago, intent in (
        (90, "request"),
        (60, "question"),
        (60, "question"),
        (30, "answer"),
        (30, "answer"),
        (30, "answer"),
    ):
        desk.served.app.clock = functools.partial(int, now - 1000 * ago)
        await desk.do("message.send", "ben", to="claude", body="one", intent=intent)
    desk.served.app.clock = functools.partial(int, now)
    await desk.open("flow")
    legend, time = desk.page.locator(".legend li"), desk.page.get_by_label("Time of the replay")
    await expect(legend).to_have_text(["answer"])
    start = int(await time.get_attribute("min") or 0)
    for after, intent in ((0, "request"), (30, "question"), (60, "answer")):
        await time.fill(str(start + 1000 * after))
        await expect(legend).to_have_text([intent])


async def test_the_numbers_of_health_are_a_table_and_each_row_opens_live(desk: Desk) -> None:
    page = desk.page
    await desk.do("agent.check_in", "claude")
    await desk.do("message.send", "ben", to="claude", body="one", intent="question")
    await desk.open("health")
    await expect(page.locator(".chart")).to_have_count(4)
    await expect(page.locator(".bars")).to_contain_text("claude")
    await page.get_by_role("button", name="Table").click()
    await expect(page.locator("table.rows thead")).to_contain_text("question")
    await page.locator("table.rows tbody a").first.click()
    await expect(page).to_have_url(re.compile(r"/live\?q=after"))
    await expect(page.locator(".list [role=option]")).to_have_count(1)


async def test_a_range_dragged_over_a_chart_opens_live_for_that_range(desk: Desk) -> None:
    page = desk.page
    await desk.do("message.send", "ben", to="claude", body="one", intent="question")
    await desk.open("health")
    over = page.locator(".chart").first.locator(".u-over")
    box = await over.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    await page.mouse.move(box["x"] + box["width"] * 0.5, y)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 1, y, steps=4)
    await page.mouse.up()
    await expect(page).to_have_url(re.compile(r"/live\?q=after%3A\d{4}-.*before%3A\d{4}-"))
    await expect(page.locator("h1")).to_have_text("Live")


async def test_health_tells_who_administers_how_the_database_stands(
    context: BrowserContext, served: Served, tmp_path: Path
) -> None:
    page = await sign_in(served, context, "health", as_owner=True)
    facts = page.locator("dl.facts")
    await expect(facts.locator("dt")).to_have_text(
        [
            "Database",
            "Messages",
            "Search index",
            "Sockets",
            "Last backup",
            "Integrity",
        ]
    )
    await expect(facts).to_contain_text("none yet: ackbox backup FILE")
    await served.app.call(
        "server.backup", {"path": str(tmp_path / "copy.db")}, credential=served.key
    )
    await page.reload()
    await expect(facts).to_contain_text("OK checked")
    person = await sign_in(served, context, "health", name="ben")
    await expect(person.locator("dl.facts dt")).to_have_text(["Messages", "Search index"])


async def test_a_search_is_narrowed_by_what_stands_beside_it_and_opens_in_its_conversation(
    desk: Desk,
) -> None:
    page = desk.page
    await desk.do(
        "message.send", "ben", to="claude", body="the auth middleware is old", intent="question"
    )
    await desk.do("message.send", "claude", to="ben", body="which auth do you mean")
    await desk.do("task.create", "ben", title="Replace the auth middleware")
    await desk.open("search")
    await page.keyboard.type("auth")
    await page.keyboard.press("Enter")
    await expect(page.locator("section a.hit")).to_have_count(3)
    await expect(page.locator("mark").first).to_have_text("auth")
    await page.locator(".found aside").get_by_role("link", name="question").click()
    await expect(page.locator("section a.hit")).to_have_count(1)
    await page.locator(".chip").filter(has_text="intent").click()
    await expect(page.locator("section a.hit")).to_have_count(3)
    await page.locator("h1").click()
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator(".post")).to_have_count(1)


async def test_of_each_conversation_found_it_is_told_how_much_of_it_fits(desk: Desk) -> None:
    page = desk.page
    await desk.do(
        "workspace.settings",
        "ben",
        hops_limit=1000,
        repeats_limit=0,
        pair_per_minute=0,
        thread_per_minute=0,
    )
    ids = [
        (
            await desk.served.app.call(
                "message.send",
                {"agent": "ben", "to": "claude", "body": body},
                credential=desk.served.key,
            )
        ).id
        for body in ("The login page", "auth alone")
    ]
    await desk.do(
        "message.send_many",
        "ben",
        messages=[
            {"to": "claude", "body": body, "parent": ids[0]}
            for body in ("which auth?", "the old auth", "agreed")
        ],
    )
    await desk.open("search?q=auth")
    await expect(page.locator(".hits h2")).to_have_text(["The login page 2 of 4 match"])
    await expect(page.locator("a.hit")).to_have_count(3)
    twin = await (await page.request.get(f"{desk.served.url}/w/default/search.txt?q=auth")).text()
    assert twin.splitlines()[3:] == [f"2 of 4 match in The login page  {ids[0]}"]
    await desk.do(
        "message.send_many",
        "ben",
        messages=[{"to": "claude", "body": f"auth {n}", "parent": ids[1]} for n in range(203)],
    )
    await page.reload()
    await expect(page.locator(".hits h2")).to_have_text(
        ["auth alone at least 200 of more than 200 match"]
    )
    await page.get_by_role("link", name="Older").click()
    await expect(page.locator(".hits h2")).to_have_text(
        ["auth alone at least 4 of more than 200 match", "The login page at least 2 of 4 match"]
    )


async def test_what_is_pasted_carries_the_name_and_its_quotes(desk: Desk) -> None:
    page = desk.page
    await desk.open("connect")
    await page.get_by_label("Agent name").fill('it\'s "me"')
    await expect(page.locator(".paste code").first).to_contain_text("""--as 'it'\\''s "me"'""")
    await page.get_by_role("tab", name="Claude Code").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Codex")).to_be_focused()
    await expect(page.locator(".paste code").nth(1)).to_contain_text(
        'args = ["mcp","--as","it\'s \\"me\\""]'
    )


async def test_connect_waits_for_the_agent_and_counts_the_first_steps(
    context: BrowserContext, served: Served
) -> None:
    await served.app.call("workspace.create", {"name": "shop"}, credential=served.key)
    page = await sign_in(served, context, "connect", workspace="shop")
    steps, waiting = page.locator(".steps"), page.locator(".waiting")
    await expect(steps.locator("h2 .num")).to_have_text("0/4")
    await expect(waiting).to_contain_text("Waiting for claude…")
    # What is pasted leads to this workspace; the test's server has the usual data directory.
    await expect(page.locator(".paste code").first).to_have_text(
        re.compile(r"ackbox -w shop connect claude --as claude$")
    )
    await served.app.call(
        "agent.check_in", {"workspace": "shop", "agent": "claude"}, credential=served.key
    )
    await expect(waiting).to_contain_text("claude is connected, last call now")
    await expect(waiting).to_contain_text(re.compile(r"It can use \d+ MCP tools"))
    await expect(steps.locator("h2 .num")).to_have_text("1/4")
    await waiting.get_by_role("button", name="Send a first message").click()
    await expect(page.get_by_label("Message", exact=True)).to_have_value(re.compile("^Hello"))
    await page.keyboard.press("Control+Enter")
    await expect(steps.locator("h2 .num")).to_have_text("2/4")
    # A name that somebody has already is flagged.
    await page.get_by_label("Agent name").fill("ana")
    await expect(waiting).to_contain_text("ana is a person")
    await steps.get_by_role("button", name="Dismiss").click()
    await page.reload()
    await expect(page.locator(".waiting")).to_contain_text("claude exists already")
    await expect(steps).to_have_count(0)


async def test_an_owner_makes_a_key_that_is_shown_once_and_ends_it(
    context: BrowserContext, served: Served
) -> None:
    page = await sign_in(served, context, as_owner=True)
    await page.goto(f"{served.url}/w/default/connect")
    await page.get_by_label("Agent name").fill("codex")
    await page.get_by_role("button", name="Create key").click()
    key = await page.locator(".shown-once code").inner_text()
    await expect(page.locator(".paste code").nth(2)).to_contain_text(key)
    assert (await served.app.call("agent.whoami", {}, credential=key)).agent == "codex"
    await page.reload()
    await expect(page.locator(".paste").first).to_be_visible()
    assert key not in await page.content()
    await page.goto(f"{served.url}/w/default/settings")
    row = page.locator("table.rows tbody tr").filter(has_text="created in the dashboard")
    await row.get_by_role("button", name="Revoke").click()
    await row.get_by_role("button", name="Confirm").click()
    await expect(row).to_have_count(0)
    with pytest.raises(BadKey):
        await served.app.call("agent.whoami", {}, credential=key)


async def test_an_owner_changes_the_workspace_and_a_person_is_told_who_may(
    context: BrowserContext, served: Served
) -> None:
    page = await sign_in(served, context, as_owner=True)
    await page.goto(f"{served.url}/w/default/settings")
    await page.get_by_role("radio", name="Reject and suggest similar names").check()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert (await served.app.call("workspace.settings", {}, credential=served.key)).settings[
        "unknown"
    ] == "refuse"
    await page.goto(f"{served.url}/w/default/live")
    person = await sign_in(served, context, name="ben")
    await person.goto(f"{served.url}/w/default/settings")
    await expect(person.get_by_text("Only an admin key can change these settings")).to_be_visible()


async def test_the_theme_and_the_density_stay(desk: Desk) -> None:
    page = desk.page
    await desk.open("settings")
    await page.get_by_role("radio", name="dark").check()
    await page.get_by_role("radio", name="compact").check()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(page.locator("html")).to_have_attribute("data-density", "compact")
    await expect(page.get_by_role("radio", name="dark")).to_be_checked()


async def test_what_works_without_a_person_is_added_and_removed_by_keys_alone(
    context: BrowserContext, served: Served
) -> None:
    desk = Desk(await sign_in(served, context, as_owner=True), served)
    page, keys = desk.page, desk.page.keyboard
    entries = page.locator(".entry")

    async def reach(name: str) -> None:
        """Press Tab until a field has the focus; a field for a time has several stops."""
        await page.locator(".adding :focus").wait_for()
        for _ in range(12):
            if await page.evaluate("document.activeElement.name") == name:
                return
            await keys.press("Tab")
        raise AssertionError(f"Tab does not reach {name}.")

    async def walk(key: str, heading: str, /, **fields: str) -> None:
        """Open a page by its key, add an entry, and leave the focus on its first button."""
        await keys.press("g")
        await keys.press(key)
        await page.get_by_role("heading", name=heading, exact=True).wait_for()
        await page.locator(".empty[data-first]").wait_for()
        await keys.press("n")
        for name, value in fields.items():
            await reach(name)
            await (keys.press(value) if name == "day" else keys.type(value))
        await page.locator(".adding").get_by_role("button").first.focus()
        await keys.press("Enter")
        await expect(entries).to_have_count(1)
        await page.locator(".managed").focus()
        await keys.press("Delete")

    async def confirm() -> None:
        await keys.press("Enter")
        await page.locator(".entry .danger").wait_for()
        await page.locator(".entry .danger").press("Enter")
        await expect(entries).to_have_count(0)

    await walk("d", "Schedules", day="Home", to="claude", body="What is open?")
    await expect(entries).to_contain_text("Every day at 09:00")
    await expect(entries).to_contain_text("What is open?")
    await confirm()
    await walk("w", "Webhooks", to="claude", subject="CI", body="Build {number}")
    shown = await page.locator(".shown-once code").all_inner_texts()
    await expect(page.locator(".entry code")).to_have_text(shown[0])
    await confirm()
    await walk("o", "Notes", title="Storage", text="SQLite first.", tags="db, ops")
    await expect(entries.locator(".tag")).to_have_text(["#db", "#ops"])
    await keys.press("Tab")
    await confirm()
    # A session is ended, not removed: it stays in the list.
    await walk("e", "Sessions", area="docs", files="docs/")
    await expect(entries.locator(".claims code")).to_have_text(["docs", "docs/"])
    await keys.press("Enter")
    await page.locator(".entry .danger").press("Enter")
    await expect(entries).to_contain_text("ended")
    await expect(entries.locator("button")).to_have_count(0)
