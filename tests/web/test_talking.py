"""Watching and taking part: a row as it happens, writing, answering, acknowledging.

By mouse and by keyboard.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from ackbox.errors import LoopGuard
from tests.serving import Served
from tests.web.browsing import sign_in

pytestmark = pytest.mark.anyio


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def crew(served: Served) -> None:
    for name in ("claude", "codex", "Mac CLI 小克"):
        await do(served, "agent.check_in", agent=name, instance="x", machine="mbp", reach="hook")


async def stored(served: Served) -> list[tuple[str, str, list[str], str, str, int]]:
    return [
        (m.sender, m.sender_kind, m.to, m.body, m.intent, m.priority)
        for m in (await do(served, "message.history", limit=200)).messages
    ]


async def test_a_message_shows_as_it_is_sent_and_its_receipt_as_it_is_read(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "live")
    await expect(page.get_by_text("Send the first message")).to_be_visible()
    sent = await do(
        served,
        "message.send",
        agent="claude",
        to="codex",
        subject="Profile API complete",
        body="text",
        intent="handoff",
        priority=4,
    )
    row = page.locator(".list .row", has_text="Profile API complete")
    await expect(row).to_contain_text("claude → codex")
    await expect(row).to_contain_text("handoff")
    await expect(row.locator(".circle")).to_have_class("circle is-pending")
    await do(served, "receipt.mark", agent="codex", mark="read", ids=[sent.id])
    await expect(row.locator(".circle")).to_have_class("circle is-read")
    await do(served, "receipt.mark", agent="codex", mark="acknowledged", ids=[sent.id])
    await expect(row.locator(".receipt")).to_contain_text("1/1")
    assert (await do(served, "message.status", id=sent.id)).receipts[0].state == "acknowledged"


async def test_a_leading_name_is_direct_and_the_line_says_how_it_is_reached(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "live")
    box = page.get_by_label("Message", exact=True)
    await page.keyboard.press("c")
    await expect(box).to_be_focused()
    await box.press_sequentially("@mac")
    await expect(page.locator(".names li")).to_contain_text("Mac CLI 小克")
    await page.keyboard.press("Enter")
    await box.press_sequentially("please look?")
    await expect(page.locator(".reached")).to_contain_text(
        "Mac CLI 小克 is online and sees this at its next prompt"
    )
    await page.keyboard.press("Control+Enter")
    await expect(
        page.locator(".list .msg:not(.is-sending)", has_text="please look?")
    ).to_contain_text("ana HUMAN → Mac CLI 小克")
    await expect(box).to_have_value("")
    assert await stored(served) == [
        ("ana", "human", ["Mac CLI 小克"], "please look?", "question", 3)
    ]


async def test_without_a_name_the_button_says_to_how_many_it_goes(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "live")
    box = page.get_by_label("Message", exact=True)
    await box.fill("!! /alert Main is red")
    await expect(page.get_by_role("button", name="Send to 3")).to_be_visible()
    await page.get_by_label("Reason").fill("main is red")
    await page.get_by_role("button", name="Send to 3").click()
    await expect(
        page.locator(".list .msg:not(.is-sending)", has_text="Main is red")
    ).to_contain_text("everyone")
    assert await stored(served) == [("ana", "human", ["*"], "Main is red", "alert", 5)]
    assert (await do(served, "message.history")).messages[0].metadata == {"because": "main is red"}


async def test_a_name_nobody_has_seen_is_said_before_it_is_sent_and_a_refusal_keeps_the_text(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    await do(served, "workspace.settings", unknown="refuse")
    page = await sign_in(served, context, "live")
    box = page.get_by_label("Message", exact=True)
    await box.fill("@codxe hello")
    await expect(page.locator(".reached")).to_contain_text(
        "no agent with this name yet; did you mean codex?"
    )
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".reached")).to_contain_text("There is no agent called 'codxe' yet.")
    await expect(box).to_have_value("@codxe hello")
    assert await stored(served) == []


async def test_what_waits_is_answered_by_keyboard_alone(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    page = await sign_in(served, context, "needs")
    asked = await do(
        served,
        "message.send",
        agent="codex",
        to="ana",
        body="May I delete the table?",
        intent="blocked",
        priority=5,
    )
    await expect(page.locator(".need")).to_contain_text("codex is blocked")
    await expect(page.locator(".badge")).to_have_text("1")
    await page.keyboard.press("r")
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    await page.keyboard.type("Yes, after a backup.")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    answer = (await do(served, "message.history")).messages[0]
    assert (answer.sender, answer.to, answer.body, answer.intent, answer.parent) == (
        "ana",
        ["codex"],
        "Yes, after a backup.",
        "answer",
        asked.id,
    )
    assert [
        (each.agent, each.state)
        for each in (await do(served, "message.status", id=asked.id)).receipts
    ] == [("ana", "acknowledged")]


async def test_looking_into_a_mailbox_marks_nothing_and_one_s_own_is_marked_by_key(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    sent = await do(served, "message.send", agent="codex", to="ana,claude", body="news")
    page = await sign_in(served, context, "a/claude?box=inbox")
    await expect(page.get_by_text("View only: nothing is marked as read.")).to_be_visible()
    await page.locator(".letters li").click()
    await page.locator(".pane .body").wait_for()
    await page.keyboard.press("a")
    await page.goto(f"{served.url}/w/default/a/ana?box=inbox")
    await page.locator(".letters li").wait_for()
    await page.keyboard.press("a")
    await expect(page.locator(".letters .receipt")).to_contain_text("1/2")
    assert {
        each.agent: each.state for each in (await do(served, "message.status", id=sent.id)).receipts
    } == {"ana": "acknowledged", "claude": "pending"}


async def test_a_thread_shows_who_has_read_what_and_an_answer_joins_it(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    first = await do(
        served,
        "message.send",
        agent="claude",
        to="codex",
        body="Should the avatar be editable?",
        intent="question",
    )
    await do(
        served,
        "message.send",
        agent="codex",
        to="claude",
        body="Yes.",
        parent=first.id,
        intent="answer",
    )
    page = await sign_in(served, context, f"t/{first.id}")
    await expect(page.locator(".post")).to_have_count(2)
    await page.keyboard.press("c")
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    await page.keyboard.type("Ship it.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".post")).to_have_count(3)
    await expect(page.locator(".post").last).to_contain_text("ana HUMAN")
    newest = (await do(served, "thread.get", id=first.id)).messages[-1]
    assert (newest.sender, sorted(newest.to), newest.body) == (
        "ana",
        ["claude", "codex"],
        "Ship it.",
    )


async def test_a_person_pauses_a_thread_and_an_agent_and_resumes_them_under_needs_you(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    first = await do(served, "message.send", agent="claude", to="codex", body="And you?")
    page = await sign_in(served, context, f"t/{first.id}")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("paused by ana")).to_be_visible()
    with pytest.raises(LoopGuard):
        await do(served, "message.send", agent="codex", parent=first.id, body="And you?")
    await page.goto(f"{served.url}/w/default/a/codex?box=inbox")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("paused by ana")).to_be_visible()
    await page.goto(f"{served.url}/w/default/needs")
    listed = page.get_by_label("Paused")
    await expect(listed.locator("li")).to_have_count(2)
    for left in (1, 0):
        await listed.get_by_role("button", name="Resume").first.click()
        await expect(listed.locator("li")).to_have_count(left)
    await do(served, "message.send", agent="codex", parent=first.id, body="Fine.")


async def test_a_long_thread_shows_its_newest_takes_in_what_comes_and_goes_back_to_its_first(
    served: Served, context: BrowserContext
) -> None:
    bob = (await do(served, "key.create", name="bob", kind="human")).key
    sent = [
        await served.app.call("message.send", {"to": "claude", "body": "number 0"}, credential=bob)
    ]
    for number in range(1, 230):
        sent.append(
            await served.app.call(
                "message.send",
                {"to": "claude", "body": f"number {number}", "parent": sent[0].id},
                credential=bob,
            )
        )
    page = await sign_in(served, context, f"t/{sent[0].id}")
    await expect(page.locator("h1")).to_have_text("number 0")
    await expect(page.locator(".post")).to_have_count(200)
    await expect(page.locator(".post .body").last).to_have_text("number 229")
    await served.app.call(
        "message.send", {"to": "claude", "body": "number 230", "parent": sent[0].id}, credential=bob
    )
    await expect(page.locator(".post .body").last).to_have_text("number 230")
    await page.get_by_role("button", name="Older").click()
    await expect(page.locator(".post")).to_have_count(231)
    assert await page.locator(".post .body").all_text_contents() == [
        f"number {number}" for number in range(231)
    ]
    await expect(page.get_by_role("button", name="Older")).to_have_count(0)
    # A link to an old message finds it. A client that is asked to retry later does.
    asked: dict[str, list[float]] = {}

    async def refuse_at_first(route: Route) -> None:
        times = asked.setdefault((route.request.post_data_json or {})["id"], [])
        times.append(time.monotonic())
        if len(times) > 1:
            await route.continue_()
        else:
            await route.fulfill(
                status=429,
                json={
                    "error": {
                        "code": "rate_limited",
                        "message": "Later.",
                        "details": {},
                        "retry_after_s": 1,
                    }
                },
            )

    await page.route("**/v1/call/message.status", refuse_at_first)
    await page.goto(f"{served.url}/w/default/m/{sent[3].id}")
    await expect(page.locator(".post.is-at .body")).to_have_text("number 3")
    await expect(page.locator(".post.is-at")).to_be_in_viewport()
    # Who has read it is known of every message in sight, and stays so.
    await expect(page.locator(".post.is-at .has")).to_have_text("claude")
    await do(served, "receipt.mark", agent="claude", mark="read", ids=[sent[3].id])
    await expect(page.locator(".post.is-at .has .circle")).to_have_attribute("aria-label", "read")
    assert [times for times in asked.values() if len(times) > 1 and times[1] - times[0] < 0.9] == []
    assert len(asked[sent[3].id]) == 2


@pytest.mark.parametrize("path", ["threads", "flow", "health", "t/"])
async def test_the_head_of_a_page_fits_a_narrow_screen(
    served: Served, context: BrowserContext, path: str
) -> None:
    first = await do(
        served,
        "message.send",
        agent="claude",
        to="codex",
        body="A question with a long first line, so that there is a head to fit?",
    )
    await do(served, "message.send", agent="codex", to="claude", body="Yes.", parent=first.id)
    page = await sign_in(served, context)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{served.url}/w/default/{path}{first.id if path == 't/' else ''}")
    await expect(page.locator("h1")).to_be_visible()
    await expect(page.locator(".top .linked")).to_be_in_viewport(ratio=1)


async def test_a_long_name_leaves_room_for_the_rest_on_a_narrow_screen(
    served: Served, context: BrowserContext
) -> None:
    await do(
        served,
        "agent.check_in",
        agent="an-agent-" + "with-a-long-name-" * 3 + "x",
        instance="x",
        machine="mbp",
        reach="hook",
    )
    page = await sign_in(served, context)
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(f"{served.url}/w/default/agents")
    await expect(page.locator("table.rows td:last-child").last).to_be_in_viewport(ratio=1)


async def test_a_filter_is_the_address_and_an_unknown_key_is_explained(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    for intent in ("blocked", "status"):
        await do(
            served,
            "message.send",
            agent="claude",
            to="codex",
            body=f"this is {intent}",
            intent=intent,
        )
    page = await sign_in(served, context, "live")
    await page.keyboard.press("/")
    await page.keyboard.type("intent:blocked")
    await page.keyboard.press("Enter")
    await expect(page.locator(".list .row")).to_have_count(1)
    assert page.url == f"{served.url}/w/default/live?q=intent%3Ablocked"
    await do(
        served, "message.send", agent="claude", to="codex", body="also blocked", intent="blocked"
    )
    await do(served, "message.send", agent="claude", to="codex", body="not this", intent="status")
    await expect(page.locator(".list .row")).to_have_count(2)
    await page.goto(f"{served.url}/w/default/live?q=form:claude")
    await expect(page.get_by_text("Did you mean from?")).to_be_visible()


async def test_scrolling_up_holds_the_view_and_counts_what_comes(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    await do(
        served,
        "message.send_many",
        messages=[{"agent": "claude", "to": "codex", "body": f"line {n}"} for n in range(120)],
    )
    page = await sign_in(served, context, "live")
    await expect(page.locator(".list .row", has_text="line 119")).to_be_visible()
    await page.locator(".list").evaluate("box => { box.scrollTop = 1000; }")
    top = page.locator(".list .row", has_text="line 40")
    await expect(top).to_be_visible()
    before = await top.bounding_box()
    await do(
        served,
        "message.send_many",
        messages=[{"agent": "codex", "to": "claude", "body": f"more {n}"} for n in range(7)],
    )
    await expect(page.locator(".pill")).to_contain_text("7 new")
    assert await top.bounding_box() == before
    await page.locator(".list").focus()
    await page.keyboard.press("G")
    await expect(page.locator(".list .row", has_text="more 6")).to_be_visible()
    await expect(page.locator(".pill")).to_have_count(0)
    assert await nodes(page) < 1500


async def nodes(page: Page) -> int:
    return int(await page.evaluate("document.querySelectorAll('*').length"))


async def test_keys_lead_everywhere_and_are_told(served: Served, context: BrowserContext) -> None:
    await crew(served)
    page = await sign_in(served, context, "live")
    for keys, title in (("gn", "Needs you"), ("gt", "Threads"), ("gl", "Live")):
        for key in keys:
            await page.keyboard.press(key)
        await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text(
        "next unacknowledged"
    )
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Command palette")).to_be_focused()
    await page.keyboard.type("codex")
    await expect(page.locator(".palette li").first).to_contain_text("codex")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("codex")


async def test_keys_that_come_fast_are_all_heard(served: Served, context: BrowserContext) -> None:
    await crew(served)
    await do(
        served,
        "message.send_many",
        messages=[{"agent": "claude", "to": "codex", "body": f"line {n}"} for n in range(30)],
    )
    page = await sign_in(served, context, "live")
    await expect(page.locator(".list .row", has_text="line 29")).to_be_visible()
    # In one turn of the browser: faster than any hand.
    await page.evaluate(
        """() => { for (let n = 0; n < 8; n += 1)
          document.dispatchEvent(new KeyboardEvent("keydown", {key: "k", bubbles: true})); }"""
    )
    await expect(page.locator(".list .row.is-selected .line")).to_have_text("line 22")
    for key in "kkkkj":
        await page.keyboard.press(key)
    await expect(page.locator(".list .row.is-selected .line")).to_have_text("line 19")
    await expect(page.locator(".pane .body")).to_have_text("line 19")
