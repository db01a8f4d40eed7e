"""Selecting many messages and doing something with them, by mouse and by keyboard alone.

Whose mail it is, the server decides.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect

from ackbox.app.limits import Limits, Rate
from tests.serving import Served, serving
from tests.web.browsing import barriers, sign_in
from tests.web.payloads import PAYLOADS

pytestmark = pytest.mark.anyio


async def do(served: Served, name: str, /, **params: Any) -> Any:
    return await served.app.call(name, params, credential=served.key)


async def post(served: Served) -> list[str]:
    """Six messages: two to ana, two of hers, two between agents; returns their ids."""
    await do(served, "key.create", name="ana", kind="human")
    for name in ("claude", "codex"):
        await do(served, "agent.check_in", agent=name, instance="x", machine="mbp")
    sent = [
        ("claude", "ana", "one"),
        ("codex", "ana", "two"),
        ("claude", "codex", "three"),
        ("codex", "claude", "four"),
    ]
    ids = [
        (await do(served, "message.send", agent=sender, to=to, body=body)).id
        for sender, to, body in sent
    ]
    ana = (await do(served, "key.create", name="ana", kind="human")).key
    for body in ("five", "six"):
        ids.append(
            (
                await served.app.call(
                    "message.send", {"to": "claude,codex", "body": body}, credential=ana
                )
            ).id
        )
    return ids


async def states(served: Served, id: str) -> dict[str, str]:
    return {each.agent: each.state for each in (await do(served, "message.status", id=id)).receipts}


def act(menu: Locator, words: str) -> Locator:
    return menu.get_by_role("button", name=re.compile(f"^{words}"))


async def selected(page: Page) -> list[str]:
    return await page.locator(".list [aria-selected=true] .line bdi").all_inner_texts()


async def test_by_keyboard_alone_some_are_selected_and_acknowledged(
    served: Served, context: BrowserContext
) -> None:
    ids = await post(served)
    page = await sign_in(served, context, "live")
    await expect(page.locator(".list .row")).to_have_count(6)
    await expect(page.locator(".list")).to_have_attribute("aria-multiselectable", "true")
    for _ in range(6):
        await page.keyboard.press("k")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowUp")
    await expect(page.locator(".list [aria-selected=true]")).to_have_count(3)
    assert await selected(page) == ["one", "two", "three"]
    await expect(page.get_by_role("status").filter(has_text="3 selected")).to_have_count(1)
    await page.keyboard.press(".")
    menu = page.get_by_role("dialog", name="Actions for the selection")
    await expect(act(menu, "Acknowledge")).to_be_focused()
    await expect(act(menu, "Withdraw")).to_be_disabled()
    await page.keyboard.press("Enter")
    await expect(menu).to_contain_text(
        "Acknowledge 3 messages? Only messages to you are marked. This cannot be undone."
    )
    await page.keyboard.press("Enter")
    await expect(page.locator(".many")).to_contain_text("Acknowledged 2. 1 not addressed to you.")
    assert [await states(served, id) for id in ids[:3]] == [
        {"ana": "acknowledged"},
        {"ana": "acknowledged"},
        {"codex": "pending"},
    ]
    # x takes one in and out; Esc lets all go.
    for key, many in (("x", 1), ("x", 0), ("x", 1), ("Escape", 0)):
        await page.keyboard.press(key)
        await expect(page.locator(".list [aria-selected=true]")).to_have_count(many)


async def test_by_mouse_own_ones_are_taken_back_after_one_question(
    served: Served, context: BrowserContext
) -> None:
    ids = await post(served)
    await do(served, "receipt.mark", agent="claude", mark="read", ids=[ids[4]])
    page = await sign_in(served, context, "live")
    row = page.locator(".list .row")
    await expect(row).to_have_count(6)
    await row.nth(3).hover()
    await row.nth(3).locator(".tick").click()
    await row.nth(5).locator(".tick").click(modifiers=["Shift"])
    assert await selected(page) == ["four", "five", "six"]
    await page.get_by_role("button", name="Actions").click()
    menu = page.get_by_role("dialog", name="Actions for the selection")
    await act(menu, "Withdraw").click()
    await expect(menu).to_contain_text(
        "Withdraw 2 messages of yours from all who have not read them?"
    )
    await menu.get_by_role("button", name="Cancel").click()
    await act(menu, "Withdraw").click()
    await act(menu, "Withdraw").click()
    await expect(page.locator(".many")).to_contain_text(
        "Withdrawn from 3 recipients; 1 had read or archived it."
    )
    assert [m.body for m in (await do(served, "mailbox.list", of="codex")).messages] == ["three"]


async def test_texts_and_links_are_copied_and_who_is_behind_is_nudged(
    served: Served, context: BrowserContext
) -> None:
    ids = await post(served)
    await do(served, "receipt.mark", agent="codex", mark="acknowledged", ids=[ids[5]])
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await sign_in(served, context, "live")
    row = page.locator(".list .row")
    await row.nth(5).click(modifiers=["Control"])
    await row.nth(2).click(modifiers=["Control"])
    assert await selected(page) == ["three", "six"]
    menu = page.get_by_role("dialog", name="Actions for the selection")
    copied = {}
    for what, told in (
        ("Copy text", "Copied the text of 2 messages."),
        ("Copy links", "Copied 2 links."),
    ):
        await page.get_by_role("button", name="Actions").click()
        await act(menu, what).click()
        await expect(page.locator(".many")).to_contain_text(told)
        copied[what] = await page.evaluate("navigator.clipboard.readText()")
        for at in (5, 2):
            await row.nth(at).click(modifiers=["Control"])
    assert [line for line in copied["Copy text"].splitlines() if line in ("three", "six")] == [
        "three",
        "six",
    ]
    assert copied["Copy links"].splitlines() == [
        f"{served.url}/w/default/m/{ids[at]}" for at in (5, 2)
    ]
    await page.keyboard.press(".")
    await act(menu, "Nudge").click()
    asks = re.compile(r"Send an urgent message to \w+, \w+ about 2 messages\?")
    await expect(menu).to_contain_text(asks)
    await act(menu, "Nudge").click()
    await expect(page.locator(".many")).to_contain_text("Nudged 2 agents.")
    nudges = {
        m.to[0]: (m.body, sorted(ref.target for ref in m.refs), m.parent, m.priority)
        for m in (await do(served, "message.history", sender="ana", intent="request")).messages
    }
    assert nudges == {
        "claude": ("Please look at this message: six", [ids[5]], ids[5], 5),
        "codex": ("Please look at this message: three", [ids[2]], ids[2], 5),
    }


async def test_all_that_match_are_counted_first_also_those_that_are_not_loaded(
    served: Served, context: BrowserContext
) -> None:
    await post(served)
    await do(served, "workspace.settings", repeats_limit=0)
    await do(
        served,
        "message.send_many",
        messages=[
            {"agent": "claude", "to": "ana", "body": f"line {n}", "intent": "status"}
            for n in range(230)
        ],
    )
    page = await sign_in(served, context, "live?q=intent:status")
    await expect(page.locator(".list .row", has_text="line 229")).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press(".")
    menu = page.get_by_role("dialog", name="Actions for the selection")
    await menu.get_by_role("button", name="Select all matches").press("Enter")
    await expect(page.locator(".many")).to_contain_text("All 230 matching messages selected")
    await expect(menu).to_contain_text("230 messages selected")
    await act(menu, "Archive").press("Enter")
    await expect(page.locator(".many")).to_contain_text("Archived 230.")
    assert [m.body for m in (await do(served, "mailbox.list", of="ana")).messages] == ["two", "one"]


async def held(page: Page, where: str) -> asyncio.Event:
    """Hold back what the page asks for there until the event is set."""
    free = asyncio.Event()

    async def hold(route: Route) -> None:
        await free.wait()
        await route.continue_()

    await page.route(re.compile(where), hold)
    return free


async def test_what_is_selected_while_something_runs_stays_and_nothing_else_comes_in(
    served: Served, context: BrowserContext
) -> None:
    await post(served)
    page = await sign_in(served, context, "live?q=from:claude")
    rows = page.locator(".list .row")
    await expect(rows).to_have_count(2)
    await rows.nth(0).click(modifiers=["Control"])
    free = await held(page, r"/live\.json\?.*claude")
    async with page.expect_response(re.compile(r"/live\.json\?.*claude")) as counted:
        await page.get_by_role("button", name="Select all matches").click()
        await page.get_by_title("Remove from the filter").click()
        await expect(rows).to_have_count(6)
        await rows.nth(5).click(modifiers=["Control"])
        free.set()
    await (await counted.value).finished()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    assert await selected(page) == ["six"]
    # The menu is closed while it archives: what is picked then is not let go with what is archived.
    await rows.nth(0).click(modifiers=["Control"])
    free = await held(page, "receipt.mark")
    await page.keyboard.press(".")
    menu = page.get_by_role("dialog", name="Actions for the selection")
    await act(menu, "Archive").click()
    await expect(menu).to_contain_text("0 of 2")
    await page.keyboard.press("Escape")
    await expect(menu).to_have_count(0)
    await rows.nth(1).click(modifiers=["Control"])
    free.set()
    await expect(page.locator(".many")).to_contain_text("Archived 1. 1 not addressed to you.")
    assert await selected(page) == ["two"]


async def test_a_mailbox_and_what_waits_are_selected_in_too(
    served: Served, context: BrowserContext
) -> None:
    ids = await post(served)
    page = await sign_in(served, context, "a/ana?box=inbox")
    await page.emulate_media(reduced_motion="reduce")
    await expect(page.locator(".letters li")).to_have_count(2)
    await page.keyboard.press("x")
    await page.keyboard.press("Shift+ArrowDown")
    await expect(page.locator(".letters input:checked")).to_have_count(2)
    assert await barriers(page) == []
    await page.keyboard.press(".")
    menu = page.get_by_role("dialog", name="Actions for the selection")
    await act(menu, "Archive").click()
    await expect(page.locator(".many")).to_contain_text("Archived 2.")
    await expect(page.locator(".letters li")).to_have_count(2)
    await do(served, "receipt.mark", agent="ana", mark="unarchived", ids=ids[:2])
    await page.goto(f"{served.url}/w/default/needs")
    await page.locator(".need").nth(1).hover()
    await page.get_by_label("Select: two").check()
    await page.keyboard.press(".")
    assert await barriers(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await barriers(page, only_colours=True) == []
    await act(menu, "Acknowledge").click()
    await act(menu, "Acknowledge").click()
    await expect(page.locator(".need")).to_have_count(1)
    assert [await states(served, id) for id in ids[:2]] == [
        {"ana": "pending"},
        {"ana": "acknowledged"},
    ]


async def test_names_and_first_lines_in_the_question_are_text(
    browser: Browser, tmp_path: Any
) -> None:
    free = Rate(1e9, 1e9)
    async with serving(
        f"sqlite:///{tmp_path}/ackbox.db", limits=Limits(key=free, workspace=free)
    ) as served:
        for at in range(3):
            await do(
                served,
                "message.send",
                agent="claude",
                to=f"a&lt{at}",
                subject=PAYLOADS[at][:200],
                body=PAYLOADS[at],
            )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        page = await sign_in(served, context, "live")
        await expect(page.locator(".list .row")).to_have_count(3)
        for _ in range(3):
            await page.keyboard.press("Shift+ArrowUp")
        await page.keyboard.press(".")
        menu = page.get_by_role("dialog", name="Actions for the selection")
        await act(menu, "Nudge").click()
        await expect(menu).to_contain_text("a&lt0")
        assert await page.evaluate(
            "[window.hit, document.querySelectorAll('dialog b').length]"
        ) == [None, 0]
        await context.close()


async def test_in_the_matrix_n_asks_and_then_writes_to_each_recipient_without_the_message(
    served: Served, context: BrowserContext
) -> None:
    for name in ("codex", "tester"):
        await do(served, "agent.check_in", agent=name)
    sent = await do(
        served,
        "message.send",
        agent="claude",
        to=["codex", "tester"],
        body="The types are exported",
    )
    await do(served, "receipt.mark", agent="tester", mark="read", ids=[sent.id])
    page = await sign_in(served, context, "a/claude?box=receipts")
    await page.locator("table.matrix").focus()
    await page.keyboard.press("n")
    question = page.get_by_role("group", name="Nudge")
    await expect(question).to_contain_text(
        "Nudge codex with an urgent message about The types are exported?"
    )
    await page.keyboard.press("Enter")
    await expect(page.locator(".picked")).to_contain_text("Nudged 1 agent.")
    written = (await do(served, "mailbox.list", of="codex")).messages[0]
    assert (written.sender, written.body, written.priority, written.parent) == (
        "ana",
        "Please look at this message: The types are exported",
        5,
        sent.id,
    )
    assert [m.body for m in (await do(served, "mailbox.list", of="tester")).messages] == [
        "The types are exported"
    ]
    await page.keyboard.press("Enter")
    await expect(page.locator("table.matrix")).to_be_focused()
