"""What waits for a person is handed on, sent to another or taken back.

A name that nobody uses is waited for no longer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect

from tests.serving import Served, serving
from tests.web.browsing import barriers, sign_in
from tests.web.scene import Clock

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def served(tmp_path: Any, clock: Clock) -> AsyncIterator[Served]:
    async with serving(f"sqlite:///{tmp_path}/ackbox.db", clock=clock) as it:
        yield it


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def crew(served: Served) -> None:
    await do(served, "key.create", name="ana", kind="human")
    for name in ("docs", "codex", "claude"):
        await do(served, "agent.check_in", agent=name, instance="x", machine="mbp", reach="hook")


async def states(served: Served, id: str) -> dict[str, str]:
    return {each.agent: each.state for each in (await do(served, "message.status", id=id)).receipts}


async def calm(page: Page) -> None:
    """No barrier in either theme."""
    await page.emulate_media(reduced_motion="reduce")
    assert await barriers(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await barriers(page, only_colours=True) == []


async def test_a_question_is_handed_on_by_mouse_and_is_off_the_list_then(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    asked = await do(
        served,
        "message.send",
        agent="docs",
        to="ana",
        body="May deleted users keep posts?\n\n" + "long " * 200,
        intent="question",
        priority=4,
    )
    page = await sign_in(served, context, "needs")
    await page.get_by_role("button", name="Forward…").click()
    dialog = page.get_by_role("dialog", name="Forward…")
    await expect(dialog.get_by_role("option")).to_have_count(2)
    await calm(page)
    await dialog.get_by_role("option", name="codex").click()
    box = page.get_by_label("Message", exact=True)
    await expect(box).to_be_focused()
    await expect(page.locator(".reached")).to_contain_text(
        "codex is online and sees this at its next prompt"
    )
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    newest = (await do(served, "message.history")).messages[0]
    assert (
        newest.sender,
        newest.to,
        newest.body,
        newest.intent,
        newest.priority,
        newest.parent,
    ) == (
        "ana",
        ["codex"],
        f"docs asks: May deleted users keep posts?\n\n{'long ' * 200}",
        "question",
        4,
        asked.id,
    )
    assert await states(served, asked.id) == {"ana": "acknowledged"}


async def refuse(route: Route) -> None:
    await route.fulfill(
        status=503,
        json={"error": {"code": "unavailable", "message": "It rests.", "hint": "Ask again."}},
    )


async def test_a_text_handed_on_leaves_the_draft_of_its_thread_and_what_fails_is_said(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    asked = await do(
        served, "message.send", agent="docs", to="ana", body="May I?", intent="question"
    )
    page = await sign_in(served, context, f"t/{asked.id}")
    box = page.get_by_label("Message", exact=True)
    await box.fill("my own draft")
    await page.goto(f"{served.url}/w/default/needs")
    dialog = page.get_by_role("dialog", name="Forward…")
    await page.get_by_role("button", name="Forward…").click()
    await page.route("**/v1/call/message.get", refuse)
    await dialog.get_by_role("option", name="codex").click()
    await expect(dialog.get_by_role("alert")).to_have_text("It rests. Ask again.")
    await page.unroute("**/v1/call/message.get")
    await dialog.get_by_role("option", name="codex").click()
    await expect(box).to_have_value("docs asks: May I?")
    await box.press("Escape")
    await expect(box).to_have_count(0)
    assert await page.evaluate(
        "Object.entries(localStorage).filter(([key]) => key.startsWith('ackbox.draft.')).map(([,"
        " text]) => text)"
    ) == ["my own draft"]
    await page.route("**/v1/call/receipt.mark", refuse)
    await page.get_by_role("button", name="Forward…").click()
    await dialog.get_by_role("option", name="codex").click()
    await expect(box).to_have_value("docs asks: May I?")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".reached")).to_have_text(
        "Sent, but the original message still waits: It rests. Ask again."
    )
    await expect(box).to_have_value("")
    assert [m.body for m in (await do(served, "message.history", sender="ana")).messages] == [
        "docs asks: May I?"
    ]
    await page.goto(f"{served.url}/w/default/t/{asked.id}")
    await expect(box).to_have_value("my own draft")


async def test_a_blocked_task_is_reassigned_by_keyboard_alone(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    task = await do(served, "task.create", agent="ana", title="Types", to="docs")
    told = await do(
        served,
        "message.send",
        agent="docs",
        to="ana",
        body="I cannot publish",
        intent="blocked",
        refs=[{"kind": "task", "target": task.id}],
    )
    page = await sign_in(served, context, "needs")
    await expect(page.locator(".need")).to_have_count(1)
    await expect(page.get_by_role("button", name="Reassign")).to_be_visible()
    await page.keyboard.press("h")
    await expect(page.get_by_role("combobox", name="Reassign: recipient")).to_be_focused()
    await page.keyboard.type("cl")
    await expect(page.get_by_role("dialog", name="Reassign").get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    assert (await do(served, "task.get", id=task.id)).assignee == "claude"
    assert await states(served, told.id) == {"ana": "acknowledged"}


async def test_what_did_not_arrive_goes_to_another_or_is_taken_back_after_one_more_word(
    served: Served, context: BrowserContext, clock: Clock
) -> None:
    await crew(served)
    ana = (await do(served, "key.create", name="ana", kind="human")).key
    clock.back_s = 7200
    await do(served, "agent.check_in", agent="trainer", instance="x")
    first, second = [
        (await served.app.call("message.send", {"to": "trainer", "body": body}, credential=ana)).id
        for body in ("Stop, main is red", "And tell me")
    ]
    clock.back_s = 0
    page = await sign_in(served, context, "needs")
    await expect(page.locator(".need")).to_have_count(2)
    await (
        page.locator(".need", has_text="Stop, main is red")
        .get_by_role("button", name="Send to another agent")
        .click()
    )
    await expect(
        page.get_by_role("combobox", name="Send to another agent: recipient")
    ).to_be_focused()
    await page.keyboard.type("codex")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("Stop, main is red")
    await expect(page.locator(".reached")).to_contain_text("codex")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".need")).to_have_count(1)
    await page.get_by_role("button", name="Withdraw").click()
    await page.get_by_role("button", name="Confirm withdrawal").press("Enter")
    await expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    assert [await states(served, id) for id in (first, second)] == [{"trainer": "withdrawn"}] * 2
    assert [
        (m.to, m.body) for m in (await do(served, "message.history", recipient="codex")).messages
    ] == [(["codex"], "Stop, main is red")]


async def test_a_name_that_nobody_uses_is_waited_for_no_longer(
    served: Served, context: BrowserContext
) -> None:
    await crew(served)
    for to in ("codxe", "img src=x onerror=window.hit=1"):
        await do(served, "message.send", agent="docs", to=[to], body="for nobody")
    page = await sign_in(served, context, "needs")
    names = page.get_by_role("list", name="Unknown recipients")
    await expect(names.get_by_role("listitem")).to_have_count(2)
    await calm(page)
    await names.get_by_role("button", name="Withdraw: codxe").click()
    await names.get_by_role("button", name="Withdraw all messages").click()
    await expect(names.get_by_role("listitem")).to_have_count(1)
    # By keyboard: the button and the one that stands where it stood.
    await names.get_by_role("button", name="Withdraw: img").focus()
    await page.keyboard.press("Enter")
    await names.get_by_role("button", name="Withdraw all messages").press("Enter")
    await expect(names).to_have_count(0)
    assert await page.evaluate("[window.hit, document.querySelectorAll('.needs img').length]") == [
        None,
        0,
    ]
    assert (await do(served, "agent.list")).awaited == []
